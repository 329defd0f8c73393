//! Maps without names: found in the heap by their shape alone, as it must be done where a program was stripped, and for maps
//! that only closures and locals lead to.
//!
//! # How
//! 1. What the linker tells the runtime of the program, and its descriptors of types, survive stripping (`module.rs`).
//! 2. The allocator's own list of what the heap is cut into says where objects of the size of a header lie, and which of them
//!    are given to somebody (`spans.rs`). Only these and the stacks are read (`parts.rs`). Where there is no such list, all
//!    memory is.
//! 3. Each place goes through cheap tests (`shape.rs`); what passes them is followed. Maps with tables say nearly everything
//!    twice (`swiss.rs`), and buckets of the right size hold as many entries as their header says (`classic.rs`).
//! 4. The allocator notes the types of larger objects; other maps are given the types whose parts have the size that is
//!    there, and whose values fit what is there (`choice.rs`, `fits.rs`).
//! 5. Words among the package variables that are addresses of headers say which variables hold maps (`owners.rs`).
//! 6. From maps of which the type is known, others are reached by their types, as from a variable.
//!
//! # Certainty
//! A map with tables, or with at least two buckets, whose parts agree is *certain*. A map of one group or bucket has little
//! that could disagree, and is *likely*. Maps that nobody uses any more stay in memory until the garbage collector has taken
//! them, and are found until then.

mod choice;
mod classic;
mod fits;
mod module;
mod owners;
mod pages;
mod parts;
mod shape;
mod spans;
mod swiss;
#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]
mod tests;

pub use module::Module;

use crate::budget::Budget;
use crate::memory::Memory;
use crate::walk::{Found, FoundMap, Gap, Reader, Root};
use choice::{Choice, Kinds, Question};
use finding::{ByShape, Confidence, Exactness, TypeBy};
use fits::World;
use go_binary::{Release, RuntimeTypes};
use go_runtime::{Struct, allocated, layout};
use pages::Pages;
use parts::{Amount, Part};
use rustc_hash::{FxHashMap, FxHashSet};
use shape::{ClassicHeader, HEADER, SwissHeader};
use spans::Spans;
use std::cell::RefCell;
use std::ops::Range;

/// What is looked through.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'s> {
    /// The program.
    pub module: &'s Module,
    /// Its descriptors, from which the reader has its types.
    pub runtime: &'s RuntimeTypes,
    /// Memory that is no file's and can be written to.
    pub parts: &'s [Range<u64>],
    /// Headers of maps that are known already, which are left out.
    pub known: &'s FxHashSet<u64>,
}

/// Arrays of groups or buckets of a map, and the entries in them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Groups {
    address: u64,
    count: u64,
    entries: u64,
}

/// What speaks for a header.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Evidence {
    /// It has tables, or more than one bucket.
    in_tables: bool,
    /// What it says twice it says alike.
    agrees: bool,
    groups: Vec<Groups>,
}

/// A header that passed the tests of its own bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Candidate {
    Swiss(SwissHeader),
    Classic(ClassicHeader),
}

impl Candidate {
    fn read(header: &[u8; HEADER], release: Release) -> Option<Self> {
        if release.swiss {
            SwissHeader::read(header).map(Self::Swiss)
        } else {
            ClassicHeader::read(header, release.minor).map(Self::Classic)
        }
    }

    /// Whether it has a single group or bucket.
    fn is_small(&self) -> bool {
        match self {
            Self::Swiss(header) => header.length == 0,
            Self::Classic(header) => header.log2_buckets == 0,
        }
    }
}

/// A map that was found.
struct Met {
    address: u64,
    evidence: Evidence,
    choice: Choice,
}

impl Reader<'_> {
    /// Looks for maps by their shape. The types of the reader's program must be those of [`Scope::runtime`].
    ///
    /// Linear in the memory that is looked through, and in the maps that are found; bounded by the budget.
    #[must_use]
    pub fn scan(
        &self,
        memory: &(impl Memory + ?Sized),
        scope: &Scope<'_>,
        budget: &Budget,
    ) -> Found {
        let spans = Spans::find(memory, scope.module);
        let mut scan = Scan::new(self, scope, memory, budget, spans.as_ref());
        scan.candidates();
        scan.finish()
    }
}

struct Scan<'s, M: ?Sized> {
    reader: &'s Reader<'s>,
    scope: &'s Scope<'s>,
    memory: &'s M,
    /// The same, for what need not be of this very moment.
    pages: Pages<'s, M>,
    budget: &'s Budget,
    spans: Option<&'s Spans>,
    kinds: Kinds<'s>,
    met: Vec<Met>,
    gaps: Vec<Gap>,
}

