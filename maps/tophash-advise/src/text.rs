//! Advice for people: what to take, why, and what that rests on.

use crate::advice::{Advice, Leave, Signal, Verdict};
use crate::replay::{Entries, Replay};
use crate::workload::{Source, Unit};
use std::fmt::Write;

/// Columns of a table between which there are two blanks.
type Cells = Vec<String>;

/// Advice in lines of at most `width` columns, where tables allow it.
#[must_use]
pub fn write(advice: &Advice, width: usize) -> String {
    let mut text = String::new();
    head(&mut text, advice);
    text.push('\n');
    let rows = advice.dimensions.iter().map(|row| {
        let mark = match row.signal {
            Signal::Risk => "risk",
            Signal::Calm => "",
            Signal::Unknown => "?",
        };
        vec![
            row.name.to_owned(),
            row.measured.clone(),
            mark.to_owned(),
            row.threshold.clone(),
            row.meaning.clone(),
        ]
    });
    table(&mut text, &["what", "measured", "", "a risk", "what that means"], rows.collect(), width);
    text.push('\n');
    let maps = advice.maps.iter().map(|fit| {
        let verdict = match fit.verdict {
            Verdict::Take => "take",
            Verdict::Possible => "would do",
            Verdict::Poor => "poor",
            Verdict::Unfit => "unfit",
        };
        let because = if fit.because.is_empty() {
            "nothing speaks for it or against it".to_owned()
        } else {
            fit.because.join("; ")
        };
        vec![fit.map.label().to_owned(), verdict.to_owned(), because]
    });
    table(&mut text, &["map", "fits", "because"], maps.collect(), width);
    if let Some(replay) = &advice.replay {
        text.push('\n');
        replayed(&mut text, advice, replay, width);
    }
    text.push('\n');
    beyond(&mut text, advice, width);
    if let Some(hint) = advice.capacity_hint {
        let hint = Unit::Count.write(hint as f64);
        line(
            &mut text,
            "size hint",
            &format!("make the map with room for {hint} entries, and it need not grow"),
            width,
        );
    }
    for unknown in &advice.unknown {
        let what = format!("{}: {}; {}", unknown.name, unknown.why, unknown.how);
        line(&mut text, "cannot tell", &what, width);
    }
    for note in &advice.notes {
        line(&mut text, "note", note, width);
    }
    text
}

fn head(text: &mut String, advice: &Advice) {
    let evidence = &advice.evidence;
    let operations = Unit::Count.write(evidence.operations as f64);
    let s = if evidence.operations == 1 { "" } else { "s" };
    let from = match evidence.source {
        Source::Trace => "in a trace",
        Source::Dump => "in a stats dump",
    };
    let kind = if advice.kind.is_empty() { "a map" } else { &advice.kind };
    let over = evidence.seconds.map(|seconds| format!(" of {}", Unit::Seconds.write(seconds)));
    let over = over.unwrap_or_default();
    let faster = advice.replay.as_ref().and_then(|replay| replay.faster_than(advice.take));
    let faster = faster.map(|faster| format!(" ({} was faster when replayed)", faster.map.label()));
    let take = advice.take.label();
    // Writing to a text does not fail.
    let verb = if advice.kind == take { "keep" } else { "take" };
    let _ = writeln!(text, "{}: {verb} {take}{}", advice.map, faster.unwrap_or_default());
    let _ = writeln!(text, "{operations} operation{s} on a {kind} {from}{over}");
}

