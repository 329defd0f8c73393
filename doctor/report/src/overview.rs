//! The maps of a program without a crash, for a person, for `grep`, for programs and for a page.

use crate::json::SCHEMA_VERSION;
use crate::style::Styles;
use crate::table::{self, Cell};
use crate::text::{clean, count, grouped, hanging};
use crate::words::place;
use finding::{DeclKind, Locking, Overview, OverviewRow, Site};
use serde::Serialize;
use std::fmt::Write as _;

/// How an overview is laid out.
#[derive(Clone, Debug)]
pub struct OverviewOptions {
    /// Styles; plain by default.
    pub styles: Styles,
    /// Columns of the terminal, 100 by default; less than 60 is taken as 60.
    pub width: usize,
    /// Rows that are shown; `None`, the default, shows every map. With a limit, maps that are
    /// rarely the answer are counted instead: locked everywhere, alone, local, or of a dependency.
    pub limit: Option<usize>,
    /// The command that shows every map, said where some are left out.
    pub all: String,
}

impl Default for OverviewOptions {
    fn default() -> Self {
        Self { styles: Styles::plain(), width: 100, limit: None, all: String::new() }
    }
}

/// Why a row is counted rather than shown, where only the first screen is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Folded {
    Vendored,
    Alone,
    Locked,
    Local,
}

impl Folded {
    const ALL: [Self; 4] = [Self::Local, Self::Locked, Self::Alone, Self::Vendored];

    fn of(row: &OverviewRow) -> Option<Self> {
        if row.vendored {
            Some(Self::Vendored)
        } else if !row.beside_others {
            Some(Self::Alone)
        } else if row.locking == Locking::Locked {
            Some(Self::Locked)
        } else if matches!(row.declaration.decl, DeclKind::Local | DeclKind::Parameter) {
            Some(Self::Local)
        } else {
            None
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Vendored => "in vendored packages",
            Self::Alone => "that nothing was seen to run beside",
            Self::Locked => "locked at every access",
            Self::Local => "local to a function and its closures",
        }
    }
}

/// Renders an overview for a person: a line of counts, a table, and what was left out of it.
pub fn overview_full(overview: &Overview, options: &OverviewOptions) -> String {
    let width = options.width.clamp(60, 200);
    let prose = width.min(100);
    let mut out = String::new();
    hanging(&mut out, "", 0, &summary(overview), prose);
    if overview.maps.is_empty() {
        return out;
    }
    let (shown, left) = choose(overview, options.limit);
    if !shown.is_empty() {
        out.push('\n');
        out.push_str(&table::render(&cells(&shown, options.styles), 0, width));
        out.push('\n');
        hanging(&mut out, "", 0, LEGEND, prose);
    }
    if let Some(left) = left {
        out.push('\n');
        hanging(&mut out, "", 0, &left, prose);
        out.push_str(&format!("    {}\n", clean(&options.all)));
    }
    out
}

/// Renders an overview one line a map, at the place to look at first: `file:line:column: locking: map`.
pub fn overview_concise(overview: &Overview) -> String {
    let mut out = String::new();
    for row in &overview.maps {
        let (at, lock) = (place(look_at(row)), lock_of(row));
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{at}: {}: {}: {} without lock, its lock {lock}{}",
            row.locking.word(),
            clean(&row.declaration.id.to_string()),
            share(row),
            if row.beside_others { ", runs beside others" } else { "" },
        );
    }
    out
}

/// Renders an overview as Markdown: the counts and a table.
pub fn overview_markdown(overview: &Overview, options: &OverviewOptions) -> String {
    let cell = |text: &str| clean(text).replace('|', "\\|");
    let mut out = format!("## Maps\n\n{}\n", summary(overview));
    let (shown, left) = choose(overview, options.limit);
    if !shown.is_empty() {
        out.push_str(
            "\n| locking | without lock | map | its lock | look at |\n|---|---|---|---|---|\n",
        );
    }
    for row in shown {
        let _ = writeln!(
            out,
            "| {} | {} | `{}` | {} | {} |",
            row.locking.word(),
            share(row),
            cell(&row.declaration.id.to_string()),
            cell(&lock_of(row)),
            cell(&place(look_at(row)))
        );
    }
    if let Some(left) = left {
        let _ = writeln!(out, "\n{left} All of them: `{}`", clean(&options.all));
    }
    out
}

