//! The table that helps to choose: what to put around or in place of a map.

use finding::{AccessRow, Choice, MapDecl, Operation};

/// The ways to make a map safe, in terms of this one.
pub(crate) fn of(map: &MapDecl, accesses: &[AccessRow]) -> Vec<Choice> {
    let name = map.path.rsplit('.').next().unwrap_or(&map.path);
    let reads = number(accesses, |operation| {
        matches!(
            operation,
            Operation::Read | Operation::Iterate | Operation::Length | Operation::Clone
        )
    });
    let writes = number(accesses, Operation::mutates);
    let (key, value) = (&map.map_type.key, &map.map_type.value);
    vec![
        Choice {
            what: "a lock beside the map".into(),
            when: "the answer for most maps: any mix of reads and writes, several entries changed together".into(),
            how: format!("sync.RWMutex, or sync.Mutex where writes are as frequent as reads. The source has {reads} places that read {name} and {writes} that change it."),
            taken: true,
        },
        Choice {
            what: "sync.Map".into(),
            when: "keys live long and reads dominate, or each goroutine keeps to keys of its own".into(),
            how: format!(
                "{name}[k] = v becomes {name}.Store(k, v), v, ok := {name}[k] becomes {name}.Load(k) with a type assertion to {value}, and \
                 for … range {name} becomes {name}.Range(func(k, v any) bool {{ … }}) with k.({key}); it has no length, and read-then-write needs \
                 LoadOrStore or CompareAndSwap."
            ),
            taken: false,
        },
        Choice {
            what: "shards".into(),
            when: "past some 100,000 operations a second on one map, where the mutex profile shows that they wait for its lock, and on many cores".into(),
            how: format!("An array of 32 or 64 structs, each a lock with a map[{key}]{value}, chosen by a hash of the key; iterating takes one lock after the other and sees no single moment. On few cores it gains nothing over one lock: compare both under the real load before it is kept."),
            taken: false,
        },
    ]
}

fn number(accesses: &[AccessRow], test: impl Fn(Operation) -> bool) -> String {
    match accesses
        .iter()
        .filter(|row| !row.access.before_sharing && test(row.access.operation))
        .count()
    {
        0 => "no".to_owned(),
        number => number.to_string(),
    }
}
