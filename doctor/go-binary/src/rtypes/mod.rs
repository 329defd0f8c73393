//! The types of a Go program as its runtime knows them, from the descriptors that are in every program, stripped or not.
//!
//! They are read into the same [`Types`] that debugging information is read into, so that what walks over a program's memory
//! need not know where its types come from. What descriptors leave out is added: the headers of maps, as `go-runtime` has
//! them for the release, and the parts of strings, slices and interfaces.
//!
//! Descriptors are found from three ends: the list of types without a name (up to Go 1.26), one after the other (since 1.27),
//! and by what a descriptor of a map looks like; from there they lead to others.
//!
//! Source: `src/internal/abi/type.go` of Go 1.21 to 1.27; `src/runtime/type.go`, `moduleTypelinks`, of 1.27.

mod build;
mod descriptor;
mod maps;
mod names;

use crate::moduledata::ModuleData;
use crate::types::{Field, Form, GoKind, Type, TypeId, Types};
use build::Build;
use rustc_hash::FxHashMap;
use std::ops::Range;

/// What of a program's build decides how its maps are laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Release {
    /// The minor release: 24 for Go 1.24.
    pub minor: u8,
    /// Whether maps have tables; else they have buckets.
    pub swiss: bool,
}

impl Release {
    /// Reads it from the words of a build: `go1.24.11`, `go1.25-devel`, and the experiments that were set.
    #[must_use]
    pub fn of(go_version: &str, experiments: Option<&str>) -> Option<Self> {
        const FIRST_SWISS: u8 = 24;
        let minor = go_version.strip_prefix("go1.")?;
        let digits = minor.find(|c: char| !c.is_ascii_digit()).unwrap_or(minor.len());
        let minor = minor.get(..digits)?.parse().ok()?;
        let without = |text: &str| text.split(',').any(|word| word == "noswissmap");
        let turned_off = experiments.is_some_and(without) || without_in(go_version);
        Some(Self { minor, swiss: minor >= FIRST_SWISS && !turned_off })
    }
}

/// Whether the version itself says so: `go1.24.11 X:noswissmap`.
fn without_in(go_version: &str) -> bool {
    go_version
        .split_once("X:")
        .is_some_and(|(_, words)| words.split([',', ' ']).any(|word| word == "noswissmap"))
}

/// A name in the bytes of the descriptors, or one that was put together.
#[derive(Clone, Debug)]
enum Name {
    In(Range<usize>),
    Own(usize),
    Fixed(&'static str),
}

#[derive(Clone, Debug)]
struct RawType {
    name: Name,
    size: u64,
    kind: Option<GoKind>,
    descriptor: Option<u64>,
    form: Form,
}

/// What a map's descriptor says besides its keys and values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MapDescriptor {
    /// The map's type.
    pub type_id: TypeId,
    /// The address of the descriptor of its groups or buckets, which the allocator notes for arrays of them.
    pub part: u64,
    /// Bytes of a group or bucket.
    pub part_size: u64,
    /// Whether they have pointers in them.
    pub pointers: bool,
}

/// The types of a program, read from its descriptors; [`RuntimeTypes::types`] borrows from it.
#[derive(Debug)]
pub struct RuntimeTypes {
    region: Vec<u8>,
    names: Vec<String>,
    types: Vec<RawType>,
    fields: Vec<(Name, TypeId, u64)>,
    by_address: FxHashMap<u64, TypeId>,
    maps: Vec<MapDescriptor>,
    /// The import paths of the packages of types that are declared in one.
    packages: FxHashMap<TypeId, Name>,
    unknown: Option<TypeId>,
}

impl RuntimeTypes {
    /// Reads descriptors. `region` are the bytes of [`ModuleData::types`], `links` those at [`ModuleData::links`]; both may be
    /// cut short, and what cannot be read is left out.
    ///
    /// Linear in the region.
    #[must_use]
    pub fn read(region: Vec<u8>, links: &[u8], module: &ModuleData, release: Release) -> Self {
        let Some(mut build) = Build::new(&region, module.types.start, release) else {
            return Self::empty(region);
        };
        build.links(links);
        if let Some(descriptors) = &module.descriptors {
            build.one_after_the_other(descriptors.clone());
        }
        build.maps_by_shape();
        build.follow();
        let unknown = build.unknown_map();
        let Build { types, fields, by_address, maps, packages, .. } = build;
        let mut all =
            Self { region, names: Vec::new(), types, fields, by_address, maps, packages, unknown };
        names::put_together(&mut all);
        all
    }

    fn empty(region: Vec<u8>) -> Self {
        Self {
            region,
            names: Vec::new(),
            types: Vec::new(),
            fields: Vec::new(),
            by_address: FxHashMap::default(),
            maps: Vec::new(),
            packages: FxHashMap::default(),
            unknown: None,
        }
    }

    fn text<'t>(&'t self, name: &Name) -> &'t str {
        match name {
            Name::In(range) => self
                .region
                .get(range.clone())
                .and_then(|bytes| str::from_utf8(bytes).ok())
                .unwrap_or_default(),
            Name::Own(place) => self.names.get(*place).map_or("", String::as_str),
            Name::Fixed(name) => name,
        }
    }

    /// All of them.
    #[must_use]
    pub fn types(&self) -> Types<'_> {
        let types = self
            .types
            .iter()
            .map(|raw| Type {
                name: self.text(&raw.name),
                size: raw.size,
                kind: raw.kind,
                descriptor: raw.descriptor,
                form: raw.form.clone(),
            })
            .collect();
        let fields = self
            .fields
            .iter()
            .map(|(name, type_id, offset)| Field {
                name: self.text(name),
                type_id: *type_id,
                offset: *offset,
            })
            .collect();
        Types { types, fields }
    }

    /// The types of maps.
    #[must_use]
    pub fn maps(&self) -> &[MapDescriptor] {
        &self.maps
    }

    /// A type for maps with tables of which nothing else is known; their groups count with their control bytes alone.
    #[must_use]
    pub fn unknown_map(&self) -> Option<TypeId> {
        self.unknown
    }

    /// The type whose descriptor lies at an address of memory.
    #[must_use]
    pub fn at(&self, address: u64) -> Option<TypeId> {
        self.by_address.get(&address).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::Release;

    #[test]
    fn the_release_is_read_from_all_forms_of_a_version() {
        let release = |version, experiments| {
            Release::of(version, experiments).map(|release| (release.minor, release.swiss))
        };
        assert_eq!(release("go1.21.13", None), Some((21, false)));
        assert_eq!(release("go1.24", None), Some((24, true)));
        assert_eq!(release("go1.24.11", Some("noswissmap")), Some((24, false)));
        assert_eq!(release("go1.25.5 X:aliastypeparams,noswissmap", None), Some((25, false)));
        assert_eq!(release("go1.27-devel_3f2", None), Some((27, true)));
        assert_eq!(release("devel +abc", None), None);
    }
}