/// Renders an overview as one JSON object under the schema version of [`json`](crate::json()); every map, always.
///
/// # Errors
/// Serialisation of these types cannot fail in itself; whatever `serde_json` reports is returned.
pub fn overview_json(overview: &Overview) -> Result<String, serde_json::Error> {
    #[derive(Serialize)]
    struct Document<'a> {
        schema_version: u32,
        #[serde(flatten)]
        overview: &'a Overview,
    }
    let mut out =
        serde_json::to_string_pretty(&Document { schema_version: SCHEMA_VERSION, overview })?;
    out.push('\n');
    Ok(out)
}

const LEGEND: &str = "without lock: under no lock of the function or of all its callers, or \
     changed under RLock. This is where to look, not what is wrong: a map that one goroutine owns \
     needs no lock.";

fn summary(overview: &Overview) -> String {
    let mixed = overview
        .maps
        .iter()
        .filter(|row| row.beside_others && row.locking == Locking::Mixed)
        .count();
    let number = |count: usize| grouped(u64::try_from(count).unwrap_or(u64::MAX));
    let sync_maps = match overview.sync_maps {
        0 => String::new(),
        1 => "; 1 more is a sync.Map, which locks itself".to_owned(),
        some => format!("; {} more are sync.Maps, which lock themselves", grouped(some)),
    };
    let plain = overview.declared.saturating_sub(overview.sync_maps);
    format!(
        "{} declared, {} changed once shared, {} locked at one access and not at another{sync_maps}.",
        count(plain, "map", "maps"),
        number(overview.maps.len()),
        number(mixed),
    )
}

/// The rows that are shown, and a sentence on those that are not.
fn choose(overview: &Overview, limit: Option<usize>) -> (Vec<&OverviewRow>, Option<String>) {
    let Some(limit) = limit else { return (overview.maps.iter().collect(), None) };
    let (worth, folded): (Vec<_>, Vec<_>) =
        overview.maps.iter().partition(|row| Folded::of(row).is_none());
    let of_kind = |folded_as: Folded| {
        let number = folded.iter().filter(|row| Folded::of(row) == Some(folded_as)).count();
        (number > 0).then(|| format!("{number} {}", folded_as.words()))
    };
    let more = worth.len().saturating_sub(limit);
    let mut parts: Vec<String> = Vec::new();
    if more > 0 {
        parts.push(format!("{} below these", grouped(u64::try_from(more).unwrap_or(u64::MAX))));
    }
    parts.extend(Folded::ALL.into_iter().filter_map(of_kind));
    let number = u64::try_from(more.saturating_add(folded.len())).unwrap_or(u64::MAX);
    let left =
        (number > 0).then(|| format!("… and {} more: {}.", grouped(number), parts.join(", ")));
    (worth.into_iter().take(limit).collect(), left)
}

fn cells(rows: &[&OverviewRow], styles: Styles) -> Vec<Vec<Cell>> {
    let head = ["without lock", "map", "its lock", "look at"];
    let mut out = vec![head.map(|title| Cell::styled(title, styles.dim)).into()];
    for row in rows {
        let style = match row.locking {
            Locking::Mixed => styles.warning,
            Locking::None | Locking::Unknown | Locking::Locked => anstyle::Style::new(),
        };
        let mut at = look_at(row).clone();
        at.column = 0;
        out.push(vec![
            Cell::styled(share(row), style),
            Cell::styled(clean(&row.declaration.path), styles.strong),
            Cell::new(lock_of(row)),
            Cell::place(&place(&at), anstyle::Style::new()),
        ]);
    }
    out
}

/// `5 of 65`: the accesses without a lock.
fn share(row: &OverviewRow) -> String {
    format!("{} of {}", row.unlocked.len(), row.accesses)
}

/// The lock that most accesses hold: `mu` beside the map, `Server.mu` of another type.
fn lock_of(row: &OverviewRow) -> String {
    let Some(lock) = &row.lock else {
        let word = if row.locking == Locking::Unknown { "unknown" } else { "none" };
        return word.to_owned();
    };
    let package = &row.declaration.package;
    let own = lock.strip_prefix(&**package).and_then(|rest| rest.strip_prefix('.'));
    let Some(own) = own else { return clean(lock.rsplit('/').next().unwrap_or(lock)) };
    let owner = row.declaration.path.rsplit_once('.').map_or("", |(owner, _)| owner);
    let beside = own.strip_prefix(owner).and_then(|rest| rest.strip_prefix('.'));
    clean(beside.filter(|_| !owner.is_empty()).unwrap_or(own))
}

/// Where to look first: the access without a lock that most likely matters, else the declaration.
fn look_at(row: &OverviewRow) -> &Site {
    row.unlocked.first().map_or(&row.declaration.site, |access| &access.site)
}
