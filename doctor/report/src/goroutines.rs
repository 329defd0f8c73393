//! The goroutines in the memory of a program, for a person and for programs.

use crate::inspection::InspectionOptions;
use crate::json::SCHEMA_VERSION;
use crate::style::{Styles, paint};
use crate::text::{clean, count, grouped, hanging};
use finding::{
    CodeOf, GoroutineInspection, GoroutineStack, InMapFunction, InspectedGoroutine, Label, Site,
    StackFrame, StackFrames,
};
use serde::Serialize;

/// Numbers of goroutines that are shown of a group.
const FIRST: usize = 5;
/// Goroutines inside map functions that are shown without `--all`.
const FIRST_IN_MAPS: usize = 20;

/// Renders the goroutines of a program: those inside map functions, then all by their stacks, of which frames of the runtime
/// are left out, and groups of its own goroutines, unless `options.limit` is none.
#[must_use]
pub fn goroutines_full(inspection: &GoroutineInspection, options: &InspectionOptions) -> String {
    let width = options.width.clamp(60, 200);
    let prose = width.min(100);
    let whole = options.limit.is_none();
    let mut out = String::new();
    hanging(&mut out, "", 0, &summary(inspection), prose);
    in_map_functions(&mut out, &inspection.in_map_functions, options);
    let shown = options.limit.unwrap_or(usize::MAX);
    let groups = inspection.stacks.iter().filter(|group| whole || !group.system);
    for group in groups.clone().take(shown) {
        out.push('\n');
        heading(&mut out, group, options.styles);
        stack(&mut out, &group.stack, whole, options.styles);
        created_by(&mut out, group.created_by.as_ref(), None, options.styles);
    }
    let (hidden, system) = (groups.skip(shown), inspection.stacks.iter().filter(|one| one.system));
    let left = hidden.fold((0_u64, 0_u64), |(stacks, all), group| {
        (stacks.saturating_add(1), all.saturating_add(group.count))
    });
    let own = system.fold(0_u64, |sum, group| sum.saturating_add(group.count));
    let mut more = Vec::new();
    if left.0 > 0 {
        let stacks = count(left.0, "stack", "stacks");
        more.push(format!("{} with {stacks} more", count(left.1, "goroutine", "goroutines")));
    }
    if own > 0 && !whole {
        more.push(format!("{} of the runtime's own", grouped(own)));
    }
    if !more.is_empty() {
        out.push('\n');
        hanging(&mut out, "", 0, &format!("… and {}.", more.join(", and ")), prose);
        out.push_str(&format!("    {}\n", clean(&options.all)));
    }
    if !inspection.gaps.is_empty() {
        out.push('\n');
    }
    for gap in &inspection.gaps {
        hanging(&mut out, "left out: ", 10, &clean(gap), prose);
    }
    out
}

/// Renders one goroutine: all frames of its stack, numbered from the innermost on.
#[must_use]
pub fn goroutine_full(goroutine: &InspectedGoroutine, options: &InspectionOptions) -> String {
    let styles = options.styles;
    let mut out = format!("goroutine {} [{}", goroutine.id, clean(&goroutine.state));
    if let Some(minutes) = goroutine.wait_minutes {
        out.push_str(&format!(", {}", count(minutes, "minute", "minutes")));
    }
    if goroutine.locked_to_thread {
        out.push_str(", locked to thread");
    }
    out.push(']');
    if let Some(thread) = goroutine.thread {
        out.push_str(&format!(" on thread {thread}"));
    }
    out.push('\n');
    labels(&mut out, &goroutine.labels);
    let digits = goroutine.stack.frames.len().to_string().len();
    for (place, frame) in goroutine.stack.frames.iter().enumerate() {
        let number = format!("#{place:<digits$} ");
        frame_lines(&mut out, &number, frame, styles);
    }
    cut(&mut out, &goroutine.stack, styles);
    created_by(&mut out, goroutine.created_by.as_ref(), goroutine.parent, styles);
    if let Some(inside) = &goroutine.in_map_function {
        out.push('\n');
        hanging(&mut out, "", 0, &sentence(inside), options.width.clamp(60, 100));
    }
    out
}

