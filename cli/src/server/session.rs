//! A session with a client: its life, and what each message makes of it.

use super::checker::Done;
use super::client::{self, Client};
use super::repairer::{Answer, Task};
use super::transport::{self, Incoming, Outbox};
use super::uri;
use super::workspace::Workspace;
use crate::check::Check;
use crate::exit;
use lsp_server::{ErrorCode, Message, Notification, ReqQueue, Request, RequestId, Response};
use lsp_types::notification::{
    Cancel, DidChangeTextDocument, DidChangeWatchedFiles, DidChangeWorkspaceFolders,
    DidCloseTextDocument, DidOpenTextDocument, DidSaveTextDocument, Exit, Initialized,
    Notification as _,
};
use lsp_types::request::{
    CodeActionRequest, HoverRequest, Initialize, RegisterCapability, Request as _, Shutdown,
};
use lsp_types::{CancelParams, NumberOrString, Uri};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Instant;

/// What a session lives on.
pub(super) enum Event {
    /// A message came in.
    Received(Incoming),
    /// There will be no more, for a reason if it was none of the client's.
    Closed(Option<String>),
    /// A tree was checked.
    Checked(Box<Done>),
    /// A request for actions was answered.
    Answered(Answer),
}

/// How far a session has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The client has not said what it can do.
    New,
    /// It has, and nothing may be sent to it until it says that it is ready.
    Greeted,
    /// Everything is possible.
    Ready,
    /// Nothing but `exit` is expected.
    Done,
}

/// A session.
pub(super) struct Session {
    phase: Phase,
    outbox: Outbox,
    tasks: Sender<Task>,
    workspace: Workspace,
    /// Requests that are not answered, with the flag that says that nobody waits any more.
    requests: ReqQueue<Arc<AtomicBool>, ()>,
    /// Requests about texts that are to be checked first.
    parked: Vec<Request>,
}

impl Session {
    pub(super) fn new(
        outbox: Outbox,
        jobs: Sender<super::checker::Job>,
        tasks: Sender<Task>,
        arguments: Arc<Check>,
    ) -> Self {
        let workspace = Workspace::new(outbox.clone(), jobs, arguments);
        let (requests, parked) = (ReqQueue::default(), Vec::new());
        Self { phase: Phase::New, outbox, tasks, workspace, requests, parked }
    }

    /// Lives on events until the client is done, or goes; yields the exit code.
    pub(super) fn run(mut self, events: &Receiver<Event>) -> u8 {
        loop {
            let event = match self.workspace.next_due() {
                Some(due) => events.recv_timeout(due.saturating_duration_since(Instant::now())),
                None => events.recv().map_err(RecvTimeoutError::from),
            };
            match event {
                Ok(Event::Received(Incoming::Message(Message::Notification(exit))))
                    if exit.method == Exit::METHOD =>
                {
                    return self.code();
                }
                Ok(Event::Received(incoming)) => self.receive(incoming),
                Ok(Event::Closed(why)) => {
                    if let Some(why) = why {
                        crate::output::say(format_args!("error: cannot read messages: {why}"));
                    }
                    return self.code();
                }
                Ok(Event::Checked(done)) => self.workspace.take(*done),
                Ok(Event::Answered(answer)) => self.answered(answer),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.code(),
            }
            self.workspace.start_due();
            for request in std::mem::take(&mut self.parked) {
                self.ask(request);
            }
        }
    }

    fn code(&self) -> u8 {
        if self.phase == Phase::Done { exit::EXPLAINED } else { exit::LEFT }
    }

    fn receive(&mut self, incoming: Incoming) {
        match incoming {
            Incoming::Malformed(code, why) => self.outbox.refuse(code, &why),
            Incoming::Message(Message::Request(request)) => self.request(request),
            Incoming::Message(Message::Notification(notification)) => self.notify(notification),
            // What the client is asked for it may refuse.
            Incoming::Message(Message::Response(_)) => {}
        }
    }

    fn request(&mut self, request: Request) {
        let refused = match (self.phase, request.method.as_str()) {
            (Phase::New, Initialize::METHOD) => return self.initialize(request),
            (Phase::New, _) => (ErrorCode::ServerNotInitialized, "initialize comes first"),
            (Phase::Done, _) => (ErrorCode::InvalidRequest, "after shutdown comes exit"),
            (_, Initialize::METHOD) => (ErrorCode::InvalidRequest, "initialize comes once"),
            (_, Shutdown::METHOD) => {
                self.phase = Phase::Done;
                for request in self.parked.drain(..) {
                    let why = "the server shuts down";
                    self.outbox.send(transport::error(request.id, ErrorCode::RequestFailed, why));
                }
                return self.outbox.send(Response::new_ok(request.id, Value::Null));
            }
            (_, HoverRequest::METHOD | CodeActionRequest::METHOD) => {
                self.requests.incoming.register(request.id.clone(), Arc::default());
                return self.ask(request);
            }
            (_, method) => {
                let why = format!("there is no {method} here");
                let error = transport::error(request.id, ErrorCode::MethodNotFound, why);
                return self.outbox.send(error);
            }
        };
        let (code, why) = refused;
        self.outbox.send(transport::error(request.id, code, why));
    }