impl<'s, M: Memory + ?Sized> Scan<'s, M> {
    fn new(
        reader: &'s Reader<'s>,
        scope: &'s Scope<'s>,
        memory: &'s M,
        budget: &'s Budget,
        spans: Option<&'s Spans>,
    ) -> Self {
        let data = &scope.module.data;
        let program = data.text.start.min(data.types.start)..data.bss_without_pointers.end;
        let world = World::new(scope.parts.iter().cloned().chain([program]));
        let minor = scope.module.release.minor;
        let kinds = Kinds::new(reader, scope.runtime.maps(), minor, world);
        let pages = Pages::new(memory);
        Self {
            reader,
            scope,
            memory,
            pages,
            budget,
            spans,
            kinds,
            met: Vec::new(),
            gaps: Vec::new(),
        }
    }

    /// Goes over memory, and follows what looks like a header.
    fn candidates(&mut self) {
        let parts = match self.spans {
            Some(spans) => parts::of_spans(spans, header_size(self.scope.module.release)),
            None => {
                self.gaps.push(Gap::NoSpans);
                self.scope.parts.iter().map(|part| Part { range: part.clone(), step: 8 }).collect()
            }
        };
        let release = self.scope.module.release;
        let most = usize::try_from(self.budget.candidates).unwrap_or(usize::MAX);
        let (mut buffer, mut amount) = (Vec::new(), Amount::default());
        let (mut found, mut left_out) = (Vec::new(), 0_u64);
        parts::headers(self.memory, &parts, &mut buffer, &mut amount, &mut |address, header| {
            if Candidate::read(header, release).is_some() {
                if found.len() < most {
                    found.push(address);
                } else {
                    left_out = left_out.saturating_add(1);
                }
            }
        });
        if amount.unreadable > 0 {
            self.gaps.push(Gap::UnreadableHeap { bytes: amount.unreadable });
        }
        if left_out > 0 {
            self.gaps.push(Gap::Candidates { headers: left_out });
        }
        for address in found {
            if !self.scope.known.contains(&address)
                && let Some(met) = self.follow(address, release)
            {
                self.met.push(met);
            }
        }
    }

    /// Looks at a header again, and at what it leads to; several times, if that is being changed.
    fn follow(&self, address: u64, release: Release) -> Option<Met> {
        // On stacks lies what was given back, too.
        let object = self.spans.and_then(|spans| spans.object(address));
        if object.is_some_and(|object| !object.is_taken(&self.pages)) {
            return None;
        }
        let mut best = None;
        for look in 0..=self.budget.retries {
            if look > 0 {
                self.pages.forget();
            }
            let mut header = [0; HEADER];
            self.memory.read(address, &mut header).ok()?;
            let candidate = Candidate::read(&header, release);
            let is_small = candidate.is_none_or(|candidate| candidate.is_small());
            let met = match candidate {
                Some(Candidate::Swiss(header)) => self.swiss(address, &header),
                Some(Candidate::Classic(header)) => self.classic(address, &header),
                None => None,
            };
            match met {
                Some(met) if met.evidence.agrees => return self.is_possible(met, object.is_some()),
                Some(met) => best = Some(met),
                // What is no map now and the next moment is none; small ones are not worth a second look.
                None if best.is_none() && (look > 0 || is_small) => return None,
                None => {}
            }
        }
        best.and_then(|met| self.is_possible(met, object.is_some()))
    }

    /// A map of one group on a stack is too little to go by.
    fn is_possible(&self, met: Met, in_heap: bool) -> Option<Met> {
        let is_known = met.choice.by == TypeBy::Allocator;
        (met.evidence.in_tables || is_known || in_heap || self.spans.is_none()).then_some(met)
    }

    fn swiss(&self, address: u64, header: &SwissHeader) -> Option<Met> {
        let tables = swiss::Tables::of(self.scope.module.release.minor)?;
        let evidence = tables.check(&self.pages, self.spans, header, self.budget.tables)?;
        let sample = evidence.groups.first().copied();
        let question = Question {
            length: &|size| sample.map_or(0, |groups| groups.count.saturating_mul(size)),
            agrees: &|size| {
                evidence.groups.iter().all(|groups| swiss::have_size(&self.pages, groups, size))
            },
        };
        let choice = self.kinds.choose(&self.pages, self.spans, address, &evidence, &question);
        // A group that no map of the program can have is none.
        let is_group = evidence.in_tables || choice.by != TypeBy::Nothing;
        is_group.then_some(Met { address, evidence, choice })
    }

