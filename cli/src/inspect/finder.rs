//! How maps are found: by the names of the program's debugging information, by their shape, or both.

use go_binary::{Image, Release, RuntimeTypes, Types};
use go_memory::{Budget, Found, Memory, Module, Program, Reader, Scope};
use rustc_hash::FxHashSet;
use std::ops::Range;

/// A program's own knowledge of its types, read from its memory.
pub(super) struct Shapes {
    module: Module,
    runtime: RuntimeTypes,
}

impl Shapes {
    /// Reads it; none if the program's memory does not have it where it should be.
    pub(super) fn read(
        image: &Image<'_>,
        memory: &dyn Memory,
        bias: u64,
        release: Release,
    ) -> Option<Self> {
        let module = Module::find(image, memory, bias, release)?;
        let runtime = module.types(memory);
        Some(Self { module, runtime })
    }

    /// The types that the program knows.
    pub(super) fn types(&self) -> Types<'_> {
        self.runtime.types()
    }
}

/// Finds maps by their shape.
pub(super) struct ByShape<'r> {
    reader: Reader<'r>,
    shapes: &'r Shapes,
    parts: Vec<Range<u64>>,
}

impl<'r> ByShape<'r> {
    /// `types` are those of `shapes`.
    pub(super) fn new(
        shapes: &'r Shapes,
        types: &'r Types<'r>,
        image: &Image<'_>,
        bias: u64,
        parts: Vec<Range<u64>>,
    ) -> Self {
        let mut program = Program::new(image, types, &[], bias);
        program.descriptors = Some(shapes.module.data.types.start.wrapping_sub(bias));
        Self { reader: Reader::new(program), shapes, parts }
    }
}

/// What finds maps.
pub(super) struct Finder<'r> {
    pub(super) by_name: Option<Reader<'r>>,
    pub(super) by_shape: Option<ByShape<'r>>,
}

impl Finder<'_> {
    /// Looks once. `in_full` is called with what each way has found, to read some of it again.
    pub(super) fn find(
        &self,
        memory: &dyn Memory,
        budget: &Budget,
        in_full: &dyn Fn(&Reader<'_>, &mut Found),
    ) -> Found {
        let mut all = Found::default();
        let mut known = FxHashSet::default();
        if let Some(reader) = &self.by_name {
            all = reader.find(memory, budget);
            in_full(reader, &mut all);
            if self.by_shape.is_some() {
                known = reader.headers(memory, &all);
            }
        }
        if let Some(ByShape { reader, shapes, parts }) = &self.by_shape {
            let Shapes { module, runtime } = shapes;
            let mut found =
                reader.scan(memory, &Scope { module, runtime, parts, known: &known }, budget);
            in_full(reader, &mut found);
            all.maps.extend(found.maps);
            all.gaps.extend(found.gaps);
        }
        all
    }
}
