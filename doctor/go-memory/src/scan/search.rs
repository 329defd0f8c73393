//! The search itself: over all places where a header may be, and along what such a header leads to.

use super::choice::{Kinds, Question};
use super::fits::World;
use super::pages::Pages;
use super::parts::{self, Amount, Part};
use super::shape::{self, Candidate, ClassicHeader, HEADER, SwissHeader};
use super::spans::Spans;
use super::{Evidence, Met, Scope, classic, swiss};
use crate::budget::Budget;
use crate::memory::Memory;
use crate::walk::{Gap, Reader};
use finding::TypeBy;
use go_binary::Release;
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// A search, and what it has met.
pub(super) struct Scan<'s, M: ?Sized> {
    pub(super) reader: &'s Reader<'s>,
    pub(super) scope: &'s Scope<'s>,
    pub(super) memory: &'s M,
    /// The same, for what need not be of this very moment.
    pages: Pages<'s, M>,
    pub(super) budget: &'s Budget,
    spans: Option<&'s Spans>,
    kinds: Kinds<'s>,
    pub(super) met: Vec<Met>,
    pub(super) gaps: Vec<Gap>,
}

impl<'s, M: Memory + ?Sized> Scan<'s, M> {
    pub(super) fn new(
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
    pub(super) fn candidates(&mut self) {
        let parts = match self.spans {
            Some(spans) => parts::of_spans(spans, shape::header_size(self.scope.module.release)),
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
}
