//! Percentiles of single calls while the map grows: of the insertions, and of a reader beside them.

use super::family::Family;
use super::lines::{Line, MARGIN, Panel, WIDTH};
use super::scale::{Scale, time};
use super::svg::{Anchor, Picture};
use crate::ground::{Ground, Group};
use crate::report::Report;

/// The percentiles along the lower axis.
const SHARES: [&str; 6] = ["p50", "p90", "p99", "p99.9", "p99.99", "longest"];

/// By which one of several ways to use a map is chosen.
const DECIDES: &str = "p99.9";

/// The picture; none where nothing was measured.
pub(crate) fn draw(report: &Report, ground: Ground) -> Option<(String, String)> {
    let panels = [("insert", "an insertion"), ("read", "a look-up while another thread inserts")];
    let panels = panels.map(|(what, head)| (head, lines(report, ground, what)));
    if panels.iter().all(|(_, lines)| lines.is_empty()) {
        return None;
    }
    let title = format!("{}: single calls while the map grows from empty", ground.kind);
    let mut picture = Picture::new(WIDTH, 820.0);
    picture.text(MARGIN, 26.0, Anchor::Start, "title", &title);
    let axis = "time of a call, logarithmic, less is better; all with foldhash::fast";
    picture.text(MARGIN, 44.0, Anchor::Start, "dim", axis);
    for (place, (head, lines)) in panels.iter().enumerate() {
        let figures =
            || lines.iter().flat_map(|line| line.points.iter().map(|(_, figure)| *figure));
        let (least, most) = (figures().fold(f64::MAX, f64::min), figures().fold(1.0, f64::max));
        // A map that was not asked with two threads has no second panel.
        if lines.is_empty() {
            continue;
        }
        let ticks: Vec<(f64, String)> =
            SHARES.iter().enumerate().map(|(step, share)| (at(step), (*share).into())).collect();
        let panel = Panel {
            head,
            top: 64.0 + place as f64 * 355.0,
            height: 345.0,
            scale: Scale::decades(least.max(1.0), most),
            show: time,
            ticks: &ticks,
            below: "share of the calls that took no longer",
        };
        panel.draw(&mut picture, lines);
    }
    let note = "Median of the rounds. Where a map has several ways to be used, the one whose p99.9 is least.";
    picture.text(MARGIN, 792.0, Anchor::Start, "dim", note);
    picture.text(MARGIN, 807.0, Anchor::Start, "dim", &report.caption());
    Some((format!("latency-{}", ground.kind.argument()), picture.finish(&title)))
}

fn at(step: usize) -> f64 {
    (step as f64 + 0.25) / (SHARES.len() as f64 - 0.5)
}

fn lines(report: &Report, ground: Ground, what: &str) -> Vec<Line> {
    let series = report.of(ground, Group::Latency);
    let line = |family: Family| {
        let map = &family.best(&series, &format!("{what} {DECIDES}"))?.map;
        let figure = |(step, share): (usize, &&str)| {
            let column = format!("{what} {share}");
            let found = series.iter().find(|s| s.map == *map && s.column == column);
            found.map(|series| (at(step), series.median()))
        };
        let points = SHARES.iter().enumerate().filter_map(figure).collect();
        Some(Line { family, note: String::new(), points })
    };
    Family::all().filter_map(line).collect()
}
