//! The labels that `runtime/pprof` gives a goroutine.
//!
//! Source: `src/runtime/pprof/label.go`: a `map[string]string` up to Go 1.23, and a list of pairs since, whose type and
//! fields have other names in each release; so they are found by their shape.

use super::layout::string;
use crate::kinds::Layout as MapLayout;
use crate::memory::{Memory, bytes, pointer_at};
use crate::walk::Reader;
use go_binary::{Form, GoKind, TypeId, Types};
use rustc_hash::FxHashMap;

/// What labels of a goroutine are.
const LABELS: &str = "runtime/pprof.labelMap";
/// More labels of one goroutine are left out.
const MOST: u64 = 64;

/// A goroutine's labels: names and values, by name.
pub type Labels = Vec<(String, String)>;

/// Reads labels, those of one address once.
pub(super) struct LabelReader<'l> {
    types: &'l Types<'l>,
    kind: Option<Kind>,
    known: FxHashMap<u64, Labels>,
}

enum Kind {
    Map(Box<MapLayout>),
    /// Where the list lies, and what is in it.
    List {
        array: u64,
        length: u64,
        of: TypeId,
    },
}

impl<'l> LabelReader<'l> {
    pub(super) fn new(reader: &'l Reader<'l>) -> Self {
        let types = reader.program().types;
        let kind = types.find(LABELS).and_then(|id| kind(reader, id));
        Self { types, kind, known: FxHashMap::default() }
    }

    /// The labels that lie at an address, as far as they can be read.
    pub(super) fn read(&mut self, memory: &(impl Memory + ?Sized), address: u64) -> Labels {
        if address == 0 {
            return Vec::new();
        }
        if let Some(known) = self.known.get(&address) {
            return known.clone();
        }
        let mut labels = self.fresh(memory, address).unwrap_or_default();
        labels.sort();
        self.known.insert(address, labels.clone());
        labels
    }

    fn fresh(&self, memory: &(impl Memory + ?Sized), address: u64) -> Option<Labels> {
        let types = self.types;
        let text = |of, at| {
            let value = bytes(memory, at, types.size(of)).ok()?;
            string(types, of, memory, &value, 0)
        };
        match self.kind.as_ref()? {
            Kind::Map(layout) => {
                let (key, value) = layout.places();
                let header = pointer_at(memory, address).ok().filter(|header| *header != 0)?;
                let entries = layout.entries(memory, header, MOST);
                Some(
                    entries
                        .into_iter()
                        .filter_map(|entry| {
                            Some((text(key, entry.key)?, text(value, entry.value)?))
                        })
                        .collect(),
                )
            }
            Kind::List { array, length, of } => {
                let word = |at: u64| pointer_at(memory, address.checked_add(at)?).ok();
                let (first, count) = (word(*array)?, word(*length)?.min(MOST));
                let size = types.size(*of);
                let list = bytes(memory, first, count.checked_mul(size)?).ok()?;
                let [name, value] = types.fields(*of) else { return None };
                let pair = |place: u64| {
                    let at = place.checked_mul(size)?;
                    let part = |field: &go_binary::Field<'_>| {
                        string(types, field.type_id, memory, &list, at.checked_add(field.offset)?)
                    };
                    Some((part(name)?, part(value)?))
                };
                Some((0..count).map_while(pair).collect())
            }
        }
    }
}

fn kind(reader: &Reader<'_>, id: TypeId) -> Option<Kind> {
    let types = reader.program().types;
    if let Some(Form::Map { .. }) = types.form(id) {
        return reader.layout(types.resolve(id)).map(Box::new).map(Kind::Map);
    }
    // A list, or a struct that begins with one.
    let (mut at, mut id) = (0_u64, id);
    for _ in 0..4 {
        if types.kind(id) == Some(GoKind::SLICE) {
            let (array, length) = (types.field(id, "array")?, types.field(id, "len")?);
            return Some(Kind::List {
                array: at.checked_add(array.offset)?,
                length: at.checked_add(length.offset)?,
                of: types.pointee(array.type_id)?,
            });
        }
        let first = types.fields(id).first()?;
        (at, id) = (at.checked_add(first.offset)?, first.type_id);
    }
    None
}
