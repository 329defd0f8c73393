//! Where a text is cut into pieces makes no difference: every recorded run, as it was printed and
//! with changed bytes, reads the same whole, in two pieces and in many.

#![expect(
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

use go_crash::{Collect, CrashText, Group, Reader, Sink, read, read_grouped};
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Recorded runs longer than this are read in pieces, but not at every cut.
const LONGEST: usize = 4_000;

/// Garbled headings that seem to end on a later line; a frame must not follow either of them.
const GARBLED: &str = "goroutine 21 [running]:\ncreated by main.spin in goroutine 1\n\t/src/shop/main.go:18 +0x1e\nmain.main()\n\t/src/shop/main.go:107 +0xa5a\ngoroutine 19 [sync.Wa/src/runtime/panic.go:1058 +0x18\ngoroutine 23 [GC mark termination]:\nstrconv.formatBits({0x0?, 0xc0004374b8?, 0x6cc940?}, 0xc00043a090?, 0x6e9ae0?, 0xf0?, 0x35?)";

/// A line without a mark that names an instance, and one that looks like a call.
const QUIET: &str = "web-1 | goroutine 7 [running]:\nweb-1 | main.main()\n\nweb-1 | up\na/b.F(x)\n\t/src/a.go:3\nweb-2 | goroutine 7 [running]:\n1goroutine 8 [select]:\n2\nmain.a(1)\n";

fn folder(under: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(under)
}

/// The texts in a folder and those below it.
fn texts(folder: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            found.extend(texts(&path));
        } else if path.extension().is_some_and(|extension| extension == "txt") {
            found.push(std::fs::read(path).expect("a text"));
        }
    }
    found
}

static TEXTS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let mut all = texts(&folder("tests/samples"));
    all.extend(texts(&folder("../../fixtures/go/recorded")));
    all.extend([GARBLED, QUIET].map(|text| text.as_bytes().to_vec()));
    assert!(all.len() > 1_000, "only {} texts", all.len());
    all
});

fn in_pieces<S: Sink>(sink: S, text: &[u8], sizes: impl IntoIterator<Item = usize>) -> S {
    let mut reader = Reader::new(sink);
    let mut rest = text;
    for size in sizes {
        let (piece, tail) = rest.split_at(size.min(rest.len()));
        reader.push(piece);
        rest = tail;
        if rest.is_empty() {
            break;
        }
    }
    reader.push(rest);
    reader.finish()
}

fn same(text: &[u8], sizes: impl IntoIterator<Item = usize> + Clone, whole: &[CrashText; 2]) {
    let [collected, grouped] = whole;
    let pieces = in_pieces(Collect::default(), text, sizes.clone()).into_text();
    assert!(pieces == *collected, "{}", String::from_utf8_lossy(text));
    let pieces = in_pieces(Group::default(), text, sizes).into_text();
    assert!(pieces == *grouped, "grouped: {}", String::from_utf8_lossy(text));
}

fn whole(text: &[u8]) -> [CrashText; 2] {
    [read(text), read_grouped(text)]
}

#[test]
fn every_cut_is_as_good_as_none() {
    // A sample of the recorded runs, and all that stand at the end.
    let sampled = TEXTS.iter().rev().take(2).chain(TEXTS.iter().step_by(29));
    for text in sampled.filter(|text| text.len() <= LONGEST) {
        let whole = whole(text);
        (0..=text.len()).for_each(|cut| same(text, [cut], &whole));
    }
}

#[test]
fn every_recorded_run_is_read_alike_in_small_pieces() {
    for text in TEXTS.iter() {
        let whole = whole(text);
        for size in [1, 7, 61, 4_099] {
            same(text, std::iter::repeat_n(size, text.len()), &whole);
        }
    }
}

/// A line longer than the reader keeps is read in parts, which no cut may move.
#[test]
fn the_parts_of_a_long_line_are_the_same_for_every_cut() {
    let mut text = b"goroutine 7 [running]:\nmain.main()\n".to_vec();
    text.extend(b"x main.f(0x1) /a.go:1 +0x1 ".iter().cycle().take(9 << 20));
    text.extend_from_slice(b"\n\ngoroutine 8 [running]:\nmain.main()\n");
    let whole = read(&text);
    for size in [(4 << 20) - 1, 4 << 20, (4 << 20) + 1, 1 << 20, 65_537] {
        let sizes = std::iter::repeat_n(size, 200);
        assert!(in_pieces(Collect::default(), &text, sizes).into_text() == whole, "{size}");
    }
}

proptest! {
    #[test]
    fn changed_texts_are_read_alike_in_pieces(
        which in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), 0_u8..4, any::<u8>(), 0_usize..80), 0..8),
        sizes in proptest::collection::vec(0_usize..400, 1..20),
    ) {
        let mut text = which.get::<Vec<u8>>(&TEXTS).clone();
        text.extend_from_slice(other.get::<Vec<u8>>(&TEXTS));
        text.truncate(60_000);
        for (at, kind, byte, length) in changes {
            let at = at.index(text.len());
            let end = (at + length).min(text.len());
            match kind {
                0 => text.splice(at..end, []).for_each(drop),
                1 => text.splice(at..at, [byte]).for_each(drop),
                2 => text.splice(at..end, *b"\n").for_each(drop),
                _ => {
                    let copy: Vec<u8> = text.get(at..end).unwrap_or_default().to_vec();
                    let to = usize::from(byte).min(text.len());
                    text.splice(to..to, copy).for_each(drop);
                }
            }
            if text.is_empty() {
                break;
            }
        }
        let pieces = sizes.iter().copied().cycle().take(text.len());
        same(&text, pieces, &whole(&text));
    }
}
