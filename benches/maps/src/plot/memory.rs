//! Bytes an entry over the sizes of one doubling, live and at the peak.

use super::family::Family;
use super::lines::{Line, MARGIN, Panel, WIDTH};
use super::scale::Scale;
use super::svg::{Anchor, Picture};
use crate::ground::{Ground, Group};
use crate::report::Report;
use crate::series::{Series, figure};

/// Left out: tables built like one that is shown, and one that takes so much that the others would lie on a line.
const LIKE_OTHERS: [&str; 4] = ["scc HashMap", "std lock around HashMap", "whirlwind", "flurry"];

/// What a caption says of them.
const NOTE: &str = "Not shown: scc HashMap, whirlwind and std's locks, whose tables are those of scc HashIndex, dashmap and \
     hashbrown; flurry, which takes far more.";

/// The picture; none where there are not several sizes.
pub(crate) fn draw(report: &Report, ground: Ground) -> Option<(String, String)> {
    let series = report.of(ground, Group::Memory);
    let panels = [("@ live at ", "live"), ("@ peak at ", "the most there was on the way there")];
    let title = format!("{}: bytes an entry", ground.kind);
    let mut picture = Picture::new(WIDTH, 740.0);
    picture.text(MARGIN, 26.0, Anchor::Start, "title", &title);
    let axis = "bytes asked of the allocator for each entry as the map grows through a doubling, less is better; \
                one thread, all with foldhash::fast";
    picture.text(MARGIN, 44.0, Anchor::Start, "dim", axis);
    for (place, (prefix, head)) in panels.into_iter().enumerate() {
        let sizes = sizes(&series, prefix);
        let ((Some(first), Some(last)), 2..) = ((sizes.first(), sizes.last()), sizes.len()) else {
            return None;
        };
        let along = Scale::linear(*first as f64, *last as f64);
        let lines: Vec<Line> = Family::all()
            .filter(|family| !LIKE_OTHERS.contains(&family.name()))
            .filter_map(|family| line(&series, family, prefix, &sizes, along))
            .collect();
        let most = |line: &Line| line.points.iter().map(|(_, figure)| *figure).fold(0.0, f64::max);
        let top = lines.iter().map(most).fold(1.0, f64::max);
        let ticks: Vec<(f64, String)> =
            along.ticks(6).into_iter().map(|tick| (along.place(tick), entries(tick))).collect();
        let panel = Panel {
            head,
            top: 64.0 + place as f64 * 310.0,
            height: 300.0,
            scale: Scale::linear(0.0, top),
            show: |bytes| format!("{bytes} B"),
            ticks: &ticks,
            below: "entries",
        };
        panel.draw(&mut picture, &lines);
    }
    let run = format!("Numbers behind the names: mean over the sizes. {}", report.caption());
    for (line, caption) in [NOTE, run.as_str()].into_iter().enumerate() {
        picture.text(MARGIN, 708.0 + 15.0 * line as f64, Anchor::Start, "dim", caption);
    }
    Some((format!("memory-{}", ground.kind.argument()), picture.finish(&title)))
}

/// The sizes at which bytes were counted, in their order.
fn sizes(series: &[&Series], prefix: &str) -> Vec<usize> {
    let size = |series: &&Series| series.column.strip_prefix(prefix)?.parse().ok();
    let mut sizes: Vec<usize> = series.iter().filter_map(size).collect();
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}

fn line(
    series: &[&Series],
    family: Family,
    prefix: &str,
    sizes: &[usize],
    along: Scale,
) -> Option<Line> {
    let mean = prefix.replace("@ ", "").replace(" at ", ", mean");
    let best = family.best(series, &mean)?;
    let figure_at = |size: &usize| {
        let column = format!("{prefix}{size}");
        let found = series.iter().find(|s| s.map == best.map && s.column == column);
        found.map(|series| (along.place(*size as f64), series.median()))
    };
    let points = sizes.iter().filter_map(figure_at).collect();
    Some(Line { family, note: format!(" {}", figure(best.median())), points })
}

fn entries(count: f64) -> String {
    if count >= 1e6 { format!("{} M", count / 1e6) } else { format!("{} K", count / 1e3) }
}
