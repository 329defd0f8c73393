//! What editors have open: its text holds in place of the file's.

use super::positions::{Encoding, Lines};
use lsp_types::{TextDocumentContentChangeEvent, TextDocumentItem, Uri};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A text that is open.
#[derive(Clone)]
pub(super) struct Document {
    /// As the editor calls it.
    pub(super) uri: Uri,
    /// As the editor counts its versions.
    pub(super) version: i32,
    pub(super) text: Arc<str>,
    /// When its text became another than that of the last check, on the clock of the session.
    pub(super) changed: u64,
}

/// All that is open, by path.
#[derive(Clone, Default)]
pub(super) struct Documents(BTreeMap<PathBuf, Document>);

impl Documents {
    pub(super) fn open(&mut self, path: PathBuf, item: TextDocumentItem, changed: u64) {
        let TextDocumentItem { uri, version, text, .. } = item;
        self.0.insert(path, Document { uri, version, text: text.into(), changed });
    }

    /// Makes changes one after the other; false where the document is not open.
    pub(super) fn change(
        &mut self,
        path: &Path,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
        now: u64,
    ) -> bool {
        let Some(document) = self.0.get_mut(path) else { return false };
        let mut text = document.text.to_string();
        for change in changes {
            match change.range {
                None => text = change.text,
                Some(range) => {
                    let lines = Lines::new(&text, encoding);
                    let (start, end) = (lines.offset(range.start), lines.offset(range.end));
                    text.replace_range(start.min(end)..end.max(start), &change.text);
                }
            }
        }
        *document =
            Document { text: text.into(), version, changed: now, uri: document.uri.clone() };
        true
    }

    pub(super) fn close(&mut self, path: &Path) -> Option<Document> {
        self.0.remove(path)
    }

    pub(super) fn get(&self, path: &Path) -> Option<&Document> {
        self.0.get(path)
    }

    /// Those below a folder.
    pub(super) fn below(&self, folder: &Path) -> impl Iterator<Item = (&PathBuf, &Document)> {
        self.0.iter().filter(move |(path, _)| path.starts_with(folder))
    }
}

#[cfg(test)]
mod tests {
    use super::{Documents, Encoding};
    use lsp_types::{Position, Range, TextDocumentContentChangeEvent, TextDocumentItem};
    use std::path::Path;

    #[test]
    fn changes_are_made_one_after_the_other() {
        let mut documents = Documents::default();
        let path = Path::new("/a.go");
        let uri =
            super::super::uri::of_path(Path::new(if cfg!(windows) { r"C:\a.go" } else { "/a.go" }));
        let item = TextDocumentItem {
            uri: uri.unwrap(),
            language_id: "go".to_owned(),
            version: 1,
            text: "one\n𝄞 two\nthree\n".to_owned(),
        };
        documents.open(path.to_owned(), item, 0);
        let change = |start: (u32, u32), end: (u32, u32), text: &str| {
            let at = |(line, character)| Position { line, character };
            TextDocumentContentChangeEvent {
                range: Some(Range { start: at(start), end: at(end) }),
                range_length: None,
                text: text.to_owned(),
            }
        };
        let changes = vec![
            change((1, 3), (1, 6), "2"),
            change((0, 0), (1, 0), ""),
            change((9, 9), (9, 9), "end"),
            // The wrong way round, and within a character.
            change((0, 1), (0, 0), "<"),
        ];
        assert!(documents.change(path, 2, changes, Encoding::Utf16, 7));
        let document = documents.get(path).unwrap();
        assert_eq!(&*document.text, "<𝄞 2\nthree\nend");
        assert_eq!((document.version, document.changed), (2, 7));
        let whole = TextDocumentContentChangeEvent {
            range: None,
            range_length: None,
            text: "new".to_owned(),
        };
        assert!(documents.change(path, 3, vec![whole], Encoding::Utf16, 8));
        assert_eq!(&*documents.get(path).unwrap().text, "new");
        assert!(!documents.change(Path::new("/b.go"), 1, Vec::new(), Encoding::Utf16, 9));
    }
}
