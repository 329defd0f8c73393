//! A tree that is checked as a whole: the module or workspace around what is open, with what is known of it.

use super::checker::{Checked, Done};
use super::client::Client;
use super::documents::Documents;
use super::transport::Outbox;
use super::uri;
use lsp_server::Notification;
use lsp_types::notification::{LogMessage, Notification as _, PublishDiagnostics, ShowMessage};
use lsp_types::{
    Diagnostic, LogMessageParams, MessageType, PublishDiagnosticsParams, ShowMessageParams,
};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// A tree, and where it stands.
#[derive(Default)]
pub(super) struct Root {
    /// The folders in it that the client has open; findings elsewhere are shown in open files alone.
    pub(super) folders: Vec<PathBuf>,
    /// When it is to be checked; nothing where that is not wanted.
    pub(super) due: Option<Instant>,
    /// Whether it is being checked.
    pub(super) running: bool,
    /// The last check, unless it failed.
    checked: Option<Arc<Checked>>,
    /// The files that have diagnostics.
    published: BTreeSet<PathBuf>,
    /// What was said last.
    complaint: Option<String>,
    notes: Vec<String>,
}

impl Root {
    /// A tree that is new.
    pub(super) fn to_be_checked() -> Self {
        Self { due: Some(Instant::now()), ..Self::default() }
    }

    /// The last check, where it is of the texts as they are now.
    pub(super) fn fresh(&self) -> Option<&Arc<Checked>> {
        self.checked.as_ref().filter(|_| !self.is_waiting())
    }

    /// Whether there will be another check.
    pub(super) fn is_waiting(&self) -> bool {
        self.due.is_some() || self.running
    }

    /// Whether a text is that which was checked, or will be.
    pub(super) fn knows(&self, path: &Path, text: &str) -> bool {
        let Some(checked) = &self.checked else { return self.is_waiting() };
        let changed = std::fs::metadata(path).and_then(|metadata| metadata.modified());
        changed.is_ok_and(|changed| changed < checked.begun)
            && std::fs::read(path).is_ok_and(|bytes| bytes == text.as_bytes())
    }

    /// Takes in what a check came to. What is new is said, and shown by [`publish`](Self::publish).
    pub(super) fn take(&mut self, done: Done, outbox: &Outbox) {
        self.running = false;
        match done.outcome {
            Ok(checked) => {
                for note in checked.notes.iter().filter(|note| !self.notes.contains(note)) {
                    let message = note.clone();
                    let params = LogMessageParams { typ: MessageType::INFO, message };
                    outbox.send(Notification::new(LogMessage::METHOD.to_owned(), params));
                }
                self.notes.clone_from(&checked.notes);
                self.complaint = None;
                self.checked = Some(Arc::new(checked));
            }
            Err(message) => {
                self.checked = None;
                if self.complaint.as_ref() != Some(&message) {
                    let said = format!("tophash: {}", message.replace("\n  hint: ", "; "));
                    let params = ShowMessageParams { typ: MessageType::WARNING, message: said };
                    outbox.send(Notification::new(ShowMessage::METHOD.to_owned(), params));
                    self.complaint = Some(message);
                }
            }
        }
    }

    /// Shows what is known of all files, and no more what was.
    pub(super) fn publish(
        &mut self,
        shown: &dyn Fn(&Path) -> bool,
        documents: &Documents,
        client: Client,
        outbox: &Outbox,
    ) {
        let now = self.checked.iter().flat_map(|checked| checked.diagnostics.keys());
        let files: BTreeSet<PathBuf> = now.chain(&self.published).cloned().collect();
        for file in files {
            self.publish_file(&file, shown, documents, client, outbox);
        }
    }

    /// Shows what is known of a file.
    pub(super) fn publish_file(
        &mut self,
        file: &Path,
        shown: &dyn Fn(&Path) -> bool,
        documents: &Documents,
        client: Client,
        outbox: &Outbox,
    ) {
        let open = documents.get(file);
        let as_of = self.checked.as_ref().map_or(u64::MAX, |checked| checked.as_of);
        // What was changed meanwhile waits for the next check.
        if open.is_some_and(|document| document.changed > as_of) {
            return;
        }
        let wanted = shown(file)
            && (open.is_some() || self.folders.iter().any(|folder| file.starts_with(folder)));
        let of_file = self.checked.iter().filter(|_| wanted);
        let of_file = of_file.filter_map(|checked| checked.diagnostics.get(file)).flatten();
        let of_file = of_file.map(|diagnosed| {
            let mut diagnostic = diagnosed.diagnostic.clone();
            diagnostic.related_information =
                diagnostic.related_information.filter(|_| client.related);
            diagnostic.code_description = diagnostic.code_description.filter(|_| client.links);
            diagnostic
        });
        let diagnostics: Vec<Diagnostic> = of_file.collect();
        let had = if diagnostics.is_empty() {
            self.published.remove(file)
        } else {
            !self.published.insert(file.to_owned())
        };
        if diagnostics.is_empty() && !had {
            return;
        }
        let uri = open.map(|document| document.uri.clone()).or_else(|| uri::of_path(file));
        let Some(uri) = uri else { return };
        let version = open.map(|document| document.version);
        let params = PublishDiagnosticsParams { uri, diagnostics, version };
        outbox.send(Notification::new(PublishDiagnostics::METHOD.to_owned(), params));
    }

    /// Shows nothing any more.
    pub(super) fn clear(&mut self, documents: &Documents, client: Client, outbox: &Outbox) {
        self.checked = None;
        self.publish(&|_| false, documents, client, outbox);
    }
}
