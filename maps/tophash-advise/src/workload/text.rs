//! Reports as people read them: what `Report` prints, one after the other.

use super::Workload;
use super::dump::DumpError;
use super::told::Told;

/// What reports as they are printed say of their maps' use; other lines between them are passed over.
///
/// # Errors
/// If there is none.
pub fn from_text(text: &str) -> Result<Vec<Workload>, DumpError> {
    let mut found: Vec<Told> = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("  ") {
            None => found.extend(head(line)),
            Some(line) => {
                // What is not of a report is none of ours.
                let _ = found.last_mut().and_then(|told| detail(told, line));
            }
        }
    }
    if found.is_empty() {
        return Err(DumpError::text());
    }
    Ok(found.into_iter().map(Told::workload).collect())
}

/// `sessions: HashMap of 12 entries, 1024 bytes`.
fn head(line: &str) -> Option<Told> {
    if let Some(map) = line.strip_suffix(": locked, so its size is not known") {
        return Some(Told { map: map.to_owned(), ..Told::default() });
    }
    let (before, entries) = line.rsplit_once(" of ")?;
    let (map, kind) = before.rsplit_once(": ")?;
    let (entries, after) = entries.split_once(" entries")?;
    let bytes = after.strip_prefix(", ").and_then(|bytes| bytes.strip_suffix(" bytes"));
    Some(Told {
        map: map.to_owned(),
        kind: kind.to_owned(),
        entries: Some(entries.parse().ok()?),
        bytes: bytes.and_then(|bytes| bytes.parse().ok()),
        ..Told::default()
    })
}

fn detail(told: &mut Told, line: &str) -> Option<()> {
    if let Some(hot) = line.strip_prefix("hot key ") {
        // `1: "a key" (hot), 12.5 % of samples: 5 to 8 of 64`; keys may hold anything.
        let (before, after) = hot.rsplit_once(" % of samples: ")?;
        let (_, percent) = before.rsplit_once(", ")?;
        let (_, samples) = after.rsplit_once(" of ")?;
        told.hot.push(percent.parse::<f64>().ok()? / 100.0);
        told.samples = samples.parse().ok()?;
        return Some(());
    }
    let (what, count) = line.split_once(": ")?;
    if what.ends_with(" locks") {
        let (waits, _) = count.split_once(" waits")?;
        let waits: u64 = waits.parse().ok()?;
        told.waits = Some(told.waits.unwrap_or(0).saturating_add(waits));
        return Some(());
    }
    let (call, result) = what.split_once(' ')?;
    told.operations.push((call.to_owned(), result.to_owned(), count.parse().ok()?));
    Some(())
}
