//! What the client has open, folders and texts, and the trees that are checked for it.

use super::actions::Asked;
use super::checker::{Checked, Done, Job};
use super::client::Client;
use super::documents::Documents;
use super::overlay;
use super::positions::Lines;
use super::root::Root;
use super::transport::Outbox;
use super::{hover, uri};
use crate::check::Check;
use crate::check::patterns::module_of;
use lsp_types::{
    ClientCapabilities, CodeActionParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, FileChangeType, Position,
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

/// After a change, nothing is checked until none has come for so long.
const QUIET: Duration = Duration::from_millis(200);

/// Folders, texts and trees.
pub(super) struct Workspace {
    outbox: Outbox,
    jobs: Sender<Job>,
    arguments: Arc<Check>,
    client: Client,
    folders: Vec<PathBuf>,
    documents: Documents,
    /// The trees, by their folders.
    roots: BTreeMap<PathBuf, Root>,
    /// Counts the changes of texts.
    clock: u64,
    /// Whether the client may be sent something.
    begun: bool,
}

/// A file of a tree that is checked as it stands.
pub(super) struct Place {
    pub(super) path: PathBuf,
    root: PathBuf,
    checked: Arc<Checked>,
}

impl Workspace {
    pub(super) fn new(outbox: Outbox, jobs: Sender<Job>, arguments: Arc<Check>) -> Self {
        let client = Client::new(&ClientCapabilities::default());
        Self {
            outbox,
            jobs,
            arguments,
            client,
            folders: Vec::new(),
            documents: Documents::default(),
            roots: BTreeMap::new(),
            clock: 0,
            begun: false,
        }
    }

    /// Takes in what the client can do, and the folders that it has open.
    pub(super) fn greet(&mut self, client: Client, folders: Vec<PathBuf>) {
        self.client = client;
        self.folders = folders;
    }

    pub(super) fn client_watches(&self) -> bool {
        self.client.watches
    }

    /// Begins to check.
    pub(super) fn begin(&mut self) {
        self.begun = true;
        self.find_roots();
    }

    /// When the next tree is to be checked.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.roots.values().filter(|root| !root.running).filter_map(|root| root.due).min()
    }

    /// Has those trees checked for which it is time.
    pub(super) fn start_due(&mut self) {
        let now = Instant::now();
        for (path, root) in &mut self.roots {
            if root.running || root.due.is_none_or(|due| due > now) {
                continue;
            }
            root.due = None;
            root.running = true;
            let job = Job {
                root: path.clone(),
                documents: self.documents.clone(),
                as_of: self.clock,
                encoding: self.client.encoding,
                arguments: Arc::clone(&self.arguments),
            };
            // Without the thread that checks there is nobody left to serve.
            let _ = self.jobs.send(job);
        }
    }

    /// Takes in what a check came to, and shows it.
    pub(super) fn take(&mut self, done: Done) {
        // The folder may have been closed meanwhile.
        let path = done.root.clone();
        if let Some(root) = self.roots.get_mut(&path) {
            root.take(done, &self.outbox);
            self.publish(&path, None);
        }
    }

    pub(super) fn open(&mut self, params: DidOpenTextDocumentParams) {
        let Some(path) = uri::to_path(&params.text_document.uri) else { return };
        let root = self.root_of(&path).and_then(|root| self.roots.get(&root));
        let known = root.is_some_and(|root| root.knows(&path, &params.text_document.text));
        if known {
            self.documents.open(path.clone(), params.text_document, 0);
        } else {
            self.clock = self.clock.saturating_add(1);
            self.documents.open(path.clone(), params.text_document, self.clock);
        }
        self.find_roots();
        match self.root_of(&path) {
            Some(root) if known => self.publish(&root, Some(&path)),
            _ => self.dirty(&path, Duration::ZERO),
        }
    }

    pub(super) fn change(&mut self, params: DidChangeTextDocumentParams) {
        let Some(path) = uri::to_path(&params.text_document.uri) else { return };
        self.clock = self.clock.saturating_add(1);
        let (version, encoding) = (params.text_document.version, self.client.encoding);
        let changes = params.content_changes;
        if self.documents.change(&path, version, changes, encoding, self.clock) {
            self.dirty(&path, QUIET);
        }
    }

    pub(super) fn save(&mut self, params: &DidSaveTextDocumentParams) {
        if let Some(path) = uri::to_path(&params.text_document.uri) {
            self.dirty(&path, Duration::ZERO);
        }
    }

    pub(super) fn close(&mut self, params: &DidCloseTextDocumentParams) {
        let Some(path) = uri::to_path(&params.text_document.uri) else { return };
        let Some(closed) = self.documents.close(&path) else { return };
        // What was not saved is forgotten.
        if closed.changed > 0 {
            self.dirty(&path, QUIET);
        } else if let Some(root) = self.root_of(&path) {
            self.publish(&root, Some(&path));
        }
        self.find_roots();
    }

    pub(super) fn change_on_disk(&mut self, params: &DidChangeWatchedFilesParams) {
        let mut modules = false;
        for event in &params.changes {
            let Some(path) = uri::to_path(&event.uri) else { continue };
            let name = path.file_name().unwrap_or_default();
            modules |=
                event.typ != FileChangeType::CHANGED && (name == "go.mod" || name == "go.work");
            if name == "tophash.toml" {
                // It may hold for trees below it.
                let folder = path.parent().unwrap_or(&path).to_owned();
                let below = self.roots.iter_mut().filter(|(root, _)| root.starts_with(&folder));
                below.for_each(|(_, root)| root.due = Some(Instant::now()));
            }
            self.dirty(&path, QUIET);
        }
        if modules {
            self.find_roots();
        }
    }

    pub(super) fn change_folders(&mut self, params: &DidChangeWorkspaceFoldersParams) {
        let of = |folder: &lsp_types::WorkspaceFolder| uri::to_path(&folder.uri);
        let removed: Vec<PathBuf> = params.event.removed.iter().filter_map(of).collect();
        self.folders.retain(|folder| !removed.contains(folder));
        let added = params.event.added.iter().filter_map(of);
        self.folders.extend(added);
        self.find_roots();
    }

    /// A file with the check of its tree; `Some(None)` where that is still to come, `None` where there is none.
    pub(super) fn fresh(&self, path: &Path) -> Option<Option<Place>> {
        let root = self.root_of(path)?;
        let state = self.roots.get(&root)?;
        match state.fresh() {
            Some(checked) => {
                let checked = Arc::clone(checked);
                Some(Some(Place { path: path.to_owned(), root, checked }))
            }
            None => state.is_waiting().then_some(None),
        }
    }

    /// What is shown where the pointer rests.
    pub(super) fn hover(&self, place: &Place, position: Position) -> Value {
        let text = || {
            let document = self.documents.get(&place.path)?;
            let file = overlay::relative(&place.root, &place.path)?;
            let lines = Lines::new(&document.text, self.client.encoding);
            let (span, maps) = place.checked.maps.at(&file, lines.offset(position))?;
            let offset = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
            let range = lines.range(offset(span.start)..offset(span.end));
            let hover = hover::text(&place.checked, &maps, range, self.client.markdown);
            serde_json::to_value(hover).ok()
        };
        text().unwrap_or_default()
    }

    /// A request for actions, with what it takes to answer it.
    pub(super) fn asked(&self, place: &Place, params: CodeActionParams) -> Asked {
        Asked {
            params,
            checked: Arc::clone(&place.checked),
            documents: self.documents.clone(),
            encoding: self.client.encoding,
            versions: self.client.versions,
        }
    }

    /// Whether the check of the tree around a file is still the one of the texts as they were then.
    pub(super) fn is_as_of(&self, path: &Path, then: u64) -> bool {
        matches!(self.fresh(path), Some(Some(place)) if place.checked.as_of == then)
    }

    /// Wants the trees around a file checked, once it is quiet for so long.
    fn dirty(&mut self, path: &Path, quiet: Duration) {
        for (_, root) in self.roots.iter_mut().filter(|(root, _)| path.starts_with(root)) {
            root.due = Instant::now().checked_add(quiet);
        }
    }

    /// The innermost tree around a file.
    fn root_of(&self, path: &Path) -> Option<PathBuf> {
        innermost(&self.roots, path).cloned()
    }

    /// Shows what is known of a tree, or of one file in it.
    fn publish(&mut self, path: &Path, file: Option<&Path>) {
        let Some(mut root) = self.roots.remove(path) else { return };
        // A file of a tree within is shown there.
        let within =
            |file: &Path| innermost(&self.roots, file).is_some_and(|other| other.starts_with(path));
        let shown = |file: &Path| !within(file);
        match file {
            None => root.publish(&shown, &self.documents, self.client, &self.outbox),
            Some(file) => {
                root.publish_file(file, &shown, &self.documents, self.client, &self.outbox);
            }
        }
        self.roots.insert(path.to_owned(), root);
    }

    /// Finds the trees around the folders that are open; where none is, around the texts.
    fn find_roots(&mut self) {
        if !self.begun {
            return;
        }
        let mut folders: Vec<PathBuf> =
            self.folders.iter().filter(|folder| !is_everything(folder)).cloned().collect();
        if folders.is_empty() {
            let of = |path: &PathBuf| path.parent().map(Path::to_owned);
            folders =
                self.documents.below(Path::new("")).filter_map(|(path, _)| of(path)).collect();
        }
        let mut wanted: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
        for folder in folders {
            let root = module_of(&folder).unwrap_or_else(|| folder.clone());
            wanted.entry(root).or_default().push(folder);
        }
        for (path, root) in &mut self.roots {
            if !wanted.contains_key(path) {
                root.clear(&self.documents, self.client, &self.outbox);
            }
        }
        self.roots.retain(|path, _| wanted.contains_key(path));
        for (path, folders) in wanted {
            let root = self.roots.entry(path).or_insert_with(Root::to_be_checked);
            root.folders = folders;
        }
    }
}

/// Whether a folder holds all that a user has, and more Go than anybody asks about.
fn is_everything(folder: &Path) -> bool {
    let home = etcetera::home_dir().is_ok_and(|home| home == folder);
    (home || folder.parent().is_none()) && module_of(folder).is_none()
}

fn innermost<'r>(roots: &'r BTreeMap<PathBuf, Root>, path: &Path) -> Option<&'r PathBuf> {
    roots.keys().filter(|root| path.starts_with(root)).max_by_key(|root| root.components().count())
}
