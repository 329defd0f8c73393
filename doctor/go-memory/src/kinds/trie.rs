//! `sync.Map` of Go 1.24 and later: a trie over the bits of hashes.
//!
//! Source: `src/internal/sync/hashtriemap.go` of Go 1.24 to 1.27. A node is an inner one, with sixteen children, or an
//! entry; entries of one hash are a list. The first field of both says which it is.

use super::heap::Heap;
use super::{Entry, Look};
use crate::budget::Budget;
use crate::memory::{Memory, Unmapped, bytes, pointer, pointer_at};
use finding::{Exactness, Inside};
use go_binary::{Form, TypeId, Types};

/// Where the fields lie.
#[derive(Clone, Debug)]
pub(crate) struct Trie {
    header_size: u64,
    root: u64,
    node_size: u64,
    children: u64,
    fan_out: u64,
    entry: EntryAt,
    any: TypeId,
    heap: Heap,
}

#[derive(Clone, Debug)]
struct EntryAt {
    size: u64,
    next: u64,
    key: u64,
    value: u64,
}

/// The name of the type, before its arguments.
pub(super) const NAME: &str = "internal/sync.HashTrieMap[";
/// A hash has no more bits than that many nodes deep.
const DEEPEST: u32 = 17;

/// Nodes that are walked through at most.
const MOST_NODES: u64 = 1 << 20;

/// What a walk met.
#[derive(Default, PartialEq, Eq)]
struct Met {
    entries: u64,
    nodes: u64,
    unreadable: bool,
}

impl Trie {
    /// How a trie of a type is laid out; of those with interfaces as keys and values alone, as `sync.Map` has them.
    pub(super) fn of(types: &Types<'_>, id: TypeId, heap: Heap) -> Option<Self> {
        let name = types.get(types.resolve(id))?.name;
        if name == super::split::NAME {
            // It is a struct around the trie.
            let inner = types.field(id, "m")?;
            let trie = Self::of(types, inner.type_id, heap)?;
            return Some(Self { root: trie.root.checked_add(inner.offset)?, ..trie });
        }
        if name.strip_prefix(NAME)? != "interface {},interface {}]" {
            return None;
        }
        let root = types.field(id, "root")?;
        let node = super::atomic_pointee(types, root.type_id)?;
        let children = types.field(node, "children")?;
        let Form::Array(_, fan_out) = types.form(children.type_id)? else { return None };
        let any = types.find("interface {}")?;
        let entry = EntryAt::of(types, any)?;
        Some(Self {
            header_size: types.size(id),
            root: root.offset,
            node_size: types.size(node),
            children: children.offset,
            fan_out: (*fan_out).min(64),
            entry,
            any,
            heap,
        })
    }

    pub(super) fn places(&self) -> (TypeId, TypeId) {
        (self.any, self.any)
    }

    /// Walks twice, since nothing in a trie is there twice: both walks must have met as many.
    pub(super) fn look(
        &self,
        memory: &(impl Memory + ?Sized),
        address: u64,
        budget: &Budget,
    ) -> Result<Look, Unmapped> {
        let root = pointer_at(memory, address.saturating_add(self.root))?;
        let mut left = budget.tables;
        let mut count = |_| {
            left = left.saturating_sub(1);
            left > 0
        };
        let first = self.count(memory, root, &mut count);
        let second = self.count(memory, root, &mut count);
        let agrees = first == second && !first.unreadable && left > 0;
        let each = |size| self.heap.takes(size, true);
        let nodes = first.nodes.saturating_mul(each(self.node_size));
        let entries = first.entries.saturating_mul(each(self.entry.size));
        Ok(Look {
            entries: first.entries,
            capacity: first.nodes.saturating_mul(self.fan_out),
            bytes: self.header_size.saturating_add(nodes).saturating_add(entries),
            writing: false,
            probes: None,
            exactness: if agrees { Exactness::Exact } else { Exactness::About },
            inside: Inside::Trie { nodes: first.nodes },
        })
    }

    fn count(
        &self,
        memory: &(impl Memory + ?Sized),
        root: u64,
        go_on: &mut impl FnMut(Entry) -> bool,
    ) -> Met {
        let mut met = Met::default();
        if root != 0 {
            self.node(memory, root, DEEPEST, &mut met, go_on);
        }
        met
    }

    /// Meets entries until `meet` has enough.
    pub(super) fn walk(
        &self,
        memory: &(impl Memory + ?Sized),
        address: u64,
        meet: &mut impl FnMut(Entry) -> bool,
    ) -> Result<(), Unmapped> {
        let root = pointer_at(memory, address.saturating_add(self.root))?;
        self.count(memory, root, meet);
        Ok(())
    }

    /// Goes through an inner node; returns whether more is wanted.
    fn node(
        &self,
        memory: &(impl Memory + ?Sized),
        address: u64,
        depth: u32,
        met: &mut Met,
        meet: &mut impl FnMut(Entry) -> bool,
    ) -> bool {
        let (Some(deeper), Ok(node)) =
            (depth.checked_sub(1), bytes(memory, address, self.node_size))
        else {
            met.unreadable = true;
            return true;
        };
        met.nodes = met.nodes.saturating_add(1);
        if met.nodes > MOST_NODES {
            met.unreadable = true;
            return false;
        }
        for place in 0..self.fan_out {
            let at = self.children.saturating_add(place.saturating_mul(8));
            let Some(child) = pointer(&node, at).filter(|child| *child != 0) else { continue };
            let mut is_entry = [0];
            if memory.read(child, &mut is_entry).is_err() {
                met.unreadable = true;
                continue;
            }
            let wanted = if is_entry == [1] {
                self.entries(memory, child, met, meet)
            } else {
                self.node(memory, child, deeper, met, meet)
            };
            if !wanted {
                return false;
            }
        }
        true
    }

    /// Meets the entries of one hash.
    fn entries(
        &self,
        memory: &(impl Memory + ?Sized),
        mut address: u64,
        met: &mut Met,
        meet: &mut impl FnMut(Entry) -> bool,
    ) -> bool {
        /// More entries of one hash are a damaged list.
        const LONGEST: u32 = 1 << 12;
        for _ in 0..LONGEST {
            let at = |offset: u64| address.saturating_add(offset);
            met.entries = met.entries.saturating_add(1);
            if !meet(Entry { key: at(self.entry.key), value: at(self.entry.value) }) {
                return false;
            }
            match pointer_at(memory, at(self.entry.next)) {
                Ok(0) => return true,
                Ok(next) => address = next,
                Err(_) => {
                    met.unreadable = true;
                    return true;
                }
            }
        }
        true
    }
}

impl EntryAt {
    /// By the struct that the compiler made for all types of this shape, if it is declared; otherwise as Go 1.24 to 1.27
    /// lay it out: a flag, the pointer to the next one, the key, the value.
    fn of(types: &Types<'_>, any: TypeId) -> Option<Self> {
        let shaped = "internal/sync.entry[go.shape.interface {},go.shape.interface {}]";
        if let Some(entry) = types.find(shaped) {
            let at = |name| types.field(entry, name).map(|field| field.offset);
            return Some(Self {
                size: types.size(entry),
                next: at("overflow")?,
                key: at("key")?,
                value: at("value")?,
            });
        }
        let word = types.size(any);
        let value = word.checked_add(16)?;
        Some(Self { size: value.checked_add(word)?, next: 8, key: 16, value })
    }
}
