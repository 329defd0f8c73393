//! The list of scenarios.

use anstyle::Style;
use go_lab::{bundled, bundled_names};

/// One line a scenario, and what to do next.
pub(super) fn text() -> String {
    let bold = Style::new().bold();
    let width = bundled_names().map(str::len).max().unwrap_or(0);
    let mut text = String::new();
    for name in bundled_names() {
        let title = bundled(name).map(|scenario| scenario.title).unwrap_or_default();
        text.push_str(&format!("{bold}{name:<width$}{bold:#}  {title}\n"));
    }
    text.push_str(
        "\ntophash lab ghost-write    explores one, and shows its shortest harmful run step by step\n",
    );
    text.push_str("tophash lab ./mine.toml    explores one of your own\n");
    text
}
