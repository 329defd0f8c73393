//! Messages over standard input and output.
//!
//! The reader of `lsp-server` makes room for whatever length is claimed, and ends at the first message that it does not
//! understand. This one bounds both, and goes on; messages themselves are those of that library.

use lsp_server::{ErrorCode, Message, Response, ResponseError};
use serde_json::{Value, json};
use std::io::{self, BufRead, Read, Write};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

/// Bytes of a message, at most: a file of the largest that editors open, and its escapes.
const MAX_MESSAGE: u64 = 128 << 20;
/// Bytes of one line of a header, at most.
const MAX_HEADER: u64 = 4096;

/// What came in.
#[derive(Debug)]
pub(super) enum Incoming {
    Message(Message),
    /// A message that cannot be understood, with the code of the protocol and why.
    Malformed(ErrorCode, String),
}

/// Reads the next message; `None` at the end of the input.
///
/// # Errors
///
/// When nobody can tell where the next message begins.
pub(super) fn read(input: &mut impl BufRead) -> io::Result<Option<Incoming>> {
    let Some(length) = length(input)? else { return Ok(None) };
    if length > MAX_MESSAGE {
        let skipped = io::copy(&mut input.take(length), &mut io::sink())?;
        let why = format!("a message of {length} bytes is too long");
        return Ok((skipped == length).then_some(malformed(ErrorCode::InvalidRequest, why)));
    }
    let mut body = Vec::new();
    input.take(length).read_to_end(&mut body)?;
    if u64::try_from(body.len()).is_ok_and(|read| read < length) {
        return Ok(None);
    }
    let value = match serde_json::from_slice::<Value>(&body) {
        Ok(value) => value,
        Err(error) => return Ok(Some(malformed(ErrorCode::ParseError, error.to_string()))),
    };
    let has_id = value.get("id").is_some();
    Ok(Some(match serde_json::from_value(value) {
        // What has an id asks for an answer, though nobody can read it.
        Ok(Message::Notification(_)) if has_id => invalid(),
        Ok(message) => Incoming::Message(message),
        Err(_) => invalid(),
    }))
}

fn invalid() -> Incoming {
    let why = "this is no request, response or notification of JSON-RPC 2.0";
    malformed(ErrorCode::InvalidRequest, why.to_owned())
}

fn malformed(code: ErrorCode, why: String) -> Incoming {
    Incoming::Malformed(code, why)
}

/// Reads a header, and yields the length of what follows it.
fn length(input: &mut impl BufRead) -> io::Result<Option<u64>> {
    let invalid = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if input.take(MAX_HEADER).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = line.strip_suffix(b"\n").ok_or_else(|| invalid("a header has no end"))?;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return length.map(Some).ok_or_else(|| invalid("a header has no Content-Length"));
        }
        let line = std::str::from_utf8(line).map_err(|_| invalid("a header is no text"))?;
        let (name, value) = line.split_once(':').ok_or_else(|| invalid("a header has no name"))?;
        if name.trim().eq_ignore_ascii_case("Content-Length") {
            let number = value.trim().parse();
            length = Some(number.map_err(|_| invalid("a Content-Length is no number"))?);
        }
    }
}

/// The way to the client. What is written is written by a thread of its own, so that nobody waits for a slow reader.
#[derive(Clone)]
pub(super) struct Outbox(Sender<Vec<u8>>);

impl Outbox {
    /// The outbox, and the thread that ends when all of its clones are gone and all is written.
    pub(super) fn new(mut output: impl Write + Send + 'static) -> (Self, JoinHandle<()>) {
        let (sender, receiver) = channel::<Vec<u8>>();
        let thread = std::thread::spawn(move || {
            // Whoever does not read any more is gone, and his input will end.
            while let Ok(message) = receiver.recv() {
                if output.write_all(&message).and_then(|()| output.flush()).is_err() {
                    break;
                }
            }
        });
        (Self(sender), thread)
    }

    pub(super) fn send(&self, message: impl Into<Message>) {
        let mut bytes = Vec::new();
        // Writing to memory cannot fail, and a reader that has gone misses nothing.
        let _ = message.into().write(&mut bytes);
        let _ = self.0.send(bytes);
    }

    /// Answers what has no number that could be read.
    pub(super) fn refuse(&self, code: ErrorCode, why: &str) {
        let error = json!({ "code": code as i32, "message": why });
        let text = json!({ "jsonrpc": "2.0", "id": null, "error": error }).to_string();
        let _ = self.0.send(format!("Content-Length: {}\r\n\r\n{text}", text.len()).into_bytes());
    }
}

/// An error in answer to a request.
pub(super) fn error(
    id: lsp_server::RequestId,
    code: ErrorCode,
    why: impl Into<String>,
) -> Response {
    let error = ResponseError { code: code as i32, message: why.into(), data: None };
    Response { id, response_result: Err(error) }
}

#[cfg(test)]
mod tests {
    use super::{Incoming, MAX_MESSAGE, read};
    use lsp_server::{ErrorCode, Message};

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn what_is_malformed_is_said_and_reading_goes_on() {
        let exit = framed(r#"{"jsonrpc":"2.0","method":"exit"}"#);
        let text = [framed("{"), framed("[1]"), framed("\u{0}"), exit.clone(), framed("{}"), exit]
            .concat();
        let mut input = text.as_bytes();
        let mut codes = Vec::new();
        while let Some(incoming) = read(&mut input).unwrap() {
            codes.push(match incoming {
                Incoming::Malformed(code, _) => code as i32,
                Incoming::Message(Message::Notification(_)) => 0,
                Incoming::Message(other) => panic!("{other:?}"),
            });
        }
        let (parse, request) = (ErrorCode::ParseError as i32, ErrorCode::InvalidRequest as i32);
        assert_eq!(codes, [parse, request, parse, 0, request, 0]);
    }

    #[test]
    fn a_header_may_have_other_lines_and_any_case() {
        let body = r#"{"jsonrpc":"2.0","id":"x","method":"shutdown"}"#;
        let text =
            format!("content-length:{}\r\nContent-Type: x; charset=utf-8\n\n{body}", body.len());
        let read = read(&mut text.as_bytes()).unwrap().unwrap();
        assert!(matches!(read, Incoming::Message(Message::Request(_))), "{read:?}");
    }

    #[test]
    fn lengths_are_not_believed() {
        let long = format!("Content-Length: {}\r\n\r\n", u64::MAX);
        assert!(read(&mut long.as_bytes()).unwrap().is_none());
        let cut = format!("Content-Length: {MAX_MESSAGE}\r\n\r\n{{");
        assert!(read(&mut cut.as_bytes()).unwrap().is_none());
        for broken in ["Content-Length: -1\r\n\r\n", "x\r\n\r\n", "\r\n", "Content-Length: 1\r"] {
            assert!(read(&mut broken.as_bytes()).is_err(), "{broken:?}");
        }
        assert!(read(&mut [b'a'; 10_000].as_slice()).is_err());
        assert!(read(&mut [].as_slice()).unwrap().is_none());
    }
}
