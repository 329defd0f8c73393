//! Stacks seen before, recognised by their bytes.
//!
//! A server's dump prints the same few stacks tens of thousands of times, different only in ids,
//! waits and arguments. What has been read once is kept as a tree of lines, from the innermost
//! frame outwards:
//!
//! ```text
//! main.worker( … )⏎<tab>/src/main.go:42 +0x65⏎
//! ├─ main.serve( … )⏎<tab>/src/main.go:60 +0x1d⏎ ── created by main.main in goroutine … ⏎ ── group 3
//! └─ main.retry( … )⏎<tab>/src/main.go:71 +0x2f⏎ ── …
//! ```
//!
//! To recognise a goroutine is to walk down: compare the bytes up to the arguments, look for the
//! end of that line, compare the place. Nothing is hashed, allocated or scanned for shapes, and the
//! longer half of the text is compared instead of searched.
//!
//! The memo answers only when a blank line and the next heading follow the stack. Every other text
//! takes the ordinary way, which is also how a stack is learned.

use crate::bytes::{after, find, from, rfind, take_decimal, take_while, upto};
use crate::scan::{heading_of, symbol_length};
use crate::sink::{Again, GroupId};
use memchr::{memchr, memchr3};

/// Most nodes kept.
const MOST_NODES: usize = 200_000;
/// Most nodes below one node.
const MOST_CHILDREN: usize = 256;

/// A goroutine that was recognised.
#[derive(Debug)]
pub(crate) struct Hit<'a> {
    /// Bytes it takes, the blank line included.
    pub(crate) length: usize,
    /// Lines it takes, the blank line included.
    pub(crate) lines: u64,
    pub(crate) group: GroupId,
    pub(crate) goroutine: Again<'a>,
}

/// What varies between the bytes a node compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Varies {
    /// Arguments, up to the parenthesis that ends the line.
    Arguments,
    /// The id of the creator, up to the end of the line.
    Id,
    /// Nothing.
    Nothing,
}

/// One frame, or another line, of stacks seen before.
#[derive(Debug)]
struct Node {
    /// What its first line begins with.
    head: Box<[u8]>,
    varies: Varies,
    /// The line after it, with its end; empty when another node follows at once.
    place: Box<[u8]>,
    /// That line goes on with the frame's registers, which vary.
    registers: bool,
    lines: u64,
    children: Children,
    /// The group of the stack that ends here.
    group: Option<GroupId>,
}

/// Stacks seen before.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    nodes: Vec<Node>,
    roots: Children,
}

impl Memo {
    /// Recognises the goroutine that `text` begins with. What comes behind the beginning of the
    /// next goroutine makes no difference.
    pub(crate) fn recognise<'a>(&self, text: &'a [u8]) -> Option<Hit<'a>> {
        if self.nodes.is_empty() {
            return None;
        }
        let (heading, body) = heading_of(text)?;
        let (state, wait_minutes) = state_and_wait(heading.status)?;
        // A garbled heading may seem to end on a later line.
        if state == b"running" || heading.labels.contains(&b'\n') {
            return None;
        }
        let mut rest = after(body, b"\n")?;
        let mut lines = 2_u64;
        let mut at = None;
        let group = loop {
            if let Some(next) = rest.strip_prefix(b"\n") {
                // A stack ends here for certain only when the next goroutine begins.
                let digit = after(next, b"goroutine ")?.first()?;
                let group = at.and_then(|at: usize| self.nodes.get(at))?.group?;
                rest = next;
                break digit.is_ascii_digit().then_some(group)?;
            }
            let (child, tail) = self.step(at, rest)?;
            lines = lines.saturating_add(self.nodes.get(child)?.lines);
            at = Some(child);
            rest = tail;
        };
        let goroutine =
            Again { id: heading.id, state: std::str::from_utf8(state).ok()?, wait_minutes };
        Some(Hit { length: text.len().saturating_sub(rest.len()), lines, group, goroutine })
    }

    /// The node below `at` that `text` begins with, and what follows it.
    fn step<'a>(&self, at: Option<usize>, text: &'a [u8]) -> Option<(usize, &'a [u8])> {
        let children = match at {
            Some(at) => &self.nodes.get(at)?.children,
            None => &self.roots,
        };
        children
            .candidates(text)
            .find_map(|child| Some((child, self.nodes.get(child)?.follow(text)?)))
    }

    /// Learns the stack of the goroutine that is the whole of `block`, its heading included.
    pub(crate) fn learn(&mut self, block: &[u8], group: GroupId) {
        let Some(end) = memchr(b'\n', block) else {
            return;
        };
        let mut rest = from(block, end.saturating_add(1));
        let mut at: Option<usize> = None;
        while !rest.is_empty() {
            let Some((node, tail)) = Node::of(rest) else {
                return;
            };
            let siblings = match at {
                Some(at) => self
                    .nodes
                    .get(at)
                    .map(|node| node.children.nodes.as_slice())
                    .unwrap_or_default(),
                None => &self.roots.nodes,
            };
            let same = siblings.iter().copied().find(|&sibling| {
                self.nodes.get(sibling).is_some_and(|sibling| sibling.is_same(&node))
            });
            let child = match same {
                Some(child) => child,
                None if self.nodes.len() >= MOST_NODES || siblings.len() >= MOST_CHILDREN => return,
                None => self.add(at, node),
            };
            at = Some(child);
            rest = tail;
        }
        if let Some(node) = at.and_then(|at| self.nodes.get_mut(at)) {
            node.group = Some(group);
        }
    }
}

