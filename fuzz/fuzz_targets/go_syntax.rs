//! Any bytes give a sound Go tree, in steps linear in their length.
//!
//! ```text
//! cargo +nightly fuzz run go_syntax fuzz/corpus/go_syntax doctor/go-syntax/tests/data
//! ```

#![no_main]

use go_syntax::{Options, parse, parse_with};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|src: &[u8]| {
    let file = parse(src);
    let root = file.root();
    let parents = file.parents();
    let mut nodes = 1;
    for node in root.descendants() {
        let parent = parents.parent(node).expect("only the root has no parent");
        assert!(parent.start() <= node.start() && node.end() <= parent.end());
        let mut behind = node.start();
        for child in node.children() {
            assert!(behind <= child.start());
            behind = child.end();
        }
        nodes += 1;
    }
    assert_eq!(nodes, file.node_count());
    assert!(file.steps() <= 4 * src.len() as u64 + 20_000);
    let skipped = parse_with(src, Options { skip_bodies: true });
    if file.errors().is_empty() {
        assert_eq!(file.funcs().count(), skipped.funcs().count());
    }
});
