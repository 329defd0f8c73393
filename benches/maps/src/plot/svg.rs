//! A picture as SVG text: shapes by class, and one style sheet for light and dark.
//!
//! Written by hand because the colours are classes: libraries for plots write each colour into each shape, and such a
//! picture cannot follow its reader from a light page to a dark one. The ground is painted too, so that a viewer that
//! knows no dark style still shows dark ink on a light ground.

use std::fmt::{Display, Write as _};

/// Colours of lines, each for a light and a dark ground; the last is for what nobody is held against.
const INKS: [(&str, &str); 9] = [
    ("#0969da", "#58a6ff"),
    ("#1a7f37", "#3fb950"),
    ("#8250df", "#bc8cff"),
    ("#9a6700", "#d6a02b"),
    ("#0e7490", "#2dd4bf"),
    ("#bf3989", "#f778ba"),
    ("#4d5b00", "#c3d000"),
    ("#7d4e57", "#d4a5ae"),
    ("#59636e", "#9198a1"),
];

/// Colour of ours.
const OURS: (&str, &str) = ("#d9480f", "#ff8f3d");

/// How many colours peers can have.
pub(crate) const COLOURS: usize = INKS.len() - 1;

/// The class suffix of a colour of a line.
pub(crate) const LIMIT: usize = INKS.len() - 1;

/// Where a text stands to its point.
#[derive(Clone, Copy)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// A picture in the making.
pub(crate) struct Picture {
    width: f64,
    height: f64,
    body: String,
}

impl Picture {
    pub(crate) fn new(width: f64, height: f64) -> Self {
        Self { width, height, body: String::new() }
    }

    pub(crate) fn text(&mut self, x: f64, y: f64, anchor: Anchor, class: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let text = escaped(text);
        self.push(format_args!(
            r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" class="{class}">{text}</text>"#
        ));
    }

    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        let ((x1, y1), (x2, y2)) = (from, to);
        self.push(format_args!(
            r#"<line x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}" class="{class}"/>"#
        ));
    }

    pub(crate) fn bar(&mut self, x: f64, y: f64, width: f64, height: f64, class: &str) {
        self.push(format_args!(
            r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" class="{class}"/>"#
        ));
    }

    pub(crate) fn dot(&mut self, (x, y): (f64, f64), radius: f64, class: &str) {
        self.push(format_args!(
            r#"<circle cx="{x:.1}" cy="{y:.1}" r="{radius}" class="{class}"/>"#
        ));
    }

    pub(crate) fn path(&mut self, points: &[(f64, f64)], class: &str) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let points = points.join(" ");
        self.push(format_args!(r#"<polyline points="{points}" class="{class}"/>"#));
    }

    fn push(&mut self, shape: impl Display) {
        let _ = writeln!(self.body, "{shape}");
    }

    /// The file. The title is what a screen reader says.
    pub(crate) fn finish(self, title: &str) -> String {
        let Self { width, height, body } = self;
        let (title, light, dark) = (escaped(title), style(false), style(true));
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">
<title>{title}</title>
<style>
text{{font-family:system-ui,-apple-system,"Segoe UI",Helvetica,Arial,"DejaVu Sans",sans-serif;font-size:11px}}
.title{{font-size:15px;font-weight:600}}.head{{font-size:12px;font-weight:600}}.strong{{font-weight:700}}
polyline{{fill:none;stroke-width:1.4}}.thick{{stroke-width:3}}.dashed{{stroke-dasharray:5 3}}
{light}
@media (prefers-color-scheme: dark){{
{dark}
}}
</style>
<rect width="100%" height="100%" class="ground"/>
{body}</svg>
"#
        )
    }
}

/// The colours of one ground.
fn style(dark: bool) -> String {
    let pick = |(on_light, on_dark)| -> &str { if dark { on_dark } else { on_light } };
    let (ground, ink) = (pick(("#ffffff", "#0d1117")), pick(("#1f2328", "#e6edf3")));
    let (dim, grid) = (pick(("#59636e", "#9aa4af")), pick(("#dde3e9", "#2b323a")));
    let (peer, limit) = (pick(("#a9b6c4", "#56626f")), pick(("#dfe5eb", "#2f3842")));
    let ours = pick(OURS);
    let mut style = format!(
        ".ground{{fill:{ground}}}text{{fill:{ink}}}text.dim{{fill:{dim}}}\n\
         .grid{{stroke:{grid}}}.axis{{stroke:{dim}}}.span{{stroke:{ink};opacity:.55}}.tear{{stroke:{ground};stroke-width:2}}\n\
         rect.peer{{fill:{peer}}}rect.limit{{fill:{limit}}}rect.ours{{fill:{ours}}}\n\
         polyline.ours{{stroke:{ours}}}circle.ours,text.ours{{fill:{ours}}}line.ours{{stroke:{ours}}}"
    );
    for (index, ink) in INKS.into_iter().enumerate() {
        let ink = pick(ink);
        let _ = write!(
            style,
            "\npolyline.c{index}{{stroke:{ink}}}circle.c{index},text.c{index}{{fill:{ink}}}line.c{index}{{stroke:{ink}}}"
        );
    }
    style
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_types_are_escaped() {
        let mut picture = Picture::new(10.0, 10.0);
        picture.text(0.0, 0.0, Anchor::Start, "dim", "RwLock<HashMap>");
        let svg = picture.finish("a & b");
        assert!(svg.contains("RwLock&lt;HashMap&gt;") && svg.contains("<title>a &amp; b</title>"));
        assert!(svg.contains("prefers-color-scheme: dark"));
    }
}
