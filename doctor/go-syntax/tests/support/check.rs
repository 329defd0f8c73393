//! What holds for the tree of any input.

use go_syntax::{File, Kind, Node};

use crate::dump;

/// Checks a file's tree for soundness, and that every accessor of every view returns.
pub(crate) fn check(file: &File) {
    let root = file.root();
    assert_eq!(root.kind(), Kind::File);
    let parents = file.parents();
    let mut count = 1usize;
    let mut inner: Vec<Node<'_>> = vec![root];
    while let Some(node) = inner.pop() {
        let span = node.span();
        assert!(span.start <= span.end, "{node:?}");
        let mut behind = span.start;
        for child in node.children() {
            assert!(child.start() >= behind, "{child:?} in {node:?} overlaps its sibling");
            assert!(child.end() <= span.end, "{child:?} sticks out of {node:?}");
            assert_eq!(parents.parent(child), Some(node));
            assert!(node.contains(child) && !child.contains(node));
            behind = child.end();
            count = count.saturating_add(1);
            inner.push(child);
        }
    }
    assert_eq!(count, file.node_count(), "every node hangs on the root");
    assert_eq!(count, root.descendants().count().saturating_add(1));
    let len = u32::try_from(file.src().len()).expect("small input");
    let starts: Vec<u32> = file.errors().iter().map(|error| error.span().start).collect();
    assert!(starts.is_sorted() && starts.last().is_none_or(|&last| last <= len));
    assert!(file.comments().spans().windows(2).all(|pair| pair[0].end <= pair[1].start));
    assert!(!dump::dump(file).is_empty());
    check_options(file);
}

/// Leaving bodies out changes nothing else.
fn check_options(file: &File) {
    let options = go_syntax::Options { skip_bodies: true };
    let skipped = go_syntax::parse_with(file.src(), options);
    if !file.errors().is_empty() {
        return;
    }
    let names = |file: &File| -> Vec<(String, u32, u32)> {
        let of = |name: &str, node: Node<'_>| (name.to_owned(), node.start(), node.end());
        let funcs = file.funcs().map(|func| of(func.name().name(), *func));
        funcs.chain(file.decls().map(|decl| of("", *decl))).collect()
    };
    assert_eq!(names(file), names(&skipped));
}

/// Checks that reading the file took a number of steps in proportion to its length.
pub(crate) fn check_linear(file: &File) {
    let len = u64::try_from(file.src().len()).expect("small input");
    let limit = len.saturating_mul(4).saturating_add(20_000);
    assert!(file.steps() <= limit, "{} steps for {len} bytes", file.steps());
}
