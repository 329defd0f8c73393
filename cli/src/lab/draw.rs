//! The buckets of a map, drawn.

use super::words::{flags, tophash};
use anstyle::Style;
use go_lab::{Bucket, Picture, Scenario};
use go_runtime::classic::{EVACUATED_EMPTY, EVACUATED_X, EVACUATED_Y, Field, MIN_TOP_HASH};

/// The fields that count, and a line for each bucket; what differs from `before` is bold.
pub(super) fn text(
    scenario: &Scenario,
    picture: Option<&Picture>,
    before: Option<&Picture>,
) -> String {
    let Some(picture) = picture else { return "  m is nil\n".to_owned() };
    let field = |field: Field, value: String| {
        let changed = before.is_some_and(|before| before.field(field) != picture.field(field));
        marked(&format!("{} {value}", field.name()), changed)
    };
    let number = |name: Field| field(name, picture.field(name).to_string());
    let mut text = format!(
        "  {}  {}  {}  {}\n",
        number(Field::Count),
        number(Field::B),
        field(Field::Flags, flags(picture.field(Field::Flags))),
        number(Field::Nevacuate),
    );
    if picture.buckets.is_empty() {
        text.push_str("  buckets nil\n");
    }
    let empty = (Vec::new(), Vec::new());
    let (buckets, oldbuckets) = match before {
        Some(before) => (&before.buckets, &before.oldbuckets),
        None => (&empty.0, &empty.1),
    };
    for (name, array, was) in
        [("oldbuckets", &picture.oldbuckets, oldbuckets), ("buckets", &picture.buckets, buckets)]
    {
        for (index, chain) in array.iter().enumerate() {
            let was = was.get(index).filter(|_| before.is_some());
            let drawn: Vec<String> = chain
                .iter()
                .enumerate()
                .map(|(at, bucket)| cells(scenario, bucket, was.and_then(|was| was.get(at))))
                .collect();
            let label = format!("{name}[{index}]");
            text.push_str(&format!("  {label:<14}{}\n", drawn.join(" → ")));
        }
    }
    text
}

fn marked(text: &str, changed: bool) -> String {
    if !changed {
        return text.to_owned();
    }
    let bold = Style::new().bold();
    format!("{bold}{text}{bold:#}")
}

/// The cells of a bucket between bars.
fn cells(scenario: &Scenario, bucket: &Bucket, was: Option<&Bucket>) -> String {
    let drawn = |bucket: &Bucket| -> Vec<String> {
        (0..bucket.tophash.len()).map(|at| cell(scenario, bucket, at)).collect()
    };
    let old = was.map(drawn);
    let parts: Vec<String> = drawn(bucket)
        .into_iter()
        .enumerate()
        .map(|(at, text)| {
            let changed = old.as_ref().is_some_and(|old| old.get(at) != Some(&text));
            marked(&format!("{text:<18}"), changed)
        })
        .collect();
    format!("│ {} │", parts.join(" │ "))
}

/// A cell: tophash, key and value, or the mark of one that is empty or has moved.
fn cell(scenario: &Scenario, bucket: &Bucket, at: usize) -> String {
    let word = |words: &[u64]| words.get(at).copied().unwrap_or(0);
    let (top, key) = (word(&bucket.tophash), word(&bucket.keys));
    let name = scenario.key(key).unwrap_or("0");
    let values = bucket.elems.get(at).map(Vec::as_slice).unwrap_or_default();
    let value: Vec<String> = values.iter().map(u64::to_string).collect();
    let value = value.join("/");
    match top {
        EVACUATED_X | EVACUATED_Y => format!("{} {name}={value}", tophash(top)),
        EVACUATED_EMPTY => tophash(top),
        _ if top >= MIN_TOP_HASH => format!("{} {name}={value}", tophash(top)),
        _ => tophash(top),
    }
}
