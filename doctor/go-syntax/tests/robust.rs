//! Any bytes give a sound tree, in time linear in their length.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

#[path = "support/check.rs"]
mod check;
#[path = "support/dump.rs"]
mod dump;
#[path = "support/source.rs"]
mod source;

use check::{check, check_linear};
use proptest::prelude::*;
use rayon::prelude::*;
use source::{FRAGMENTS, Random, goroot_files, mutate, nick, samples};

/// `deep` if the environment asks for long tests, else `short`.
fn budget(short: usize, deep: usize) -> usize {
    if std::env::var_os("TOPHASH_DEEP").is_some() { deep } else { short }
}

#[test]
fn the_samples_are_what_they_say() {
    for (path, src) in samples() {
        let file = go_syntax::parse(src);
        check(&file);
        let is_broken = path.ends_with("edited.go");
        assert_eq!(file.errors().is_empty(), !is_broken, "{}: {:?}", path.display(), file.errors());
    }
}

#[test]
fn every_prefix_gives_a_tree() {
    let mut files = samples();
    files.extend(goroot_files(budget(3, 200)));
    let prefixes: usize = files.iter().map(|(_, src)| src.len()).sum();
    files.par_iter().for_each(|(_, src)| {
        for len in 0..src.len() {
            let file = go_syntax::parse(&src[..len]);
            check_linear(&file);
            if len % 7 == 0 {
                check(&file);
            }
        }
    });
    println!("{prefixes} prefixes of {} files", files.len());
}

/// What parsers are slow on, or recurse too deeply for, when it is repeated without end.
const UNITS: &[&str] = &[
    "(",
    "{",
    "[",
    "*",
    "<-",
    "!",
    "func(",
    "func(){",
    "a.b.",
    "a[",
    "if ",
    "if x {",
    "else ",
    "x:",
    "case ",
    "switch {",
    "select {",
    "for {",
    "go ",
    "[]",
    "map[",
    "chan ",
    "struct{a ",
    "interface{",
    "a+",
    "a|",
    "-",
    "f(",
    "T{",
    "{{",
    "a,",
    "...",
    "package ",
    "import (",
    "var (",
    "type T[",
    "type T [",
    "x.(",
    ";",
    ")",
    "}",
    "]",
    "\n",
    "/*",
    "//",
    "`",
    "\"",
    "'",
    "0x",
    "\\",
    "\0",
    "\u{e9}",
    "a\n",
    "if x {} else ",
    "\nfunc f(",
    "x := ",
    "x <- ",
    "a;",
    "[P ",
    "P*Q|",
    "*(",
    "&T{",
    "x=",
    "range ",
    "return ",
    "defer func(){",
    "\nfunc (r T) m() {",
    "label:\n",
    "~",
    "x[:",
    "x[a:b:",
    "case <-c: ",
    "func f[T ",
    "func(a, b ",
    "func(a, b func(",
    "func(func(a, b ",
    "func(a, func(b, c int, d ",
    "<-chan ",
    "chan<- ",
    "<-chan<- ",
    "- + ! ^ & ",
    "((",
    "}(",
    "){",
    "(((x))){",
    "\"a\n",
    "'a\n",
    "`a",
    "/*\n",
    "*/",
    "@ # $ ",
    "\u{ff}\n",
    "1_.e_ ",
    "x := )\n",
    "\nfunc (r T",
    "if x {} else if y := 1; y {} else ",
    "for range x {",
    "switch x := y.(type) { case ",
    "type T[P *E|",
    "interface{ m(a, b ",
];

/// On threads with as much stack as Rust gives by default, wherever the test runs.
#[test]
fn repeated_tokens_take_linear_time_and_bounded_stack() {
    const STACK: usize = 2 << 20;
    let heads =
        ["", "package p\n", "package p\nfunc f() {\n", "package p\nvar x = ", "package p\ntype T "];
    let threads = rayon::ThreadPoolBuilder::new().stack_size(STACK).build().expect("threads");
    let cases = UNITS.par_iter().flat_map_iter(|unit| heads.iter().map(move |head| (unit, head)));
    threads.install(|| {
        cases.for_each(|(unit, head)| {
            let steps = |bytes: usize| {
                let file = go_syntax::parse(format!("{head}{}", unit.repeat(bytes / unit.len())));
                check_linear(&file);
                file.steps()
            };
            let (once, twice) = (steps(250_000), steps(500_000));
            let doubled = once.saturating_mul(2).saturating_add(50_000);
            assert!(twice <= doubled, "{unit:?} behind {head:?}: {once} steps, then {twice}");
        });
        UNITS.par_iter().for_each(|unit| {
            let file = go_syntax::parse(format!("package p\nfunc f() {{\n{}", unit.repeat(3_000)));
            check(&file);
        });
    });
}

