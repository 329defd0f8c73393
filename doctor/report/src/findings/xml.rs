//! What the XML formats share: text that XML may hold, the document around it, and places in words.
//!
//! Source: W3C, Extensible Markup Language (XML) 1.0 (Fifth Edition), §2.2.

use crate::text::clean;
use crate::words::place;
use finding::Finding;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, Event};
use std::io;

/// Where elements are written.
pub(super) type Xml = Writer<Vec<u8>>;

/// An indented document, whose elements `content` writes, with a line break at its end.
pub(super) fn document(content: impl FnOnce(&mut Xml) -> io::Result<()>) -> io::Result<String> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    content(&mut xml)?;
    let mut out = xml.into_inner();
    out.push(b'\n');
    String::from_utf8(out).map_err(io::Error::other)
}

/// One line of text that XML may hold: two characters that are none to Unicode are none to XML either.
pub(super) fn text(text: &str) -> String {
    clean(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

/// The other places of a finding, a line each: `status/cache.go:7:2: the map is declared here`.
pub(super) fn related(finding: &Finding) -> impl Iterator<Item = String> {
    finding.related.iter().map(|related| format!("{}: {}", place(&related.site), related.label))
}
