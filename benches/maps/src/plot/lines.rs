//! A line for each map, its name at the end of the line, ours thick and in its colour.

use super::family::Family;
use super::scale::Scale;
use super::svg::{Anchor, COLOURS, LIMIT, Picture};

pub(crate) const WIDTH: f64 = 880.0;
pub(crate) const MARGIN: f64 = 16.0;
const LEFT: f64 = 76.0;
const RIGHT: f64 = 202.0;
/// From the baseline of one name to that of the next.
const GAP: f64 = 14.0;

/// A line: the places along the lower axis, from 0 to 1, and the figures there.
pub(crate) struct Line {
    pub(crate) family: Family,
    /// What the name is followed by.
    pub(crate) note: String,
    pub(crate) points: Vec<(f64, f64)>,
}

/// A panel over the whole width.
pub(crate) struct Panel<'a> {
    pub(crate) head: &'a str,
    pub(crate) top: f64,
    pub(crate) height: f64,
    pub(crate) scale: Scale,
    /// What the figures of the upright axis look like.
    pub(crate) show: fn(f64) -> String,
    /// Places and names along the lower axis.
    pub(crate) ticks: &'a [(f64, String)],
    /// What stands below that axis.
    pub(crate) below: &'a str,
}

impl Panel<'_> {
    pub(crate) fn draw(&self, picture: &mut Picture, lines: &[Line]) {
        let (left, right) = (MARGIN + LEFT, WIDTH - MARGIN - RIGHT);
        let (top, bottom) = (self.top + 24.0, self.top + self.height - 40.0);
        let x = |place: f64| left + place * (right - left);
        let y = |figure: f64| bottom - self.scale.place(figure) * (bottom - top);
        picture.text(MARGIN, self.top + 12.0, Anchor::Start, "head", self.head);
        for tick in self.scale.ticks(6) {
            picture.line((left, y(tick)), (right, y(tick)), "grid");
            picture.text(left - 8.0, y(tick) + 4.0, Anchor::End, "dim", &(self.show)(tick));
        }
        for (place, name) in self.ticks {
            picture.line((x(*place), bottom), (x(*place), bottom + 4.0), "axis");
            picture.text(x(*place), bottom + 17.0, Anchor::Middle, "dim", name);
        }
        picture.line((left, bottom), (right, bottom), "axis");
        picture.text(f64::midpoint(left, right), bottom + 33.0, Anchor::Middle, "dim", self.below);

        let ends: Vec<f64> = lines
            .iter()
            .map(|line| line.points.last().map_or(bottom, |(_, figure)| y(*figure)))
            .collect();
        let names = apart(&ends, top, bottom + GAP);
        for ((line, end), name) in lines.iter().zip(&ends).zip(names) {
            let (class, thick) = class(line.family);
            let points: Vec<(f64, f64)> = line.points.iter().map(|(p, f)| (x(*p), y(*f))).collect();
            picture.path(&points, &format!("{class}{thick}"));
            for point in points {
                picture.dot(point, if thick.is_empty() { 2.0 } else { 3.5 }, &class);
            }
            picture.line((right + 5.0, *end), (right + 20.0, name), &class);
            let strong = if line.family == Family::Ours { " strong" } else { "" };
            let text = format!("{}{}", line.family.name(), line.note);
            picture.text(
                right + 24.0,
                name + 4.0,
                Anchor::Start,
                &format!("{class}{strong}"),
                &text,
            );
        }
    }
}

fn class(family: Family) -> (String, &'static str) {
    match family {
        Family::Ours => ("ours".into(), " thick"),
        Family::Peer(peer) => (format!("c{}", peer % COLOURS), ""),
        Family::Limit => (format!("c{LIMIT}"), " dashed"),
    }
}

/// Places near those wanted that are at least a gap from one another.
fn apart(wanted: &[f64], top: f64, bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
    let mut places = wanted.to_vec();
    let mut above = top - GAP;
    for &index in &order {
        places[index] = places[index].max(above + GAP);
        above = places[index];
    }
    let mut below = bottom + GAP;
    for &index in order.iter().rev() {
        places[index] = places[index].min(below - GAP);
        below = places[index];
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_touch() {
        let mut places = apart(&[50.0, 51.0, 10.0, 99.0, 98.0], 0.0, 100.0);
        places.sort_by(f64::total_cmp);
        assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= GAP), "{places:?}");
        assert!(places[4] <= 100.0);
    }
}