/// Renders the goroutines of a program as one JSON object under the schema version of [`json`](crate::json()).
///
/// # Errors
/// Serialisation of these types cannot fail in itself; whatever `serde_json` reports is returned.
pub fn goroutines_json(inspection: &GoroutineInspection) -> Result<String, serde_json::Error> {
    document(inspection)
}

/// Renders one goroutine as one JSON object under the schema version of [`json`](crate::json()).
///
/// # Errors
/// As [`goroutines_json`].
pub fn goroutine_json(goroutine: &InspectedGoroutine) -> Result<String, serde_json::Error> {
    document(goroutine)
}

fn document(content: &impl Serialize) -> Result<String, serde_json::Error> {
    #[derive(Serialize)]
    struct Document<'a, T> {
        schema_version: u32,
        #[serde(flatten)]
        content: &'a T,
    }
    let document = Document { schema_version: SCHEMA_VERSION, content };
    let mut out = serde_json::to_string_pretty(&document)?;
    out.push('\n');
    Ok(out)
}

fn summary(inspection: &GoroutineInspection) -> String {
    let built = inspection.go_version.as_deref().map(|go| format!(", built by {go}"));
    let stacks = u64::try_from(inspection.stacks.len()).unwrap_or(u64::MAX);
    let mut text = format!(
        "{}: {}{}. {} with {}.",
        clean(&inspection.target),
        clean(&inspection.program),
        clean(&built.unwrap_or_default()),
        count(inspection.goroutines, "goroutine", "goroutines"),
        count(stacks, "stack", "stacks"),
    );
    if let Some(fault) = &inspection.fault {
        text.push_str(&format!(" It died of: {}.", clean(fault)));
    }
    text
}

/// The goroutines inside map functions, a line each; nothing where there are none.
pub(crate) fn in_map_functions(
    out: &mut String,
    inside: &[InMapFunction],
    options: &InspectionOptions,
) {
    if inside.is_empty() {
        return;
    }
    let shown = if options.limit.is_some() { FIRST_IN_MAPS } else { usize::MAX };
    out.push_str("\ninside map functions:\n");
    for one in inside.iter().take(shown) {
        let style = if one.faulting { options.styles.error } else { options.styles.warning };
        let state = clean(&one.state);
        out.push_str(&format!("  goroutine {} [{state}] ", one.goroutine));
        out.push_str(&paint(style, sentence(one)));
        out.push('\n');
    }
    let left = inside.len().saturating_sub(shown);
    if left > 0 {
        out.push_str(&format!("  … and {left} more\n"));
    }
}

/// `ended the program in a write to main.cache.m (0xc000012345), called by main.put at /src/main.go:31`.
fn sentence(inside: &InMapFunction) -> String {
    let begin = if inside.faulting { "ended the program in " } else { "is in " };
    let what = match inside.operation {
        Some(operation) => format!("{} ({})", operation.word(), clean(&inside.function)),
        None => clean(&inside.function),
    };
    let map = match (&inside.declared, inside.map) {
        (Some(declared), Some(map)) => format!(" of {} ({map:#x})", clean(declared)),
        (None, Some(map)) => format!(" of the map at {map:#x}, which no package variable leads to"),
        _ => " of a map that its stack no longer tells".to_owned(),
    };
    let caller = inside.caller.as_ref().map(|site| {
        let function = site.function.as_deref().unwrap_or("?");
        format!(", called by {} at {}", clean(function), clean(&site.to_string()))
    });
    format!("{begin}{what}{map}{}", caller.unwrap_or_default())
}

