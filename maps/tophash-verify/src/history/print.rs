//! Drawing a history: a column for each thread, a row for each call and each return.

use super::{History, Op, Operation, Seen};
use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

/// Values too long to read get names, explained below the drawing.
struct Names(Vec<u64>);

impl Names {
    fn of(history: &History) -> Self {
        let mut long = BTreeSet::new();
        for operation in &history.operations {
            match operation.op {
                Op::Insert(value) | Op::TryInsert(value) => drop(long.insert(value)),
                Op::CompareExchange { expected, new } => long.extend([expected, new]),
                Op::Get | Op::Remove | Op::FetchAdd(_) => {}
            }
            if let Seen::Found(Some(value)) = operation.seen {
                long.insert(value);
            }
        }
        long.extend(history.initial.values().copied());
        Self(long.into_iter().filter(|value| *value >= 1_000_000).collect())
    }

    fn value(&self, value: u64) -> String {
        match self.0.binary_search(&value) {
            Ok(at) => format!("v{at}"),
            Err(_) => value.to_string(),
        }
    }

    fn found(&self, found: Option<u64>) -> String {
        found.map_or_else(|| "none".to_owned(), |value| self.value(value))
    }

    fn call(&self, op: Op) -> String {
        match op {
            Op::Get => "get".to_owned(),
            Op::Insert(value) => format!("insert {}", self.value(value)),
            Op::TryInsert(value) => format!("try_insert {}", self.value(value)),
            Op::Remove => "remove".to_owned(),
            Op::CompareExchange { expected, new } => {
                format!("exchange {} by {}", self.value(expected), self.value(new))
            }
            Op::FetchAdd(delta) => format!("add {delta}"),
        }
    }
}

/// One cell of the drawing: at this time, in this thread's column, this text.
struct Mark {
    time: u64,
    is_return: bool,
    operation: usize,
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Names::of(self);
        let threads: Vec<u32> = {
            let set: BTreeSet<u32> =
                self.operations.iter().map(|operation| operation.thread).collect();
            set.into_iter().collect()
        };
        let zero = self.operations.iter().map(|operation| operation.start).min().unwrap_or(0);
        let mut marks: Vec<Mark> = Vec::new();
        for (operation, Operation { start, end, .. }) in self.operations.iter().enumerate() {
            marks.push(Mark { time: *start, is_return: false, operation });
            if *end != u64::MAX {
                marks.push(Mark { time: *end, is_return: true, operation });
            }
        }
        marks.sort_by_key(|mark| (mark.time, mark.is_return));

        let several =
            self.operations.iter().any(|operation| operation.key != self.operations[0].key);
        let text = |mark: &Mark| -> String {
            let operation = &self.operations[mark.operation];
            let key = if several { format!(" [{}]", operation.key) } else { String::new() };
            match (mark.is_return, operation.seen) {
                (false, Seen::Unknown) => {
                    format!("┌ {}{key} (forgotten)", names.call(operation.op))
                }
                (false, Seen::Found(_)) => format!("┌ {}{key}", names.call(operation.op)),
                (true, Seen::Found(found)) => format!("└ found {}", names.found(found)),
                (true, Seen::Unknown) => "└ found ?".to_owned(),
            }
        };
        let width =
            marks.iter().map(|mark| text(mark).chars().count()).max().unwrap_or(0).max(10) + 2;

        let mut line = format!("{:>12}  ", "µs");
        for thread in &threads {
            let _ = write!(line, "{:<width$}", format!("thread {thread}"));
        }
        writeln!(f, "{}", line.trim_end())?;
        let mut open: Vec<u32> = Vec::new();
        for mark in &marks {
            let operation = &self.operations[mark.operation];
            let mut line = format!("{:>12.3}  ", (mark.time - zero) as f64 / 1000.0);
            for thread in &threads {
                let cell = if *thread == operation.thread {
                    text(mark)
                } else if open.contains(thread) {
                    "│".to_owned()
                } else {
                    String::new()
                };
                let _ = write!(line, "{cell:<width$}");
            }
            writeln!(f, "{}", line.trim_end())?;
            if mark.is_return {
                if let Some(at) = open.iter().position(|thread| *thread == operation.thread) {
                    open.swap_remove(at);
                }
            } else {
                open.push(operation.thread);
            }
        }
        for (at, value) in names.0.iter().enumerate() {
            writeln!(f, "{:>12}  v{at} = {value:#018x}", "")?;
        }
        Ok(())
    }
}
