//! The columns of the groups that run on a filled map, and their loops.

use crate::data::{Choice, Key, Questions, Random, Value};
use crate::ground::Group;
use crate::map::{MANY, Map, Session, Tally};
use std::hint::black_box;

/// Calls of one session: how long a thread keeps a guard, if it keeps one.
pub(crate) const SESSION: usize = 1024;

/// What a column does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Act {
    Get,
    GetMany,
    /// Looks up, but so many in a hundred replace the value.
    Mixed {
        inserts: u64,
    },
    /// Removes a key and inserts it again: two operations.
    Churn,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Work {
    pub(crate) column: &'static str,
    pub(crate) act: Act,
    pub(crate) choice: Choice,
    pub(crate) threads: usize,
}

const fn work(column: &'static str, act: Act, choice: Choice, threads: usize) -> Work {
    Work { column, act, choice, threads }
}

const FEW: Act = Act::Mixed { inserts: 2 };
const HALF: Act = Act::Mixed { inserts: 50 };

const READ: &[Work] = &[
    work("hit 1T", Act::Get, Choice::Uniform, 1),
    work("hit 2T", Act::Get, Choice::Uniform, 2),
    work("hit zipf 1T", Act::Get, Choice::Zipf, 1),
    work("hit zipf 2T", Act::Get, Choice::Zipf, 2),
    work("miss 1T", Act::Get, Choice::Absent, 1),
    work("16 at once 1T", Act::GetMany, Choice::Uniform, 1),
    work("16 at once 2T", Act::GetMany, Choice::Uniform, 2),
];

const MIXED: &[Work] = &[
    work("98/2 1T", FEW, Choice::Uniform, 1),
    work("98/2 2T", FEW, Choice::Uniform, 2),
    work("98/2 zipf 2T", FEW, Choice::Zipf, 2),
    work("50/50 1T", HALF, Choice::Uniform, 1),
    work("50/50 2T", HALF, Choice::Uniform, 2),
    work("50/50 zipf 2T", HALF, Choice::Zipf, 2),
    work("churn 1T", Act::Churn, Choice::Uniform, 1),
    work("churn 2T", Act::Churn, Choice::Uniform, 2),
];

const THREADS: &[Work] = &[
    work("hit 4T", Act::Get, Choice::Uniform, 4),
    work("hit 8T", Act::Get, Choice::Uniform, 8),
    work("98/2 4T", FEW, Choice::Uniform, 4),
    work("98/2 8T", FEW, Choice::Uniform, 8),
    work("50/50 4T", HALF, Choice::Uniform, 4),
    work("50/50 8T", HALF, Choice::Uniform, 8),
    work("churn 4T", Act::Churn, Choice::Uniform, 4),
    work("churn 8T", Act::Churn, Choice::Uniform, 8),
];

/// The columns of a group; none for those that do not run on a filled map.
pub(crate) fn columns(group: Group) -> &'static [Work] {
    match group {
        Group::Read => READ,
        Group::Mixed => MIXED,
        Group::Threads => THREADS,
        _ => &[],
    }
}

/// What a run of operations did.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Done {
    pub(crate) operations: usize,
    /// Look-ups whose answer is known beforehand.
    pub(crate) asked: u64,
    /// How many of them were answered wrongly: a map that loses entries is fast, and must not look so.
    pub(crate) wrong: u64,
}

/// Does about `count` operations of a column from question `first` on.
/// Thread `thread` of the column begins at a place of its own in the questions.
pub(crate) fn run<K: Key, V: Value, M: Map<K, V>>(
    map: &M,
    questions: &Questions<K, V>,
    work: &Work,
    thread: usize,
    first: usize,
    count: usize,
) -> Done {
    let keys = questions.keys(work.choice);
    let mut at = (first + keys.len() / work.threads * thread) % keys.len();
    let mut done = 0;
    let mut tally = Tally::default();
    let mut asked = 0;
    let mut random = Random::new((at ^ (thread << 40)) as u64);
    while done < count {
        // A run of questions that a session answers, without wrapping inside.
        let length = (count - done).min(SESSION).min(keys.len() - at);
        let asking = &keys[at..at + length];
        let mut session = map.session();
        match work.act {
            Act::Get => {
                for key in asking {
                    tally.add(session.get(key));
                }
                asked += length;
                done += length;
            }
            Act::GetMany => {
                let (chunks, _) = asking.as_chunks::<MANY>();
                for chunk in chunks {
                    let many = session.get_many(chunk);
                    tally.found += many.found;
                    tally.digest = tally.digest.wrapping_add(many.digest);
                }
                asked += chunks.len() * MANY;
                done += length;
            }
            Act::Mixed { inserts } => {
                let bound = inserts * (u64::MAX / 100);
                for (turn, key) in asking.iter().enumerate() {
                    if random.next() < bound {
                        session.insert(key.clone(), questions.value(turn));
                    } else {
                        tally.add(session.get(key));
                        asked += 1;
                    }
                }
                done += length;
            }
            Act::Churn => {
                for (turn, key) in asking.iter().enumerate() {
                    session.remove(key);
                    session.insert(key.clone(), questions.value(turn));
                }
                done += 2 * length;
            }
        }
        at = (at + length) % keys.len();
    }
    black_box(tally.digest);
    let asked = asked as u64;
    let wrong = if work.choice == Choice::Absent { tally.found } else { asked - tally.found };
    Done { operations: done, asked, wrong }
}

/// Inserts the keys of these numbers in their order.
pub(crate) fn fill<K: Key, V: Value, M: Map<K, V>>(map: &M, numbers: std::ops::Range<u64>) {
    let mut next = numbers.start;
    while next < numbers.end {
        let end = numbers.end.min(next + SESSION as u64);
        let mut session = map.session();
        for number in next..end {
            session.insert(K::nth(number), V::make(number));
        }
        next = end;
    }
}
