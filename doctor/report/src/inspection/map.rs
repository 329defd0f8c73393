//! One map in full: its instances, and how each is built inside.

use super::amounts::{hundredths, number, share, size};
use super::{InspectionOptions, as_u64, picture, title};
use crate::table::{self, Cell};
use crate::text::{clean, count, grouped, hanging};
use finding::{Inside, InspectedMap, MapInstance, MapState};

/// Renders one map in full: what is to be known of it, its instances, and of those that were read for it a picture and
/// entries.
#[must_use]
pub fn inspected_map_full(map: &InspectedMap, options: &InspectionOptions) -> String {
    let mut out = head(map, options);
    let dim = |text| Cell::styled(text, options.styles.dim);
    let titles = ["reached as", "address", "entries", "full", "bytes", "+ content", "inside"];
    let mut rows = vec![titles.map(dim).into()];
    let shown = options.limit.unwrap_or(usize::MAX);
    for instance in map.instances.iter().take(shown) {
        let content = instance.retained.filter(|retained| retained.bytes > 0);
        let content = content.map(|retained| format!("≈{}", size(retained.bytes)));
        rows.push(vec![
            Cell::place(&clean(&instance.path), options.styles.strong),
            Cell::new(format!("{:#x}", instance.address)),
            Cell::new(number(instance.entries, instance.exactness)),
            Cell::new(share(instance.entries, instance.capacity)),
            Cell::new(size(instance.bytes.saturating_add(instance.indirect))),
            Cell::new(content.unwrap_or_default()),
            Cell::new(inside(instance)),
        ]);
    }
    out.push('\n');
    out.push_str(&table::render(&rows, 0, options.width()));
    let left = map.instances.len().saturating_sub(shown);
    if left > 0 {
        out.push_str(&format!(
            "… and {} more\n    {}\n",
            grouped(as_u64(left)),
            clean(&options.all)
        ));
    }
    for instance in map.instances.iter().filter(|instance| instance.detail.is_some()) {
        detail(&mut out, instance, options);
    }
    out
}

/// Renders those instances of a map that were being written.
pub(super) fn written(map: &InspectedMap, options: &InspectionOptions) -> String {
    let written = map.instances.iter().filter(|instance| instance.writing);
    let only = InspectedMap { instances: written.cloned().collect(), ..map.clone() };
    inspected_map_full(&only, options)
}

/// The name and the type, and what each state means.
fn head(map: &InspectedMap, options: &InspectionOptions) -> String {
    let mut out = format!("{}  {}\n", title(&map.declared, options.styles), clean(&map.map_type));
    for state in &map.states {
        let first = format!("  {}: ", state.words());
        let mut text = state.meaning().to_owned();
        if let (MapState::Leaking, Some(change)) = (state, &map.change) {
            let numbers: Vec<_> = change.entries.iter().map(|entries| grouped(*entries)).collect();
            text = format!("{text} It had {} entries.", numbers.join(", then "));
        }
        hanging(&mut out, &first, first.chars().count(), &text, options.prose());
    }
    out
}

/// What was read of one instance alone.
fn detail(out: &mut String, instance: &MapInstance, options: &InspectionOptions) {
    let Some(detail) = &instance.detail else { return };
    out.push_str(&format!("\n{}\n", title(&instance.path, options.styles)));
    for line in facts(instance) {
        hanging(out, "  ", 2, &line, options.prose());
    }
    if let Some(picture) = &detail.picture {
        out.push_str(&picture::draw(picture, options));
    }
    if detail.samples.is_empty() {
        return;
    }
    out.push('\n');
    let dim = |text| Cell::styled(text, options.styles.dim);
    let mut rows = vec![["key", "value"].map(dim).into()];
    for sample in &detail.samples {
        rows.push(vec![Cell::new(clean(&sample.key)), Cell::new(clean(&sample.value))]);
    }
    out.push_str(&table::render(&rows, 2, options.width()));
}

/// What is known of an instance, a sentence each.
fn facts(instance: &MapInstance) -> Vec<String> {
    let mut facts = Vec::new();
    let places = count(instance.capacity, "place", "places");
    facts.push(format!("{} in {places}; {}.", entries(instance), inside(instance)));
    if let Inside::Classic { grows_beyond, growth: None, .. } = instance.inside
        && instance.capacity > 0
    {
        facts.push(format!("It grows when it has more than {} entries.", grouped(grows_beyond)));
    }
    let mut bytes = format!("Its tables take {}", size(instance.bytes));
    if instance.indirect > 0 {
        bytes.push_str(&format!(
            ", keys and values of more than 128 bytes {}",
            size(instance.indirect)
        ));
    }
    if let Some(retained) = instance.retained.filter(|retained| retained.bytes > 0) {
        bytes.push_str(&format!(
            ", what its entries lead to about {} (by {} of them)",
            size(retained.bytes),
            grouped(retained.sampled)
        ));
    }
    facts.push(format!("{bytes}."));
    if let Some(probes) = instance.probes {
        let part =
            if matches!(instance.inside, Inside::Classic { .. }) { "buckets" } else { "groups" };
        facts.push(format!(
            "A look-up of a key that it does not have looks at {} {part} in the mean, {} at most.",
            hundredths(probes.mean_hundredths),
            grouped(probes.longest)
        ));
    }
    facts
}

fn entries(instance: &MapInstance) -> String {
    let noun = if instance.entries == 1 { "entry" } else { "entries" };
    format!("{} {noun}", number(instance.entries, instance.exactness))
}

/// How a map is built inside, in words.
fn inside(instance: &MapInstance) -> String {
    match instance.inside {
        Inside::Classic { log2_buckets, overflow, growth, .. } => {
            let buckets = 1_u64.checked_shl(log2_buckets.into()).unwrap_or(u64::MAX);
            let mut text = count(buckets, "bucket", "buckets");
            if overflow > 0 {
                text.push_str(&format!(", {} overflow", grouped(overflow)));
            }
            if let Some(growth) = growth {
                let (moved, from) = (grouped(growth.moved), grouped(growth.from));
                text.push_str(&format!(", growing: {moved} of {from} moved"));
            }
            text
        }
        Inside::Swiss { tables: 0, .. } => "one group".to_owned(),
        Inside::Swiss { tables, tombstones, full_tables, directory, .. } => {
            let mut text = count(tables, "table", "tables");
            if directory > tables {
                text.push_str(&format!(" behind a directory of {}", grouped(directory)));
            }
            if full_tables > 0 {
                text.push_str(&format!(", {} full", grouped(full_tables)));
            }
            if tombstones > 0 {
                let marks = count(tombstones, "tombstone", "tombstones");
                text.push_str(&format!(", {marks}"));
            }
            text
        }
        Inside::Split { read, dirty, misses, .. } => {
            format!("read {}, dirty {}, misses {}", grouped(read), grouped(dirty), grouped(misses))
        }
        Inside::Trie { nodes } => count(nodes, "node", "nodes"),
    }
}