    fn initialize(&mut self, request: Request) {
        let params: lsp_types::InitializeParams = match serde_json::from_value(request.params) {
            Ok(params) => params,
            Err(error) => return self.invalid(request.id, &error),
        };
        let client = Client::new(&params.capabilities);
        self.outbox.send(Response::new_ok(request.id, client.answer()));
        self.workspace.greet(client, client::folders(&params));
        self.phase = Phase::Greeted;
    }

    fn invalid(&self, id: RequestId, error: &serde_json::Error) {
        self.outbox.send(transport::error(id, ErrorCode::InvalidParams, error.to_string()));
    }

    /// Answers a request, hands it on, or keeps it until the text is checked that it is about.
    fn ask(&mut self, request: Request) {
        let id = request.id.clone();
        if self.requests.incoming.is_completed(&id) {
            return;
        }
        let answer = match about(&request) {
            Err(error) => {
                self.requests.incoming.complete(&id);
                return self.invalid(id, &error);
            }
            Ok(about) => match about.path.and_then(|path| self.workspace.fresh(&path)) {
                None => Value::Null,
                Some(None) => return self.parked.push(request),
                Some(Some(place)) => match about.what {
                    What::Hover(position) => self.workspace.hover(&place, position),
                    What::Actions(params) => {
                        let asked = self.workspace.asked(&place, params);
                        let pending = self.requests.incoming.complete(&id).unwrap_or_default();
                        self.requests.incoming.register(id.clone(), Arc::clone(&pending));
                        let task = Task { id, path: place.path, asked, cancelled: pending };
                        // Without the thread that answers there is nobody left to serve.
                        let _ = self.tasks.send(task);
                        return;
                    }
                },
            },
        };
        self.requests.incoming.complete(&id);
        self.outbox.send(Response::new_ok(id, answer));
    }

    /// Sends the answer of another thread, if somebody waits for it.
    fn answered(&mut self, answer: Answer) {
        let Answer { id, path, actions, as_of } = answer;
        if self.requests.incoming.complete(&id).is_none() {
            return;
        }
        let response = match actions {
            None => {
                transport::error(id, ErrorCode::InternalError, "the repair could not be planned")
            }
            Some(_) if !self.workspace.is_as_of(&path, as_of) => {
                transport::error(id, ErrorCode::ContentModified, "the text has changed meanwhile")
            }
            Some(actions) => Response::new_ok(id, actions),
        };
        self.outbox.send(response);
    }

    fn notify(&mut self, notification: Notification) {
        if !matches!(self.phase, Phase::Greeted | Phase::Ready) {
            return;
        }
        let Notification { method, params } = notification;
        let wrong = match method.as_str() {
            Initialized::METHOD => {
                self.ready();
                Ok(())
            }
            Cancel::METHOD => read(params).map(|params| self.cancel(params)),
            DidOpenTextDocument::METHOD => read(params).map(|params| self.workspace.open(params)),
            DidChangeTextDocument::METHOD => {
                read(params).map(|params| self.workspace.change(params))
            }
            DidSaveTextDocument::METHOD => read(params).map(|params| self.workspace.save(&params)),
            DidCloseTextDocument::METHOD => {
                read(params).map(|params| self.workspace.close(&params))
            }
            DidChangeWatchedFiles::METHOD => {
                read(params).map(|params| self.workspace.change_on_disk(&params))
            }
            DidChangeWorkspaceFolders::METHOD => {
                read(params).map(|params| self.workspace.change_folders(&params))
            }
            // What is not known may be left.
            _ => Ok(()),
        };
        if let Err(error) = wrong {
            crate::output::say(format_args!("error: {method}: {error}"));
        }
    }

    fn ready(&mut self) {
        if self.phase != Phase::Greeted {
            return;
        }
        self.phase = Phase::Ready;
        if self.workspace.client_watches() {
            let method = RegisterCapability::METHOD.to_owned();
            let request = self.requests.outgoing.register(method, Client::watching(), ());
            self.outbox.send(request);
        }
        self.workspace.begin();
    }

    fn cancel(&mut self, params: CancelParams) {
        let id = match params.id {
            NumberOrString::Number(id) => RequestId::from(id),
            NumberOrString::String(id) => RequestId::from(id),
        };
        let Some(pending) = self.requests.incoming.complete(&id) else { return };
        pending.store(true, Ordering::Relaxed);
        self.parked.retain(|request| request.id != id);
        self.outbox.send(transport::error(id, ErrorCode::RequestCanceled, "cancelled"));
    }
}

/// What a request asks, of which file.
struct About {
    path: Option<PathBuf>,
    what: What,
}

enum What {
    Hover(lsp_types::Position),
    Actions(lsp_types::CodeActionParams),
}

fn about(request: &Request) -> serde_json::Result<About> {
    let params = request.params.clone();
    let path = |uri: &Uri| uri::to_path(uri);
    if request.method == HoverRequest::METHOD {
        let params: lsp_types::HoverParams = read(params)?;
        let at = params.text_document_position_params;
        return Ok(About { path: path(&at.text_document.uri), what: What::Hover(at.position) });
    }
    let params: lsp_types::CodeActionParams = read(params)?;
    Ok(About { path: path(&params.text_document.uri), what: What::Actions(params) })
}

fn read<P: DeserializeOwned>(params: Value) -> serde_json::Result<P> {
    serde_json::from_value(params)
}
