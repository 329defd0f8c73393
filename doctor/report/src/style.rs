//! Styles of the terminal report. The default is plain text.

use anstyle::{AnsiColor, Style};
use std::fmt::Display;

/// The styles of the [`full`](crate::full()) report.
#[derive(Clone, Copy, Debug, Default)]
pub struct Styles {
    /// What went wrong: the fault, the faulting access.
    pub error: Style,
    /// The other side.
    pub warning: Style,
    /// What to do.
    pub action: Style,
    /// Names: maps, functions.
    pub strong: Style,
    /// What matters less.
    pub dim: Style,
    /// Added lines of a patch.
    pub added: Style,
    /// Removed lines of a patch.
    pub removed: Style,
    /// Whether snippets are coloured.
    pub snippets: bool,
}

impl Styles {
    /// No styles: plain text.
    pub fn plain() -> Self {
        Self::default()
    }

    /// Colours for a terminal, readable on dark and on light grounds.
    pub fn colored() -> Self {
        Self {
            error: AnsiColor::Red.on_default().bold(),
            warning: AnsiColor::Yellow.on_default().bold(),
            action: AnsiColor::Cyan.on_default().bold(),
            strong: Style::new().bold(),
            dim: Style::new().dimmed(),
            added: AnsiColor::Green.on_default(),
            removed: AnsiColor::Red.on_default(),
            snippets: true,
        }
    }
}

/// The text in a style; exactly the text where the style is plain.
pub(crate) fn paint(style: Style, text: impl Display) -> String {
    if style.is_plain() { text.to_string() } else { format!("{style}{text}{style:#}") }
}
