//! The example that README shows is the one of the crate's front page, which is run as a test.

#![cfg(not(any(loom, tophash_mutants)))]

#[test]
fn the_example_of_the_readme_is_run_as_a_test() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("../../README.md")).unwrap();
    let front = std::fs::read_to_string(root.join("src/lib.rs")).unwrap();
    let (_, from) = readme.split_once("```rust\n").unwrap();
    let (example, _) = from.split_once("```").unwrap();
    let front: String = front
        .lines()
        .filter_map(|line| line.strip_prefix("//!"))
        .map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line)))
        .collect();
    assert!(front.contains(example), "README shows:\n{example}");
}