impl Memo {
    fn add(&mut self, parent: Option<usize>, node: Node) -> usize {
        let child = self.nodes.len();
        self.nodes.push(node);
        let take = |children: &mut Children| std::mem::take(children);
        let mut children = match parent {
            None => take(&mut self.roots),
            Some(parent) => self
                .nodes
                .get_mut(parent)
                .map(|parent| take(&mut parent.children))
                .unwrap_or_default(),
        };
        children.push(child, &self.nodes);
        match parent.and_then(|parent| self.nodes.get_mut(parent)) {
            None => self.roots = children,
            Some(parent) => parent.children = children,
        }
        child
    }
}

/// The nodes below a node.
///
/// Symbols of one program begin alike, so the eight bytes that tell most of them apart are looked
/// at first: where those are is chosen anew whenever a node is added.
#[derive(Debug, Default)]
struct Children {
    nodes: Vec<usize>,
    /// Where the eight bytes are in the text; `None` when a head is too short to have any.
    probe: Option<usize>,
    /// Those bytes of each node.
    keys: Vec<u64>,
}

impl Children {
    /// The nodes that `text` may begin with.
    fn candidates(&self, text: &[u8]) -> impl Iterator<Item = usize> {
        let key = self.probe.map(|probe| window(text, probe));
        let fits = move |at: usize| match key {
            Some(key) => key.is_some() && self.keys.get(at).copied() == key,
            None => true,
        };
        self.nodes.iter().enumerate().filter(move |(at, _)| fits(*at)).map(|(_, &node)| node)
    }

    fn push(&mut self, child: usize, nodes: &[Node]) {
        self.nodes.push(child);
        let heads: Vec<&[u8]> =
            self.nodes.iter().filter_map(|&node| nodes.get(node)).map(|node| &*node.head).collect();
        let shortest = heads.iter().map(|head| head.len()).min().unwrap_or(0);
        let distinct = |probe: usize| {
            let mut keys: Vec<_> = heads.iter().map(|head| window(head, probe)).collect();
            keys.sort_unstable();
            keys.dedup();
            keys.len()
        };
        // The first of the best places: earlier bytes are in the cache already.
        self.probe = (0..shortest.saturating_sub(7))
            .max_by_key(|&probe| (distinct(probe), std::cmp::Reverse(probe)));
        self.keys = match self.probe {
            Some(probe) => heads.iter().map(|head| window(head, probe).unwrap_or(0)).collect(),
            None => Vec::new(),
        };
    }
}

/// Eight bytes of `text` as a number.
fn window(text: &[u8], at: usize) -> Option<u64> {
    let bytes = from(text, at).first_chunk::<8>()?;
    Some(u64::from_le_bytes(*bytes))
}

impl Node {
    /// The node for the line that `text` begins with and the place that may follow it.
    fn of(text: &[u8]) -> Option<(Self, &[u8])> {
        let (line, rest) = split_line(text)?;
        let (head, varies) = match symbol_length(line) {
            Some(symbol) => (upto(line, symbol.saturating_add(1)), Varies::Arguments),
            None => match line
                .strip_prefix(b"created by ")
                .and_then(|_| rfind(line, b" in goroutine "))
            {
                Some(at) => (upto(line, at.saturating_add(b" in goroutine ".len())), Varies::Id),
                None => (upto(text, line.len().saturating_add(1)), Varies::Nothing),
            },
        };
        let (place, registers, rest) = match rest.first() {
            Some(b'\t') => {
                let (place, tail) = split_line(rest)?;
                match find(place, b" fp=0x") {
                    Some(registers) => {
                        (upto(place, registers.saturating_add(b" fp=0x".len())), true, tail)
                    }
                    None => (upto(rest, place.len().saturating_add(1)), false, tail),
                }
            }
            _ => (&b""[..], false, rest),
        };
        let lines = if place.is_empty() { 1 } else { 2 };
        Some((
            Self {
                head: head.into(),
                varies,
                place: place.into(),
                registers,
                lines,
                children: Children::default(),
                group: None,
            },
            rest,
        ))
    }

    fn is_same(&self, other: &Self) -> bool {
        self.varies == other.varies
            && self.registers == other.registers
            && self.head == other.head
            && self.place == other.place
    }

    /// What follows this node in `text`, if `text` begins with it.
    fn follow<'a>(&self, text: &'a [u8]) -> Option<&'a [u8]> {
        let rest = text.strip_prefix(&*self.head)?;
        let rest = match self.varies {
            Varies::Nothing => rest,
            Varies::Arguments => {
                let end = memchr(b'\n', rest)?;
                if upto(rest, end).last() != Some(&b')') {
                    return None;
                }
                from(rest, end.saturating_add(1))
            }
            Varies::Id => after(take_while(rest, |byte| byte.is_ascii_digit()).1, b"\n")?,
        };
        let rest = rest.strip_prefix(&*self.place)?;
        if !self.registers {
            return Some(rest);
        }
        let (registers, rest) = split_line(rest)?;
        let known = |byte: &u8| byte.is_ascii_hexdigit() || b" fspcx=".contains(byte);
        registers.iter().all(known).then_some(rest)
    }
}

fn split_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr(b'\n', text)?;
    Some((upto(text, end), from(text, end.saturating_add(1))))
}

/// `chan receive, 5 minutes` taken apart; `None` for what else a status can hold, and for one that
/// a later line ends.
fn state_and_wait(status: &[u8]) -> Option<(&[u8], Option<u32>)> {
    let stop = memchr3(b',', b'"', b'\n', status);
    let state = stop.map_or(status, |stop| upto(status, stop));
    if state.last() == Some(&b')') {
        return None;
    }
    let Some(comma) = stop else {
        return Some((state, None));
    };
    let (minutes, unit) = take_decimal(after(from(status, comma), b", ")?)?;
    (unit == b" minutes").then_some((state, u32::try_from(minutes).ok()))
}
