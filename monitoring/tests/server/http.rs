//! As much of HTTP as the tests speak: a page that is scraped, what is sent to us, and requests of our own.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// Serves a page, whatever is asked for; where.
pub(crate) fn serve(page: impl Fn() -> String + Send + Sync + 'static) -> SocketAddr {
    answer(move |_| page())
}

/// Takes what is sent; where, and what it was.
pub(crate) fn receive() -> (SocketAddr, Receiver<String>) {
    let (sender, sent) = channel();
    let address = answer(move |body| {
        // Nobody listens any more at the end of the test.
        let _ = sender.send(body);
        String::new()
    });
    (address, sent)
}

/// Answers each request by its body, on a thread of its own: a client may open a connection and then say nothing.
fn answer(page: impl Fn(String) -> String + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let page = Arc::new(page);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let page = Arc::clone(&page);
            // A client that goes away is none of the test's business.
            thread::spawn(move || drop(converse(stream, &*page)));
        }
    });
    address
}

fn converse(stream: TcpStream, page: &impl Fn(String) -> String) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else {
            if line.trim().is_empty() {
                break;
            }
            continue;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let page = page(String::from_utf8(body).unwrap());
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nConnection: close";
    write!(reader.into_inner(), "{head}\r\nContent-Length: {}\r\n\r\n{page}", page.len())
}

/// What a server answers to a request for a path; nothing where it does not, or not well.
pub(crate) fn get(server: SocketAddr, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(server).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    // Of version 1.0, so that the answer comes in one piece.
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {server}\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    head.lines().next()?.contains(" 200 ").then(|| body.to_owned())
}

/// Text as it stands in a query.
pub(crate) fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
