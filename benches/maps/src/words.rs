//! What the columns are called where people read: in the verdict and in plots.

use crate::ground::{Ground, Group};

/// A column in words.
pub(crate) fn column(group: Group, column: &str) -> String {
    let (what, threads) = split(column);
    let what = match (group, what) {
        (Group::Growth, "insert") => "growth from empty",
        (Group::Instructions, "insert") => "insert while growing",
        (Group::Stores, "hit, shared") => {
            "stores of a hit to lines that another thread's hits store to"
        }
        (_, "hit zipf") => "hit, skewed keys",
        (_, "16 at once") => "`get_many` of 16",
        (_, "98/2") => "98 % reads",
        (_, "98/2 zipf") => "98 % reads, skewed keys",
        (_, "50/50") => "50 % reads",
        (_, "50/50 zipf") => "50 % reads, skewed keys",
        (_, "churn") => "insert and remove",
        (_, "entry") => "iterate, an entry",
        (Group::Latency, "insert longest") => "longest insertion while growing",
        (Group::Latency, "read longest") => {
            "a reader's longest call while another thread grows the map"
        }
        (_, what) => what,
    };
    let what = match (group, what.split_once(' ')) {
        (Group::Latency, Some(("insert", share))) => {
            format!("{share} of an insertion while growing")
        }
        (Group::Latency, Some(("read", share))) => {
            format!("a reader's {share} while another thread grows the map")
        }
        _ => what.to_owned(),
    };
    match threads {
        None => what,
        Some(1) => format!("{what}, 1 thread"),
        Some(threads) => format!("{what}, {threads} threads"),
    }
}

/// A column and its number of threads, if it names one.
pub(crate) fn split(column: &str) -> (&str, Option<usize>) {
    let Some((what, threads)) = column.rsplit_once(' ') else { return (column, None) };
    match threads.strip_suffix('T').and_then(|threads| threads.parse().ok()) {
        Some(threads) => (what, Some(threads)),
        None => (column, None),
    }
}

/// The size of a table; nothing where it has none.
pub(crate) fn size(ground: Ground) -> Option<String> {
    match ground.entries {
        0 => None,
        n if n % (1 << 20) == 0 => Some(format!("{} M", n >> 20)),
        n => Some(format!("{} K", n >> 10)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_read_as_words() {
        assert_eq!(column(Group::Read, "hit zipf 2T"), "hit, skewed keys, 2 threads");
        assert_eq!(column(Group::Read, "16 at once 1T"), "`get_many` of 16, 1 thread");
        assert_eq!(column(Group::Growth, "insert 1T"), "growth from empty, 1 thread");
        assert_eq!(column(Group::Latency, "insert p99.9"), "p99.9 of an insertion while growing");
        assert_eq!(column(Group::Iterate, "entry"), "iterate, an entry");
    }
}
