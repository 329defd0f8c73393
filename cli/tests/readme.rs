//! README's first screen is what the program prints.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

/// Compares what is shown below a command with what is printed: `…` stands for lines that are left out, all others follow in
/// this order.
fn is_real(command: &str, arguments: &[&str]) {
    let readme = include_str!("../../README.md");
    let (_, after) = readme.split_once(command).unwrap();
    let (shown, _) = after.split_once("```").unwrap();
    let printed = common::run(arguments).stdout;
    let mut printed = printed.lines();
    for line in shown.lines().filter(|line| *line != "…") {
        assert!(
            printed.any(|real| real.trim_end() == line.trim_end()),
            "not printed, or not here: {line}"
        );
    }
}

#[test]
fn the_output_in_the_readme_is_real() {
    is_real("$ cargo run --release -- demo\n", &["demo"]);
    is_real("$ tophash lab ghost-write\n", &["lab", "ghost-write"]);
}

#[test]
fn the_maps_in_the_readme_are_those_of_the_example() {
    let readme = include_str!("../../README.md");
    let (_, after) = readme.split_once("$ tophash doctor .\n").unwrap();
    let (shown, _) = after.split_once("…\n```").unwrap();
    let printed = common::run(&["doctor", common::ORDERS]).stdout;
    assert!(printed.starts_with(shown), "shown:\n{shown}\nprinted:\n{printed}");
}

#[test]
fn the_findings_in_the_readme_are_those_of_the_example() {
    let readme = include_str!("../../README.md");
    let (_, after) = readme.split_once("$ tophash check ./... --format concise\n").unwrap();
    let (shown, _) = after.split_once("```").unwrap();
    let printed = common::run(&["check", common::ORDERS, "--format", "concise"]).stdout;
    assert_eq!(shown, printed);
    let (_, after) = readme.split_once("```text\nTH101 ").unwrap();
    let (shown, _) = after.split_once("```").unwrap();
    let printed = common::run(&["check", common::ORDERS]).stdout;
    let (_, printed) = printed.split_once("Cache.entries is deleted from").unwrap();
    let mut printed = printed.lines();
    for line in shown.lines().skip(1).filter(|line| *line != "…") {
        assert!(printed.any(|real| real.trim_end() == line), "not printed, or not here: {line}");
    }
}

#[test]
fn every_command_in_the_documents_is_one() {
    let documents = [
        include_str!("../../README.md"),
        include_str!("../../docs/runbooks/README.md"),
        include_str!("../../docs/runbooks/concurrent-write.md"),
        include_str!("../../docs/runbooks/pointer-leak.md"),
        include_str!("../../docs/runbooks/collision-storm.md"),
        include_str!("../../docs/runbooks/mutation-while-ranging.md"),
        include_str!("../../docs/runbooks/growth-jitter.md"),
    ];
    let commands = [
        "explain",
        "doctor",
        "check",
        "inspect",
        "lab",
        "advise",
        "rule",
        "server",
        "demo",
        "completions",
        "man",
    ];
    for document in documents {
        for after in document.split("tophash ").skip(1) {
            let word: String = after.chars().take_while(char::is_ascii_lowercase).collect();
            let prose = ["is", "of", "reads", "says", "shows", "names", "ranks"];
            let known = commands.contains(&word.as_str()) || prose.contains(&word.as_str());
            assert!(known || word.is_empty(), "no such command: tophash {word}");
        }
    }
}