    fn classic(&self, address: u64, header: &ClassicHeader) -> Option<Met> {
        let groups = classic::groups(header);
        let most = self.budget.bucket_bytes;
        let evidence = |agrees| Evidence {
            in_tables: header.log2_buckets > 0 && header.count > 0,
            agrees,
            groups: vec![groups],
        };
        let verdicts = RefCell::new(FxHashMap::default());
        let verdict = |size| {
            let read = || classic::have_size(&self.pages, header, size, most);
            *verdicts.borrow_mut().entry(size).or_insert_with(read)
        };
        let question = Question {
            length: &|size| classic::array_length(groups.count, size),
            agrees: &|size| verdict(size) != classic::Verdict::No,
        };
        let choice =
            self.kinds.choose(&self.pages, self.spans, address, &evidence(true), &question);
        // Buckets that no map of the program can have are none.
        let size = self.scope.runtime.maps().iter().find(|map| choice.types.contains(&map.type_id));
        let agrees = match verdict(size?.part_size) {
            classic::Verdict::Agrees => true,
            classic::Verdict::Plausible => false,
            classic::Verdict::No => return None,
        };
        Some(Met { address, evidence: evidence(agrees), choice })
    }

    /// Reaches maps from maps, and says what is known of each.
    fn finish(mut self) -> Found {
        let met = std::mem::take(&mut self.met);
        let owners =
            owners::find(self.memory, self.scope.module, met.iter().map(|met| met.address));
        let unknown = self.scope.runtime.unknown_map();
        let roots: Vec<Root> = met
            .iter()
            .filter_map(|met| {
                Some(Root {
                    address: met.address,
                    type_id: met.choice.types.first().copied().or(unknown)?,
                    path: path_of(met.address),
                    declared: match owners.get(&met.address) {
                        Some(at) => format!("@{at:#x}"),
                        None => UNATTRIBUTED.to_owned(),
                    },
                    is_known: met.choice.by == TypeBy::Allocator,
                })
            })
            .collect();
        let Found { mut maps, gaps } = self.reader.find_from(self.memory, self.budget, &roots);
        self.gaps.extend(gaps);
        maps.retain(|found| !self.scope.known.contains(&found.map.address));
        let by_address: FxHashMap<u64, &Met> = met.iter().map(|met| (met.address, met)).collect();
        for found in &mut maps {
            // What other maps lead to is called by the path to it.
            if let Some(met) = by_address.get(&found.map.address)
                && found.map.path == path_of(met.address)
            {
                self.tell(found, met, owners.get(&met.address).copied());
            }
        }
        Found { maps, gaps: self.gaps }
    }

    /// Adds what is known of a map by its shape.
    fn tell(&self, found: &mut FoundMap, met: &Met, variable: Option<u64>) {
        let Met { evidence, choice, .. } = met;
        let is_sure = choice.by == TypeBy::Allocator || evidence.in_tables && evidence.agrees;
        if !evidence.agrees || choice.types.is_empty() {
            found.map.exactness = Exactness::About;
        }
        found.map.map_type = self.type_name(choice);
        found.map.by_shape = Some(ByShape {
            confidence: if is_sure { Confidence::Certain } else { Confidence::Likely },
            variable,
            type_by: choice.by,
        });
    }

    /// The types that a map may have, in a few words.
    fn type_name(&self, choice: &Choice) -> String {
        let name = |id: &_| self.reader.program.types.get(*id).map_or("?", |map| map.name);
        match choice.types.as_slice() {
            [] => "?".to_owned(),
            [only] => name(only).to_owned(),
            [one, other] => format!("{} or {}", name(one), name(other)),
            [one, others @ ..] => format!("{} or {} others", name(one), others.len()),
        }
    }
}

/// What maps are called together that no variable holds.
const UNATTRIBUTED: &str = "unattributed";

/// What a map is called to which nothing with a name leads.
fn path_of(address: u64) -> String {
    format!("map {address:#x}")
}

/// Bytes of a header, as the allocator gives them.
fn header_size(release: Release) -> u64 {
    let header = if release.swiss { Struct::SwissMap } else { Struct::ClassicMap };
    layout(header, release.minor)
        .map_or(HEADER as u64, |layout| allocated(layout.size.into(), false))
}