fn replayed(text: &mut String, advice: &Advice, replay: &Replay, width: usize) {
    let s = if replay.threads == 1 { "" } else { "s" };
    let operations = Unit::Count.write(replay.operations as f64);
    let entries = match replay.entries {
        Entries::Words => "integers",
        Entries::Bytes => "bytes of the recorded sizes",
    };
    let heading = format!(
        "replayed here: {operations} operations by {} thread{s}, {entries}, {} rounds",
        replay.threads, replay.rounds
    );
    let _ = writeln!(text, "{heading}");
    let rows = replay.maps.iter().map(|ratio| {
        vec![
            ratio.map.label().to_owned(),
            format!("{:.2}", ratio.median),
            format!("{:.2} to {:.2}", ratio.least, ratio.greatest),
            format!("{:.0} ns", ratio.nanoseconds),
        ]
    });
    table(text, &["map", "time", "in all rounds", "an operation"], rows.collect(), width);
    match replay.faster_than(advice.take) {
        Some(faster) => {
            let (faster, take) = (faster.map.label(), advice.take.label());
            let what = format!(
                "{faster} was faster than {take} in every round; whether it fits is said above"
            );
            line(text, "replay", &what, width);
        }
        None => {
            let what = format!("no map was faster than {} in every round", advice.take.label());
            line(text, "replay", &what, width);
        }
    }
    for note in &replay.notes {
        line(text, "note", note, width);
    }
}

fn beyond(text: &mut String, advice: &Advice, width: usize) {
    let beyond = &advice.beyond;
    let word = match beyond.verdict {
        Leave::Cluster => "a cluster would hold it",
        Leave::NearCacheOrSplit => "a near cache or a split",
        Leave::Stay => "it stays here",
        Leave::Unknown => "cannot tell",
    };
    let _ = writeln!(text, "beyond one machine: {word}");
    let rows = beyond.conditions.iter().map(|asked| {
        let holds = match asked.holds {
            Some(true) => "yes",
            Some(false) => "no",
            None => "?",
        };
        vec![
            asked.fact.label().to_owned(),
            asked.limit.clone(),
            asked.measured.clone(),
            holds.to_owned(),
        ]
    });
    table(text, &["asked of", "limit", "measured", "holds"], rows.collect(), width);
    line(text, "", &beyond.meaning, width);
}

/// A table whose last column is wrapped.
fn table(text: &mut String, head: &[&str], rows: Vec<Cells>, width: usize) {
    let head: Cells = head.iter().map(|&name| name.to_owned()).collect();
    let rows: Vec<Cells> = std::iter::once(head).chain(rows).collect();
    let columns = rows.first().map_or(0, Vec::len);
    let last = columns.saturating_sub(1);
    let widths: Vec<usize> = (0..last)
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    let indent: usize =
        widths.iter().fold(0, |sum: usize, width| sum.saturating_add(width.saturating_add(2)));
    for row in &rows {
        let mut begin = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            begin.push_str(cell);
            let blanks = width.saturating_sub(cell.chars().count()).saturating_add(2);
            begin.extend(std::iter::repeat_n(' ', blanks));
        }
        let cell = row.last().map_or("", String::as_str);
        wrapped(text, &begin, indent, cell, width);
    }
}

/// A line that begins with a word of its own.
fn line(text: &mut String, word: &str, what: &str, width: usize) {
    let begin = if word.is_empty() { String::new() } else { format!("{word}: ") };
    wrapped(text, &begin, if word.is_empty() { 0 } else { 2 }, what, width);
}

/// Words after a beginning, in as many lines as they need; the further ones begin with `indent` blanks.
fn wrapped(text: &mut String, begin: &str, indent: usize, words: &str, width: usize) {
    // Where tables leave less than this, lines are longer than the terminal.
    let width = width.max(indent.saturating_add(24));
    let mut line = begin.to_owned();
    let mut is_first = true;
    for word in words.split(' ') {
        let long = line.chars().count().saturating_add(word.chars().count()).saturating_add(1);
        if !is_first && long > width {
            text.push_str(line.trim_end());
            text.push('\n');
            line = " ".repeat(indent);
            is_first = true;
        }
        if !is_first {
            line.push(' ');
        }
        line.push_str(word);
        is_first = false;
    }
    text.push_str(line.trim_end());
    text.push('\n');
}
