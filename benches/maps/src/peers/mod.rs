//! Who is measured: a file for each crate, and the list of them.

mod dashmap;
mod flurry;
mod hashbrown;
#[cfg(feature = "tophash")]
mod kinds;
mod leapfrog;
mod locks;
#[cfg(feature = "tophash")]
mod observed;
mod ordered;
mod papaya;
mod persistent;
mod scc;
#[cfg(feature = "tophash")]
mod tophash;
mod whirlwind;

use crate::data::{Key, Questions, Value};
use crate::ground::{Ground, Hasher, Kind};
use crate::limits;
use crate::subject::{Class, Local, Subject};
use foldhash::fast::FixedState;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, RandomState};
use std::rc::Rc;

/// papaya's names in this program, which has it with or without its membarrier.
const PAPAYA: [&str; 2] =
    if cfg!(feature = "papaya-membarrier") { ["papaya", "papaya, guard reused"] } else { FENCED };

/// papaya's names in a program that has it without its membarrier.
pub(crate) const FENCED: [&str; 2] = ["papaya, fences", "papaya, fences, guard reused"];

/// Whether a map is ours with something around it.
pub(crate) fn is_observed(name: &str) -> bool {
    name.starts_with("tophash Observed")
}

/// The maps of that ground, in the order of the tables; each is filled when its first turn comes.
pub(crate) fn subjects(ground: Ground, length: usize) -> Vec<Box<dyn Subject>> {
    // A ground without entries is for groups that fill maps of their own and ask nothing.
    let length = if ground.entries == 0 { 1 } else { length };
    match ground.kind {
        Kind::U64U64 => {
            let questions = Rc::new(Questions::<u64, u64>::new(ground.entries, length));
            let mut subjects = limits::subjects(ground);
            subjects.extend(match ground.hasher {
                Hasher::Same => general::<u64, u64, FixedState>(ground, &questions),
                Hasher::Own => own_hashers(ground, &questions),
            });
            subjects.push(match ground.hasher {
                Hasher::Same => integers::<FixedState>(ground, &questions),
                Hasher::Own => integers::<BuildHasherDefault<DefaultHasher>>(ground, &questions),
            });
            if ground.hasher == Hasher::Same {
                subjects.extend(persistent::subjects(ground, &questions));
                subjects.push(Local::<u64, u64, ordered::Crossbeam<u64, u64>>::boxed(
                    "crossbeam SkipMap",
                    Class::Apart,
                    ground,
                    &questions,
                ));
                subjects.push(Local::<u64, u64, ordered::Tree<u64, u64>>::boxed(
                    "scc TreeIndex",
                    Class::Apart,
                    ground,
                    &questions,
                ));
                #[cfg(feature = "tophash")]
                subjects.extend(kinds::subjects(ground, &questions));
            }
            #[cfg(feature = "tophash")]
            subjects.extend(tophash::subjects(ground, &questions));
            #[cfg(feature = "tophash")]
            subjects.extend(observed::subjects(ground, &questions));
            subjects
        }
        Kind::StringU64 => everybody::<String, u64>(ground, length),
        Kind::U64String => everybody::<u64, String>(ground, length),
        Kind::Set => {
            let questions = Rc::new(Questions::<u64, ()>::new(ground.entries, length));
            #[allow(unused_mut, reason = "grows where our own set is built in")]
            let mut subjects = general::<u64, (), FixedState>(ground, &questions);
            #[cfg(feature = "tophash")]
            subjects.push(tophash::set(ground, &questions));
            subjects
        }
    }
}

fn everybody<K: Key + Ord, V: Value>(ground: Ground, length: usize) -> Vec<Box<dyn Subject>> {
    let questions = Rc::new(Questions::<K, V>::new(ground.entries, length));
    #[allow(unused_mut, reason = "grows where our own map is built in")]
    let mut subjects = general::<K, V, FixedState>(ground, &questions);
    #[cfg(feature = "tophash")]
    subjects.extend(tophash::subjects(ground, &questions));
    subjects
}

