//! What the Go compiler says about where values live: the output of `go build -gcflags=-m`.
//!
//! ```text
//! # example.com/orders/status
//! status/cache.go:31:17: &Entry{...} escapes to heap
//! status/cache.go:12:6: moved to heap: entry
//! status/cache.go:40:14: make(map[string]int) does not escape
//! ```
//!
//! Paths are as the compiler was called, from the folder of the build; the line `# package` above them tells whose files
//! they are. Lines of other kinds, and what is cut off, are passed over. Read from `cmd/compile/internal/escape/escape.go`
//! and tried on the output of Go 1.21 and 1.27.

use std::sync::Arc;

/// Where a value lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// On the heap.
    Heap,
    /// In its function's own frame.
    Frame,
}

/// What one line says.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    /// The import path of the package, where a header names it.
    pub(crate) package: Option<Arc<str>>,
    /// The file, as printed.
    pub(crate) file: Arc<str>,
    pub(crate) line: u32,
    pub(crate) column: u32,
    /// What lives there, as the compiler writes it.
    pub(crate) what: Arc<str>,
    pub(crate) place: Place,
    /// The number of the line in the report.
    pub(crate) at: u32,
}

/// The compiler's report.
#[derive(Clone, Debug, Default)]
pub struct EscapeReport {
    name: Arc<str>,
    pub(crate) said: Vec<Said>,
}

impl EscapeReport {
    /// Reads what a compiler printed; `name` is how findings call the report. Linear in the bytes. What is no line about a
    /// value is passed over, so that an empty report may be a report of something else: see [`is_empty`](Self::is_empty).
    pub fn read(name: &str, bytes: &[u8]) -> Self {
        let mut found = Self { name: name.into(), said: Vec::new() };
        let (mut package, mut file): (Option<Arc<str>>, Arc<str>) = (None, Arc::from(""));
        let mut lines = bytes.split(|byte| *byte == b'\n').peekable();
        let mut number = 0u32;
        while let Some(line) = lines.next() {
            number = number.saturating_add(1);
            let whole = lines.peek().is_some();
            let Ok(line) = std::str::from_utf8(line) else { continue };
            let line = line.trim_end_matches('\r');
            if let Some(header) = line.strip_prefix("# ") {
                // `# example.com/orders [example.com/orders.test]`.
                package = header.split_whitespace().next().map(Arc::from);
                continue;
            }
            let Some((path, row, column, text)) = position(line) else { continue };
            let Some((what, place)) = verdict(text, whole) else { continue };
            if *file != *path {
                file = Arc::from(path);
            }
            found.said.push(Said {
                package: package.clone(),
                file: Arc::clone(&file),
                line: row,
                column,
                what: what.into(),
                place,
                at: number,
            });
        }
        found
    }

    /// How findings call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether nothing in it speaks of where a value lives.
    pub fn is_empty(&self) -> bool {
        self.said.is_empty()
    }
}

/// `path:line:column: text`; paths of Windows have a colon of their own.
fn position(line: &str) -> Option<(&str, u32, u32, &str)> {
    let end = line.find(".go:")?.saturating_add(".go".len());
    let (path, rest) = (line.get(..end)?, line.get(end..)?.strip_prefix(':')?);
    let (row, rest) = rest.split_once(':')?;
    let (column, text) = rest.split_once(": ")?;
    Some((path, row.parse().ok()?, column.parse().ok()?, text))
}

/// What a text says of which value. The last line may be cut off.
fn verdict(text: &str, whole: bool) -> Option<(&str, Place)> {
    // `-m=2` tells the reasons after a colon, on lines that are indented.
    if text.starts_with([' ', '\t']) {
        return None;
    }
    let text = text.strip_suffix(':').unwrap_or(text);
    if let Some(name) = text.strip_prefix("moved to heap: ") {
        return (whole && !name.is_empty()).then_some((name, Place::Heap));
    }
    let heap = text.strip_suffix(" escapes to heap");
    let heap = heap.or_else(|| text.split_once(" escapes to heap in ").map(|(what, _)| what));
    if let Some(what) = heap {
        return Some((what, Place::Heap));
    }
    text.strip_suffix(" does not escape").map(|what| (what, Place::Frame))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const REPORT: &str = "# example.com/orders/status\n\
        status/cache.go:9:6: can inline (*Cache).get\n\
        status/cache.go:31:17: &Entry{...} escapes to heap\n\
        status/cache.go:12:6: moved to heap: entry\n\
        status/cache.go:12:7: leaking param: entry\n\
        # example.com/orders [example.com/orders.test]\r\n\
        C:\\orders\\main.go:40:14: make(map[string]int) does not escape\r\n\
        ./main.go:41:14: x escapes to heap in f:\n\
        ./main.go:41:14:   flow: {heap} = x:\n";

    #[test]
    fn lines_of_the_compiler_are_told_apart() {
        let report = EscapeReport::read("m.txt", REPORT.as_bytes());
        let told: Vec<_> = report
            .said
            .iter()
            .map(|said| {
                let package = said.package.as_deref().unwrap_or_default();
                format!(
                    "{package} {}:{} {} {:?} {}",
                    said.file, said.line, said.what, said.place, said.at
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "example.com/orders/status status/cache.go:31 &Entry{...} Heap 3",
                "example.com/orders/status status/cache.go:12 entry Heap 4",
                "example.com/orders C:\\orders\\main.go:40 make(map[string]int) Frame 7",
                "example.com/orders ./main.go:41 x Heap 8",
            ]
        );
    }

    proptest! {
        #[test]
        fn a_report_may_be_cut_off_anywhere(end in 0..REPORT.len()) {
            let whole = EscapeReport::read("m.txt", REPORT.as_bytes());
            let cut = EscapeReport::read("m.txt", &REPORT.as_bytes()[..end]);
            for (cut, whole) in cut.said.iter().zip(&whole.said) {
                prop_assert_eq!((&cut.what, cut.line, cut.place), (&whole.what, whole.line, whole.place));
            }
        }

        #[test]
        fn anything_may_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..400), text in "(# |a\\.go:|[0-9:. \n]| escapes to heap|moved to heap: ){0,40}") {
            EscapeReport::read("m.txt", &bytes);
            EscapeReport::read("m.txt", text.as_bytes());
        }
    }
}
