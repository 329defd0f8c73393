//! What the client can do, and what it is told this server can.

use super::actions;
use super::positions::Encoding;
use super::uri;
use lsp_types::notification::{DidChangeWatchedFiles, Notification as _};
use lsp_types::{
    ClientCapabilities, CodeActionKind, CodeActionOptions,
    DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern,
    HoverProviderCapability, InitializeParams, MarkupKind, OneOf, Registration, RegistrationParams,
    SaveOptions, ServerCapabilities, TextDocumentSyncKind, TextDocumentSyncOptions,
    WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};
use serde_json::{Value, json};
use std::path::PathBuf;

/// What decides the findings of a tree, beside what is open.
const WATCHED: [&str; 5] =
    ["**/*.go", "**/go.mod", "**/go.work", "**/vendor/modules.txt", "**/tophash.toml"];

/// What the client can do.
#[derive(Clone, Copy)]
pub(super) struct Client {
    pub(super) encoding: Encoding,
    /// Shows text as Markdown.
    pub(super) markdown: bool,
    /// Shows further places of diagnostics.
    pub(super) related: bool,
    /// Follows a link to what a code means.
    pub(super) links: bool,
    /// Knows edits of a certain version of a document.
    pub(super) versions: bool,
    /// Watches files for servers that ask it to.
    pub(super) watches: bool,
}

impl Client {
    pub(super) fn new(can: &ClientCapabilities) -> Self {
        let text = can.text_document.as_ref();
        let workspace = can.workspace.as_ref();
        let formats = text
            .and_then(|text| text.hover.as_ref())
            .and_then(|hover| hover.content_format.as_ref());
        let diagnostics = text.and_then(|text| text.publish_diagnostics.as_ref());
        let edits = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
        let watched = workspace.and_then(|workspace| workspace.did_change_watched_files.as_ref());
        Self {
            encoding: Encoding::agreed(can),
            markdown: formats.is_some_and(|formats| formats.contains(&MarkupKind::Markdown)),
            related: diagnostics.and_then(|can| can.related_information).unwrap_or(false),
            links: diagnostics.and_then(|can| can.code_description_support).unwrap_or(false),
            versions: edits.and_then(|can| can.document_changes).unwrap_or(false),
            watches: watched.and_then(|can| can.dynamic_registration).unwrap_or(false),
        }
    }

    /// The answer to `initialize`.
    pub(super) fn answer(&self) -> Value {
        let sync = TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(SaveOptions { include_text: Some(false) }.into()),
            ..TextDocumentSyncOptions::default()
        };
        let actions = CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, actions::FIX_ALL]),
            ..CodeActionOptions::default()
        };
        let folders = WorkspaceFoldersServerCapabilities {
            supported: Some(true),
            change_notifications: Some(OneOf::Left(true)),
        };
        let capabilities = ServerCapabilities {
            position_encoding: Some(self.encoding.kind()),
            text_document_sync: Some(sync.into()),
            hover_provider: Some(HoverProviderCapability::Simple(true)),
            code_action_provider: Some(actions.into()),
            workspace: Some(WorkspaceServerCapabilities {
                workspace_folders: Some(folders),
                file_operations: None,
            }),
            ..ServerCapabilities::default()
        };
        let version = env!("CARGO_PKG_VERSION");
        json!({
            "capabilities": capabilities,
            "serverInfo": { "name": "tophash", "version": version },
        })
    }

    /// What the client is asked to watch.
    pub(super) fn watching() -> RegistrationParams {
        let watcher = |glob: &str| FileSystemWatcher {
            glob_pattern: GlobPattern::String(glob.to_owned()),
            kind: None,
        };
        let watchers = WATCHED.into_iter().map(watcher).collect();
        let options = DidChangeWatchedFilesRegistrationOptions { watchers };
        let registration = Registration {
            id: "tophash-watches".to_owned(),
            method: DidChangeWatchedFiles::METHOD.to_owned(),
            register_options: serde_json::to_value(options).ok(),
        };
        RegistrationParams { registrations: vec![registration] }
    }
}

/// The folders that the client has open.
#[expect(deprecated, reason = "older clients tell their folder in no other way")]
pub(super) fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    if let Some(folders) = params.workspace_folders.as_ref().filter(|folders| !folders.is_empty()) {
        return folders.iter().filter_map(|folder| uri::to_path(&folder.uri)).collect();
    }
    let by_uri = params.root_uri.as_ref().and_then(uri::to_path);
    let by_path = || params.root_path.as_ref().map(PathBuf::from);
    by_uri.or_else(by_path).into_iter().filter(|path| path.is_absolute()).collect()
}