/// `1,204 goroutines [chan receive, 3 to 12 minutes]: 18, 19, 20, …`
fn heading(out: &mut String, group: &GoroutineStack, styles: Styles) {
    let states: Vec<_> = match group.states.as_slice() {
        [only] => vec![clean(&only.state)],
        several => several
            .iter()
            .map(|state| format!("{}: {}", clean(&state.state), grouped(state.count)))
            .collect(),
    };
    let waits = group.wait_minutes.map(|(least, most)| {
        if least == most {
            format!(", {}", count(most, "minute", "minutes"))
        } else {
            format!(", {} to {}", grouped(least), count(most, "minute", "minutes"))
        }
    });
    let goroutines = count(group.count, "goroutine", "goroutines");
    out.push_str(&paint(styles.strong, goroutines));
    out.push_str(&format!(" [{}{}]: ", states.join(", "), waits.unwrap_or_default()));
    let ids: Vec<_> = group.ids.iter().take(FIRST).map(u64::to_string).collect();
    let more = if group.ids.len() > FIRST { ", …" } else { "" };
    out.push_str(&format!("{}{more}\n", ids.join(", ")));
    labels(out, &group.labels);
}

fn labels(out: &mut String, labels: &[Label]) {
    if labels.is_empty() {
        return;
    }
    let texts: Vec<_> = labels
        .iter()
        .map(|label| format!("{}={}", clean(&label.name), clean(&label.value)))
        .collect();
    out.push_str(&format!("    labels: {}\n", texts.join(", ")));
}

fn stack(out: &mut String, stack: &StackFrames, whole: bool, styles: Styles) {
    let shown = |frame: &&StackFrame| whole || frame.code != CodeOf::Runtime || frame.map_function;
    let mut frames = stack.frames.iter().filter(shown).peekable();
    while let Some(frame) = frames.next() {
        frame_lines(out, "    ", frame, styles);
        // Recursion is said, not shown.
        let mut more = 0_u64;
        while frames.next_if(|next| !whole && is_again(next, frame)).is_some() {
            more = more.saturating_add(1);
        }
        if more > 0 {
            let times = count(more, "more time", "more times");
            out.push_str(&format!("        … {times}\n"));
        }
    }
    cut(out, stack, styles);
}

/// Whether a frame is of the same function at the same place.
fn is_again(next: &StackFrame, frame: &StackFrame) -> bool {
    let place = |frame: &StackFrame| (frame.site.line, frame.inlined);
    place(next) == place(frame)
        && next.site.function == frame.site.function
        && next.site.file == frame.site.file
}

fn frame_lines(out: &mut String, before: &str, frame: &StackFrame, styles: Styles) {
    let function = clean(frame.site.function.as_deref().unwrap_or("?"));
    let style = match frame.code {
        _ if frame.map_function => styles.warning,
        CodeOf::Program => styles.strong,
        CodeOf::Runtime => styles.dim,
        CodeOf::StandardLibrary | CodeOf::Dependency => anstyle::Style::new(),
    };
    let marks = match (frame.map_function, frame.inlined) {
        (true, true) => "  (map function, inlined)",
        (true, false) => "  (map function)",
        (false, true) => "  (inlined)",
        (false, false) => "",
    };
    let place = clean(&frame.site.to_string());
    out.push_str(before);
    out.push_str(&paint(style, function));
    out.push_str(&format!("{marks}\n    {}\n", paint(styles.dim, format!("    {place}"))));
}

fn cut(out: &mut String, stack: &StackFrames, styles: Styles) {
    if let Some(why) = &stack.cut {
        let more = if stack.frames.is_empty() { "no stack" } else { "not the whole stack" };
        out.push_str(&format!("    {}\n", paint(styles.dim, format!("({more}: {})", clean(why)))));
    }
}

fn created_by(out: &mut String, site: Option<&Site>, parent: Option<u64>, styles: Styles) {
    let Some(site) = site else { return };
    let function = clean(site.function.as_deref().unwrap_or("?"));
    let parent = parent.map(|parent| format!(" in goroutine {parent}")).unwrap_or_default();
    out.push_str(&format!("    created by {function}{parent}\n"));
    out.push_str(&format!(
        "    {}\n",
        paint(styles.dim, format!("    {}", clean(&site.to_string())))
    ));
}