/// All maps for any types, with one hasher.
fn general<K, V, S>(ground: Ground, questions: &Rc<Questions<K, V>>) -> Vec<Box<dyn Subject>>
where
    K: Key + Ord,
    V: Value,
    S: BuildHasher + Default + Clone + Send + Sync + 'static,
{
    use Class::{Limit, Peer};
    vec![
        Local::<K, V, hashbrown::Hashbrown<K, V, S>>::boxed(
            "hashbrown, not concurrent",
            Limit,
            ground,
            questions,
        ),
        Local::<K, V, papaya::PerCall<K, V, S>>::boxed(PAPAYA[0], Peer, ground, questions),
        Local::<K, V, papaya::Reused<K, V, S>>::boxed(PAPAYA[1], Peer, ground, questions),
        Local::<K, V, scc::Locking<K, V, S>>::boxed("scc HashMap", Peer, ground, questions),
        Local::<K, V, scc::Index<K, V, S>>::boxed("scc HashIndex", Peer, ground, questions),
        Local::<K, V, scc::IndexReused<K, V, S>>::boxed(
            "scc HashIndex, guard reused",
            Peer,
            ground,
            questions,
        ),
        Local::<K, V, dashmap::Six<K, V, S>>::boxed("dashmap 6.2", Peer, ground, questions),
        Local::<K, V, dashmap::Seven<K, V, S>>::boxed("dashmap 7.0-rc2", Peer, ground, questions),
        Local::<K, V, whirlwind::Whirlwind<K, V, S>>::boxed("whirlwind", Peer, ground, questions),
        Local::<K, V, flurry::Flurry<K, V, S>>::boxed("flurry", Peer, ground, questions),
        Local::<K, V, locks::Sharded<K, V, S>>::boxed(
            "256 × parking_lot RwLock<hashbrown>",
            Peer,
            ground,
            questions,
        ),
        Local::<K, V, locks::OneRwLock<K, V, S>>::boxed(
            "parking_lot RwLock<hashbrown>",
            Peer,
            ground,
            questions,
        ),
        Local::<K, V, locks::StdRwLock<K, V, S>>::boxed(
            "std RwLock<HashMap>",
            Peer,
            ground,
            questions,
        ),
        Local::<K, V, locks::StdMutex<K, V, S>>::boxed(
            "std Mutex<HashMap>",
            Peer,
            ground,
            questions,
        ),
    ]
}

/// The same maps, each with the hasher that it takes when none is named. Most take that of `std`.
fn own_hashers(ground: Ground, questions: &Rc<Questions<u64, u64>>) -> Vec<Box<dyn Subject>> {
    let mut subjects = general::<u64, u64, RandomState>(ground, questions);
    for subject in &mut subjects {
        let (name, class) = (subject.name().to_owned(), subject.class());
        if name.starts_with("hashbrown") {
            type Own = hashbrown::Hashbrown<u64, u64, ::hashbrown::DefaultHashBuilder>;
            let name = "hashbrown, not concurrent";
            *subject = Local::<u64, u64, Own>::boxed(name, class, ground, questions);
        } else if name.starts_with("256") {
            type Own = locks::Sharded<u64, u64, ::hashbrown::DefaultHashBuilder>;
            let name = "256 × parking_lot RwLock<hashbrown>";
            *subject = Local::<u64, u64, Own>::boxed(name, class, ground, questions);
        } else if name.starts_with("parking_lot") {
            type Own = locks::OneRwLock<u64, u64, ::hashbrown::DefaultHashBuilder>;
            let name = "parking_lot RwLock<hashbrown>";
            *subject = Local::<u64, u64, Own>::boxed(name, class, ground, questions);
        } else if name == "flurry" {
            type Own = flurry::Flurry<u64, u64, ::flurry::DefaultHashBuilder>;
            *subject = Local::<u64, u64, Own>::boxed("flurry", class, ground, questions);
        }
    }
    subjects
}

fn integers<S>(ground: Ground, questions: &Rc<Questions<u64, u64>>) -> Box<dyn Subject>
where
    S: BuildHasher + Default + Send + Sync + 'static,
{
    let name = "leapfrog (integers only, unsound)";
    Local::<u64, u64, leapfrog::Leapfrog<S>>::boxed(name, Class::Apart, ground, questions)
}
