//! A map in the run: something that takes its turn at a group of columns.

use crate::data::{Choice, Key, Questions, Value};
use crate::ground::{Effort, Ground, Group};
use crate::map::Map;
use crate::{growth, instructions, iterate, latency, slices, stores, work};
use anyhow::Result;
use serde::{Deserialize, Serialize};
use std::hint::black_box;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// How a map is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum Class {
    /// What is being proved.
    Ours,
    /// Another map of ours, held against what one would write by hand.
    Kin,
    /// A sound map for any types; the ratios are to the best of these.
    Peer,
    /// What nothing concurrent can beat.
    Limit,
    /// A map for integers alone, an unsound one, or ours with something around it: shown apart.
    Apart,
}

/// One measured figure.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Sample {
    pub(crate) column: String,
    pub(crate) value: f64,
    /// Whether the machine left it undisturbed.
    pub(crate) sure: bool,
    /// Look-ups whose answer is known beforehand.
    pub(crate) asked: u64,
    /// How many of them were answered wrongly.
    pub(crate) wrong: u64,
}

impl Sample {
    pub(crate) fn new(column: impl Into<String>, value: f64) -> Self {
        Self { column: column.into(), value, sure: true, asked: 0, wrong: 0 }
    }
}

/// Takes turns.
pub(crate) trait Subject {
    fn name(&self) -> &str;
    fn class(&self) -> Class;
    /// Measures all columns of the group once.
    fn turn(&mut self, group: Group, effort: &Effort) -> Result<Vec<Sample>>;
    /// Fills the map and does `operations` of one column: what an instruction counter around the process sees.
    fn count(&mut self, column: &str, operations: usize);
    /// Two threads take turns at a map, for somebody who traces stores.
    fn contend(&mut self);
    /// Fills the map to each of these sizes and says the live and the peak bytes at each.
    fn footprint(&mut self, sizes: &[usize]) -> Vec<(usize, usize)>;
}

/// A map of this process.
pub(crate) struct Local<K, V, M> {
    name: &'static str,
    class: Class,
    ground: Ground,
    questions: Rc<Questions<K, V>>,
    map: Option<M>,
}

impl<K: Key, V: Value, M: Map<K, V> + 'static> Local<K, V, M> {
    pub(crate) fn boxed(
        name: &'static str,
        class: Class,
        ground: Ground,
        questions: &Rc<Questions<K, V>>,
    ) -> Box<dyn Subject> {
        Box::new(Self { name, class, ground, questions: Rc::clone(questions), map: None })
    }

    fn filled<'a>(map: &'a mut Option<M>, ground: &Ground) -> &'a M {
        map.get_or_insert_with(|| {
            let map = M::new();
            work::fill(&map, 0..ground.entries as u64);
            map
        })
    }
}

/// Columns that a map can run.
fn runnable<K, V, M: Map<K, V>>(group: Group) -> impl Iterator<Item = &'static work::Work> {
    work::columns(group).iter().filter(|work| M::CONCURRENT || work.threads == 1)
}

impl<K: Key, V: Value, M: Map<K, V> + 'static> Subject for Local<K, V, M> {
    fn name(&self) -> &str {
        self.name
    }

    fn class(&self) -> Class {
        self.class
    }

    fn turn(&mut self, group: Group, effort: &Effort) -> Result<Vec<Sample>> {
        let (ground, questions) = (&self.ground, &*self.questions);
        match group {
            Group::Growth => return Ok(growth::measure::<K, V, M>(effort)),
            Group::Latency => return Ok(latency::measure::<K, V, M>(effort)),
            // In a process of its own.
            Group::Memory | Group::Instructions | Group::Stores => return Ok(Vec::new()),
            Group::Read | Group::Mixed | Group::Threads | Group::Iterate => {}
        }
        let map = Self::filled(&mut self.map, ground);
        // The turns of the others have driven this map from the caches.
        let warm =
            work::Work { column: "warm", act: work::Act::Get, choice: Choice::Uniform, threads: 1 };
        work::run(map, questions, &warm, 0, 0, questions.keys(Choice::Uniform).len());
        if group == Group::Iterate {
            let walk = || iterate::measure(map, ground.entries);
            return Ok(if M::ITERABLE { walk() } else { Vec::new() });
        }
        Ok(runnable::<K, V, M>(group)
            .map(|column| {
                let (asked, wrong) = (AtomicU64::new(0), AtomicU64::new(0));
                let step = |thread, first, count| {
                    let done = work::run(map, questions, column, thread, first, count);
                    asked.fetch_add(done.asked, Relaxed);
                    wrong.fetch_add(done.wrong, Relaxed);
                    done.operations
                };
                let cost = slices::measure(column.threads, effort.millis, &step);
                Sample {
                    column: column.column.into(),
                    value: cost.nanos,
                    sure: cost.sure,
                    asked: asked.into_inner(),
                    wrong: wrong.into_inner(),
                }
            })
            .collect())
    }

    fn count(&mut self, column: &str, operations: usize) {
        let map = Self::filled(&mut self.map, &self.ground);
        let entries = self.ground.entries as u64;
        match column {
            instructions::INSERT => work::fill(map, entries..entries + operations as u64),
            instructions::WALK => drop(black_box(map.iterate())),
            _ => {}
        }
        for group in [Group::Read, Group::Mixed] {
            for work in runnable::<K, V, M>(group).filter(|work| work.column == column) {
                work::run(map, &self.questions, work, 0, 0, operations);
            }
        }
    }

    fn contend(&mut self) {
        if M::CONCURRENT {
            stores::run::<K, V, M>();
        }
    }

    fn footprint(&mut self, sizes: &[usize]) -> Vec<(usize, usize)> {
        let (map, mut filled) = (M::new(), 0);
        sizes
            .iter()
            .map(|&size| {
                work::fill(&map, filled..size as u64);
                filled = size as u64;
                crate::counting::live_and_peak()
            })
            .collect()
    }
}