/// The nodes of `a, b` with one type are put together when the list ends, those of lists within it
/// at the same time: the tree must not show it.
#[test]
fn lists_within_lists_keep_their_shape() {
    let src = "package p\nfunc f(a, b func(c, d func(e, f int), g, h [len(func(i, j int) {})]int) (l, m int)) {}\n";
    let file = go_syntax::parse(src);
    assert!(file.errors().is_empty(), "{:?}", file.errors());
    check(&file);
    let names: Vec<Vec<&str>> = file
        .root()
        .descendants()
        .filter_map(go_syntax::Node::cast::<go_syntax::ast::Field<'_>>)
        .map(|field| field.names().map(go_syntax::ast::Ident::name).collect())
        .collect();
    let expected: [&[&str]; 5] = [&["a", "b"], &["c", "d"], &["e", "f"], &["g", "h"], &["i", "j"]];
    for group in expected {
        assert!(names.iter().any(|names| names == group), "{group:?} in {names:?}");
    }
}

#[test]
fn deep_source_is_cut_with_an_error() {
    let deep = 5_000;
    let src = format!("package p\nvar x = {}1{}\nvar y = 2\n", "(".repeat(deep), ")".repeat(deep));
    let file = go_syntax::parse(src);
    assert!(file.errors().iter().any(|error| error.kind() == go_syntax::ErrorKind::Nesting));
    check(&file);
    let kept = 400;
    let src = format!("package p\nvar x = {}1{}\n", "(".repeat(kept), ")".repeat(kept));
    assert!(go_syntax::parse(src).errors().is_empty());
}

#[test]
fn long_chains_are_no_deep_recursion() {
    let names = |count: usize, link: &str| vec!["a"; count].join(link);
    for link in [" + ", ".", "().", "[0].", ", "] {
        let file = go_syntax::parse(format!("package p\nvar x = {}\n", names(4_900, link)));
        assert!(file.errors().is_empty(), "{link:?}");
        let file = go_syntax::parse(format!("package p\nvar x = {}\n", names(60_000, link)));
        check_linear(&file);
    }
    let ifs = "if x { } else ".repeat(5_000);
    let file = go_syntax::parse(format!("package p\nfunc f() {{ {ifs} {{ }} }}\n"));
    assert!(file.errors().is_empty());
}

/// How many inputs: `TOPHASH_FUZZ_INPUTS`, or 10 million with `TOPHASH_DEEP`, or a short run.
#[test]
fn mutated_go_gives_a_tree() {
    let asked = std::env::var("TOPHASH_FUZZ_INPUTS").ok().and_then(|count| count.parse().ok());
    let inputs: usize = asked.unwrap_or_else(|| budget(40_000, 10_000_000));
    let mut files = samples();
    files.extend(goroot_files(200));
    let lanes = 64usize;
    (0..lanes).into_par_iter().for_each(|lane| {
        let mut random = Random(
            0x9E37_79B9_7F4A_7C15 ^ u64::try_from(lane).expect("small").wrapping_mul(0xD1B5_4A32),
        );
        for input in 0..inputs / lanes {
            let src = &files[random.below(files.len())].1;
            let other = &files[random.below(files.len())].1;
            let text = if input % 16 == 0 {
                nick(src, &mut random)
            } else {
                mutate(src, other, &mut random)
            };
            let file = go_syntax::parse(text);
            check_linear(&file);
            if input % 8 == 0 {
                check(&file);
            }
        }
    });
    println!("{inputs} mutated inputs from {} files", files.len());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_give_a_tree(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        check(&go_syntax::parse(bytes));
    }

    #[test]
    fn any_tokens_give_a_tree(picks in proptest::collection::vec(0..FRAGMENTS.len(), 0..120)) {
        let text: String = picks.iter().flat_map(|&pick| [FRAGMENTS[pick], " "]).collect();
        let file = go_syntax::parse(text);
        check(&file);
        check_linear(&file);
    }

    #[test]
    fn any_tokens_in_a_body_leave_the_next_function(picks in proptest::collection::vec(0..FRAGMENTS.len(), 0..60)) {
        let text: String = picks.iter().flat_map(|&pick| [FRAGMENTS[pick], " "]).collect();
        // Quotes and comments may swallow what follows by right.
        prop_assume!(!text.contains('`') && !text.contains("/*"));
        let file = go_syntax::parse(format!("package p\n\nfunc f() {{\n{text}\n}}\n\nfunc (r *T) Next(a int) {{\n\tg()\n}}\n"));
        let next = file.funcs().find(|func| func.name().name() == "Next");
        prop_assert!(next.is_some_and(|next| next.body().is_some_and(|body| body.stmts().count() == 1)), "{}", text);
    }
}
