//! Times of reads and mixed work: a panel for each row, the quickest map on top, ours in its colour.

use super::family::{Family, NOTE};
use super::scale::Scale;
use super::svg::{Anchor, Picture};
use crate::ground::{Ground, Group, Hasher};
use crate::report::Report;
use crate::series::{Series, figure};
use crate::words;

/// Panels side by side: one thread, and two threads where there are.
const PANELS: [[(Group, &str); 2]; 5] = [
    [(Group::Read, "hit 1T"), (Group::Read, "hit 2T")],
    [(Group::Mixed, "98/2 1T"), (Group::Mixed, "98/2 2T")],
    [(Group::Mixed, "50/50 1T"), (Group::Mixed, "50/50 2T")],
    [(Group::Mixed, "churn 1T"), (Group::Mixed, "churn 2T")],
    [(Group::Read, "miss 1T"), (Group::Read, "16 at once 1T")],
];

const WIDTH: f64 = 880.0;
const LABELS: f64 = 160.0;
const BAR: f64 = 11.0;
const PITCH: f64 = 15.0;
const MARGIN: f64 = 16.0;
/// Room for a figure behind the longest bar.
const FIGURE: f64 = 44.0;

/// A bar is cut where it is so many times the best.
const CUT: f64 = 5.0;

/// What a panel shows, best first.
type Bars<'a> = Vec<(Family, &'a Series)>;

/// The picture of a table; none where nothing of it was measured.
pub(crate) fn draw(report: &Report, ground: Ground) -> Option<(String, String)> {
    let bars = |(group, column)| {
        let series = report.of(ground, group);
        let best = |family: Family| Some((family, family.best(&series, column)?));
        let mut bars: Bars<'_> = Family::all().filter_map(best).collect();
        bars.sort_by(|(_, a), (_, b)| a.median().total_cmp(&b.median()));
        bars
    };
    let rows: Vec<[(Group, &str, Bars<'_>); 2]> = PANELS
        .map(|pair| pair.map(|(group, column)| (group, column, bars((group, column)))))
        .into_iter()
        .filter(|pair| pair.iter().any(|(_, _, bars)| !bars.is_empty()))
        .collect();
    if rows.is_empty() {
        return None;
    }
    let height_of = |pair: &[(Group, &str, Bars<'_>); 2]| {
        pair.iter().map(|(_, _, bars)| bars.len()).max().unwrap_or(0) as f64 * PITCH + 56.0
    };
    let height = 58.0 + rows.iter().map(height_of).sum::<f64>() + 34.0;
    let mut picture = Picture::new(WIDTH, height);
    let size = words::size(ground).unwrap_or_default();
    let hasher = match ground.hasher {
        Hasher::Same => "all with foldhash::fast",
        Hasher::Own => "each with its own hasher",
    };
    let title = format!("{}, {size} entries: reads and mixed work", ground.kind);
    picture.text(MARGIN, 26.0, Anchor::Start, "title", &title);
    let axis = format!("nanoseconds an operation and thread, less is better; {hasher}");
    picture.text(MARGIN, 44.0, Anchor::Start, "dim", &axis);
    let mut top = 58.0;
    for pair in &rows {
        let scale = scale(pair);
        for (place, (group, column, bars)) in pair.iter().enumerate() {
            let left = MARGIN + place as f64 * (WIDTH / 2.0 - 8.0);
            let head = words::column(*group, column).replace('`', "");
            panel(&mut picture, (left, top), &head, bars, scale);
        }
        top += height_of(pair);
    }
    let run = format!("Median of the rounds; thin lines: least to most. {}", report.caption());
    for (line, caption) in [NOTE, run.as_str()].into_iter().enumerate() {
        picture.text(MARGIN, top + 8.0 + 15.0 * line as f64, Anchor::Start, "dim", caption);
    }
    let own = if ground.hasher == Hasher::Own { "-own-hashers" } else { "" };
    let file = size.replace(' ', "").to_lowercase();
    Some((format!("{}-{file}{own}", ground.kind.argument()), picture.finish(&title)))
}

/// One for both panels of a row, so that they can be compared.
fn scale(pair: &[(Group, &str, Bars<'_>); 2]) -> Scale {
    let of = |bars: &Bars<'_>| {
        let best = bars.iter().find(|(family, _)| *family != Family::Limit).or(bars.first());
        let best = best.map_or(1.0, |(_, series)| series.median());
        let most = bars.iter().map(|(_, series)| series.median()).fold(0.0, f64::max);
        let ours = bars.iter().find(|(family, _)| *family == Family::Ours);
        // Ours is never cut, however bad it is.
        most.min(best * CUT).max(ours.map_or(0.0, |(_, series)| series.median() * 1.05))
    };
    Scale::linear(0.0, pair.iter().map(|(_, _, bars)| of(bars)).fold(0.0, f64::max))
}

fn panel(
    picture: &mut Picture,
    (left, top): (f64, f64),
    head: &str,
    bars: &Bars<'_>,
    scale: Scale,
) {
    let zero = left + LABELS;
    let wide = WIDTH / 2.0 - LABELS - MARGIN - FIGURE + 4.0;
    picture.text(zero, top + 14.0, Anchor::Start, "head", head);
    let bottom = top + 22.0 + bars.len() as f64 * PITCH;
    for tick in scale.ticks(5) {
        let x = zero + scale.place(tick) * wide;
        picture.line((x, top + 20.0), (x, bottom + 2.0), "grid");
        let unit = if tick == 0.0 { "0 ns".into() } else { format!("{tick}") };
        picture.text(x, bottom + 14.0, Anchor::Middle, "dim", &unit);
    }
    for (row, (family, series)) in bars.iter().enumerate() {
        let y = top + 22.0 + row as f64 * PITCH;
        let middle = y + BAR / 2.0;
        let (shape, text) = match family {
            Family::Ours => ("ours", "ours strong"),
            Family::Peer(_) => ("peer", ""),
            Family::Limit => ("limit", "dim"),
        };
        picture.text(zero - 6.0, middle + 4.0, Anchor::End, text, family.name());
        let median = series.median();
        let end = zero + scale.place(median) * wide;
        picture.bar(zero, y, end - zero, BAR, shape);
        let (least, most) = series.span();
        let cut = median > scale.end();
        let mut behind = end;
        if cut {
            for x in [end - 12.0, end - 8.0] {
                picture.line((x - 2.0, y + BAR + 1.0), (x + 2.0, y - 1.0), "tear");
            }
        } else if least < most {
            let span = [least, most].map(|figure| zero + scale.place(figure) * wide);
            picture.line((span[0], middle), (span[1], middle), "span");
            behind = end.max(span[1]);
        }
        let unsure = if series.sure() { "" } else { " ?" };
        let said = format!("{}{unsure}", figure(median));
        picture.text(behind + 4.0, middle + 4.0, Anchor::Start, text, &said);
    }
    picture.line((zero, top + 20.0), (zero, bottom + 2.0), "axis");
}
