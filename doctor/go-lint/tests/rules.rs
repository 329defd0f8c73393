//! Each rule on programs that have what it looks for, and on those that only look so.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

mod common;

use common::{Claim, Marks, check_all};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// How the findings of a folder of the fixtures differ from the marks in its files.
fn differences(folder: &str) -> String {
    let files = common::files();
    let findings = match folder.get(..5).filter(|code| code.starts_with("th3")) {
        Some(code) => common::check_by(files.clone(), &common::all_of(&code.to_uppercase())),
        None => common::check(files.clone()),
    };
    let mut out = String::new();
    let mut marked = 0;
    for (path, text) in files.iter().filter(|(path, _)| path.starts_with(folder)) {
        let marks = Marks::of(text);
        let of_file = findings.findings.iter().filter(|found| *found.access.site.file == **path);
        let found: BTreeSet<Claim> =
            of_file.map(|found| (found.access.site.line, found.code.to_string())).collect();
        marked += marks.want.len() + marks.missed.len();
        let mut say = |what: &str, claims: &mut dyn Iterator<Item = &Claim>| {
            for (line, code) in claims {
                let source = text.lines().nth(*line as usize - 1).unwrap_or_default().trim();
                writeln!(out, "{what} {code}  {path}:{line}: {source}").unwrap();
            }
        };
        let told: BTreeSet<Claim> = marks.want.union(&marks.wrong).cloned().collect();
        say("not found:            ", &mut marks.want.difference(&found));
        say("found, and not marked:", &mut found.difference(&told));
        // A limit that is gone is no limit to write down.
        say("marked missed, found: ", &mut marks.missed.intersection(&found));
        say("marked wrong, silent: ", &mut marks.wrong.difference(&found));
    }
    assert_eq!(marked > 0, folder.ends_with("/bad/"), "{folder} has {marked} marks");
    out
}

macro_rules! folders {
    ($($test:ident: $folder:literal,)*) => { $(
        #[test]
        fn $test() {
            let differences = differences($folder);
            assert!(differences.is_empty(), "{}:\n{differences}", $folder);
        }
    )* };
}

folders! {
    a_lock_that_is_not_taken_is_found: "th101/bad/",
    a_lock_that_is_taken_elsewhere_or_not_needed_is_no_finding: "th101/good/",
    maps_shared_by_goroutines_are_found: "th102/bad/",
    maps_with_one_owner_are_no_finding: "th102/good/",
    local_maps_of_closures_that_run_at_once_are_found: "th103/bad/",
    local_maps_that_are_waited_for_are_no_finding: "th103/good/",
    use_behind_the_unlock_is_found: "th104/bad/",
    a_lock_given_back_on_every_way_is_no_finding: "th104/good/",
    changes_under_a_lock_for_reading_are_found: "th105/bad/",
    reads_under_a_lock_for_reading_are_no_finding: "th105/good/",
    maps_of_the_package_in_handlers_are_found: "th106/bad/",
    maps_of_the_package_that_are_filled_before_are_no_finding: "th106/good/",
    maps_that_are_handed_out_are_found: "th107/bad/",
    copies_that_are_handed_out_are_no_finding: "th107/good/",
    maps_of_copied_structs_are_found: "th108/bad/",
    copies_with_maps_of_their_own_are_no_finding: "th108/good/",
    the_lock_of_another_object_is_found: "th109/bad/",
    locks_that_are_told_apart_are_no_finding: "th109/good/",
    goroutines_without_the_lock_of_their_spawner_are_found: "th110/bad/",
    goroutines_that_take_the_lock_or_are_waited_for_are_no_finding: "th110/good/",
    maps_that_two_may_make_are_found: "th111/bad/",
    maps_that_are_made_once_are_no_finding: "th111/good/",
    maps_that_are_printed_or_encoded_without_their_lock_are_found: "th112/bad/",
    maps_that_are_printed_or_encoded_with_their_lock_are_no_finding: "th112/good/",
    misuse_of_sync_map_is_found: "th113/bad/",
    use_of_sync_map_is_no_finding: "th113/good/",
    writes_to_nil_maps_are_found: "th201/bad/",
    writes_to_maps_that_are_made_are_no_finding: "th201/good/",
    results_that_depend_on_the_order_are_found: "th202/bad/",
    what_is_sorted_or_needs_no_order_is_no_finding: "th202/good/",
    keys_that_cannot_work_are_found: "th203/bad/",
    keys_that_work_are_no_finding: "th203/good/",
    entries_put_in_while_ranging_are_found: "th204/bad/",
    changes_that_the_language_allows_are_no_finding: "th204/good/",
    closed_values_that_stay_are_found: "th205/bad/",
    closed_values_that_are_taken_out_are_no_finding: "th205/good/",
    maps_without_the_size_that_is_known_are_found: "th301/bad/",
    maps_with_their_size_or_without_a_known_one_are_no_finding: "th301/good/",
    large_values_and_keys_that_are_copied_are_found: "th305/bad/",
    values_that_are_small_or_pointed_at_or_needed_whole_are_no_finding: "th305/good/",
    bytes_that_are_copied_for_a_look_up_are_found: "th306/bad/",
    bytes_that_are_looked_up_or_needed_as_a_text_are_no_finding: "th306/good/",
    pointers_to_small_values_are_found: "th307/bad/",
    pointers_to_what_is_changed_or_compared_or_large_are_no_finding: "th307/good/",
    maps_that_only_grow_are_found: "th302/bad/",
    maps_that_forget_or_have_few_keys_are_no_finding: "th302/good/",
    locks_and_kinds_that_do_not_fit_are_found: "th303/bad/",
    locks_and_kinds_that_fit_are_no_finding: "th303/good/",
    maps_that_are_emptied_and_stay_large_are_found: "th304/bad/",
    maps_that_are_replaced_or_evicted_from_are_no_finding: "th304/good/",
}

/// What a reader relies on when a finding is shown: where the map is declared, who is at the other side, what to do.
#[test]
fn each_finding_says_where_why_and_what_to_do() {
    let races = common::check(common::files());
    let advice = common::check_by(common::files(), &common::all_of("TH3"));
    for found in races.findings.iter().chain(&advice.findings) {
        let place = format!("{} {}:{}", found.code, found.access.site.file, found.access.site.line);
        assert!(!found.message.is_empty() && !found.help.is_empty(), "{place}");
        assert!(!found.message.ends_with('.') && !found.help.ends_with('.'), "{place}");
        assert!(!found.because.is_empty(), "{place}");
        let declared = |related: &&finding::Related| related.role == finding::Role::Declaration;
        let declaration = found.related.iter().find(declared);
        assert!(declaration.is_some_and(|related| related.site == found.map.site), "{place}");
        // A race has two sides; a nil map, a shared copy, a copied sync.Map or value, a key, or a map that grows has one.
        let one = matches!(
            &*found.code,
            "TH108" | "TH113" | "TH201" | "TH203" | "TH302" | "TH303" | "TH305" | "TH307"
        );
        let sides = if one { 1 } else { 2 };
        assert!(found.related.len() >= sides, "{place} names nothing but the declaration");
        assert!(found.related.iter().all(|related| related.site.line > 0), "{place}");
    }
}

#[test]
fn findings_stand_in_the_order_of_the_source_and_once_each() {
    let findings = common::check(common::files());
    let places: Vec<_> = findings
        .findings
        .iter()
        .map(|found| (found.access.site.clone(), found.code.clone()))
        .collect();
    let mut sorted = places.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(places, sorted);
}

/// A baseline keeps what was known by its fingerprint: moved lines must not make it new.
#[test]
fn fingerprints_do_not_change_with_the_lines() {
    let fingerprints = |text: &str| {
        let files = [("go.mod", "module example.com/t\n\ngo 1.21\n"), ("t.go", text)];
        let mut found: Vec<String> =
            common::check(files).findings.iter().map(finding::Finding::fingerprint).collect();
        found.sort();
        found
    };
    let files = common::files();
    for (path, text) in files.iter().filter(|(path, _)| path.contains("/bad/")) {
        let moved = text.replacen("\n\n", "\n\n// A comment.\n\n\n\n", 3);
        assert_eq!(fingerprints(text), fingerprints(&moved), "{path}");
    }
}

/// What could be faster is no reason for a gate to fail.
#[test]
fn rules_of_memory_and_speed_run_only_when_they_are_selected() {
    let runs = |select: &[&str], ignore: &[&str], code: &str| {
        let owned = |list: &[&str]| list.iter().map(|code| (*code).to_owned()).collect();
        let options = go_lint::Options {
            select: owned(select),
            ignore: owned(ignore),
            ..go_lint::Options::default()
        };
        options.selects(code)
    };
    assert!(runs(&[], &[], "TH101") && !runs(&[], &[], "TH301"));
    assert!(runs(&["TH3"], &[], "TH301") && !runs(&["TH3"], &[], "TH101"));
    assert!(runs(&["TH1", "TH301"], &[], "TH301") && !runs(&["TH1", "TH301"], &[], "TH305"));
    assert!(runs(&["TH"], &[], "TH101") && runs(&["TH"], &[], "TH301"));
    assert!(!runs(&["TH3"], &["TH301"], "TH301") && runs(&["TH3"], &["TH301"], "TH305"));
    for rule in go_lint::RULES {
        let page = go_lint::page(rule.code).unwrap();
        assert_eq!(rule.only_when_selected(), rule.code.starts_with("TH3"));
        assert_eq!(rule.only_when_selected(), page.contains("## When it runs"), "{}", rule.code);
    }
}

/// Whether a rule is one of memory and speed.
fn is_advice(code: &str) -> bool {
    code.starts_with("TH3")
}

/// The grades and codes of faults that one file of a module is told.
fn told(source: &str) -> Vec<String> {
    let told = |found: &finding::Finding| format!("{} {}", found.code, found.grade.word());
    let findings = check_all(source).findings;
    findings.iter().filter(|found| !is_advice(&found.code)).map(told).collect()
}

const STORE: &str = "package t\n\nimport (\n\t\"maps\"\n\t\"slices\"\n\t\"sync\"\n)\n\ntype S struct {\n\tmu sync.Mutex\n\tm  map[string]int\n\tn  sync.Map\n}\n\nvar one = &S{m: make(map[string]int)}\n\nfunc (s *S) Put(k string) { s.mu.Lock(); defer s.mu.Unlock(); s.m[k] = 1; s.n.Store(k, 1) }\nfunc (s *S) Drop(k string) { s.mu.Lock(); defer s.mu.Unlock(); delete(s.m, k) }\n";

/// Iterators of package maps go over the map when they are run (Go 1.23).
#[test]
fn an_iterator_that_is_returned_under_the_lock_is_found() {
    let all = |body: &str, result: &str| {
        let head = format!("func (s *S) All() {result} {{ s.mu.Lock(); defer s.mu.Unlock(); ");
        told(&format!("{STORE}{head}{body} }}\n"))
    };
    assert_eq!(all("return maps.Keys(s.m)", "iter.Seq[string]"), ["TH112 medium"]);
    assert_eq!(all("return slices.Collect(maps.Keys(s.m))", "[]string"), [] as [&str; 0]);
}

/// `Clear` of a `sync.Map` exists since Go 1.23.
#[test]
fn what_is_stored_between_range_and_clear_is_lost() {
    let flush = |lock: &str| {
        told(&format!(
            "{STORE}func (s *S) Flush() (sum int) {{ {lock}s.n.Range(func(_, v any) bool {{ sum++; return true }}); s.n.Clear(); return sum }}\n"
        ))
    };
    assert_eq!(flush(""), ["TH113 medium"]);
    assert_eq!(flush("s.mu.Lock(); defer s.mu.Unlock(); "), [] as [&str; 0]);
}

/// A look and a write under one lock that is given back in between are told with all grades only.
#[test]
fn a_write_that_relies_on_an_earlier_look_is_low() {
    let get = |again: &str| {
        told(&format!(
            "{STORE}func (s *S) Get(k string) int {{\n\ts.mu.Lock()\n\tv, ok := s.m[k]\n\ts.mu.Unlock()\n\tif ok {{\n\t\treturn v\n\t}}\n\ts.mu.Lock()\n\tdefer s.mu.Unlock()\n{again}\ts.m[k] = 2\n\treturn 2\n}}\n"
        ))
    };
    assert_eq!(get(""), ["TH111 low"]);
    assert_eq!(get("\tif v, ok := s.m[k]; ok {\n\t\treturn v\n\t}\n"), [] as [&str; 0]);
}

/// The blocks of Go on a rule's page under a heading.
fn example(code: &str, heading: &str) -> Option<String> {
    let page = go_lint::page(code).unwrap();
    let (_, after) = page.split_once(&format!("## {heading}\n")).unwrap();
    let section = after.split("\n## ").next().unwrap_or(after);
    let (_, block) = section.split_once("```go\n")?;
    Some(block.split("```").next().unwrap().to_owned())
}

/// The example with what a page leaves out.
fn whole(code: &str, example: &str) -> String {
    let before = match code {
        "TH101" if example.contains("type Registry") => {
            "type Conn struct{ ID string }\n\nvar one = &Registry{conns: make(map[string]*Conn)}\n"
        }
        "TH101" => {
            "type Conn struct{ ID string }\n\ntype Registry struct {\n\tmu    sync.RWMutex\n\tconns map[string]*Conn\n}\n\nvar one = &Registry{conns: make(map[string]*Conn)}\n\nfunc (r *Registry) Add(c *Conn) {\n\tr.mu.Lock()\n\tdefer r.mu.Unlock()\n\tr.conns[c.ID] = c\n}\n"
        }
        "TH102" => {
            "type Server struct{ stats map[string]int }\n\nvar one = &Server{stats: make(map[string]int)}\n\nfunc (s *Server) collect() {\n\ts.stats[\"a\"]++\n}\n"
        }
        "TH103" => {
            "func fetch(string) int {\n\treturn 1\n}\n\nfunc f(urls []string) {\n\tvar g sync.WaitGroup\n"
        }
        "TH104" | "TH105" => {
            "type Cache struct {\n\tmu      sync.RWMutex\n\tentries map[string]int\n}\n\nvar one = &Cache{entries: make(map[string]int)}\n\nfunc load(string) int {\n\treturn 1\n}\n\nfunc (c *Cache) Drop(k string) {\n\tc.mu.Lock()\n\tdefer c.mu.Unlock()\n\tdelete(c.entries, k)\n}\n"
        }
        "TH108" => "type Options struct{ Labels map[string]string }\n",
        "TH109" => {
            "type Tally struct {\n\tmu     sync.Mutex\n\tcounts map[string]int\n}\n\nfunc (t *Tally) Add(name string) {\n\tt.mu.Lock()\n\tdefer t.mu.Unlock()\n\tt.counts[name]++\n}\n\nfunc (t *Tally) Snapshot() map[string]int {\n\tt.mu.Lock()\n\tdefer t.mu.Unlock()\n\treturn maps.Clone(t.counts)\n}\n"
        }
        "TH110" => {
            "type Queue struct {\n\tmu   sync.Mutex\n\tjobs map[string]int\n}\n\nfunc run(string) {}\n\nfunc (q *Queue) Put(id string) {\n\tq.mu.Lock()\n\tdefer q.mu.Unlock()\n\tq.jobs[id] = 1\n}\n"
        }
        "TH111" => "func load() map[string]int {\n\treturn map[string]int{}\n}\n",
        "TH112" => {
            "type Session struct {\n\tmu    sync.Mutex\n\tAttrs map[string]string\n}\n\nfunc (s *Session) Set(k, v string) {\n\ts.mu.Lock()\n\tdefer s.mu.Unlock()\n\ts.Attrs[k] = v\n}\n\nfunc (s *Session) Unset(k string) {\n\ts.mu.Lock()\n\tdefer s.mu.Unlock()\n\tdelete(s.Attrs, k)\n}\n"
        }
        "TH201" if !example.contains("type Cache") => {
            "type Cache struct {\n\tentries map[string]int\n}\n\nfunc (c *Cache) Put(k string, v int) { c.entries[k] = v }\n"
        }
        "TH302" if example.contains("var lastSeen") => {
            "type Visit struct{ At int }\n\nvar mu sync.Mutex\n"
        }
        "TH302" => {
            "type Visit struct{ At int }\n\nvar mu sync.Mutex\n\nvar lastSeen = map[string]*Visit{}\n\nconst maxVisits = 1000\n\nfunc forgetOldest(map[string]*Visit) {}\n"
        }
        "TH303" if example.contains("type Hosts") => {
            "var one = &Hosts{byName: make(map[string]string)}\n\nfunc (h *Hosts) Set(name, address string) {\n\th.mu.Lock()\n\tdefer h.mu.Unlock()\n\th.byName[name] = address\n}\n"
        }
        "TH303" => {
            "type Hosts struct {\n\tmu     sync.RWMutex\n\tbyName map[string]string\n}\n\nvar one = &Hosts{byName: make(map[string]string)}\n\nfunc (h *Hosts) Set(name, address string) {\n\th.mu.Lock()\n\tdefer h.mu.Unlock()\n\th.byName[name] = address\n}\n"
        }
        "TH304" => {
            "type Event int\n\ntype Batch struct {\n\tmu     sync.Mutex\n\tevents map[string]Event\n}\n\nvar one = &Batch{events: make(map[string]Event)}\n\nfunc (b *Batch) send(string, Event) {}\n\nfunc (b *Batch) Add(key string, event Event) {\n\tb.mu.Lock()\n\tdefer b.mu.Unlock()\n\tb.events[key] = event\n}\n"
        }
        _ => "",
    };
    let after = match code {
        "TH103" => "}\n",
        "TH106" => "func main() {\n\thttp.HandleFunc(\"/\", handle)\n}\n",
        _ => "",
    };
    let imports = "package main\n\nimport (\n\t\"crypto/sha256\"\n\t\"encoding/json\"\n\t\"fmt\"\n\t\"maps\"\n\t\"net\"\n\t\"net/http\"\n\t\"sort\"\n\t\"sync\"\n)\n";
    // Groups of errors are not in the standard library; those of `sync` start functions as well.
    let example = example
        .replace("func() error {", "func() {")
        .replace("\t\treturn nil\n", "")
        .replace("    return nil\n", "");
    format!("{imports}\n{before}\n{example}\n{after}")
}

#[test]
fn the_example_on_each_page_is_found() {
    // The example of TH104 has no access under the lock in its own function, and is told as TH101.
    for code in [
        "TH101", "TH102", "TH103", "TH105", "TH106", "TH108", "TH109", "TH110", "TH111", "TH112",
        "TH113", "TH201", "TH202", "TH203", "TH204", "TH205", "TH301", "TH302", "TH303", "TH304",
        "TH305", "TH306", "TH307",
    ] {
        let source = whole(code, &example(code, "Example").unwrap());
        let findings = check_all(&source);
        let told: Vec<_> = findings.findings.iter().map(|found| &*found.code).collect();
        assert!(told.contains(&code), "{code}: {told:?}\n{source}");
    }
}

#[test]
fn what_each_page_says_to_use_instead_is_silent() {
    let mut tried = 0;
    for code in [
        "TH101", "TH102", "TH103", "TH104", "TH105", "TH106", "TH108", "TH109", "TH110", "TH111",
        "TH112", "TH113", "TH201", "TH202", "TH203", "TH204", "TH205", "TH301", "TH302", "TH303",
        "TH304", "TH305", "TH306", "TH307",
    ] {
        let Some(instead) = example(code, "Use instead") else { continue };
        let source = whole(code, &instead);
        // What is no fault may still grow.
        let mut findings = check_all(&source).findings;
        findings.retain(|found| *found.code == *code || !is_advice(&found.code));
        assert!(findings.is_empty(), "{code}: {findings:#?}\n{source}");
        tried += 1;
    }
    assert_eq!(tried, 23);
}

/// What may be meant, or do no harm, is told to those who ask for it.
#[test]
fn what_is_not_certain_has_a_low_grade() {
    let told = [
        (
            "TH202",
            "func f(m map[string]float64) float64 {\n\ts := 0.0\n\tfor _, v := range m {\n\t\ts += v\n\t}\n\treturn s\n}",
        ),
        (
            "TH202",
            "func f(m map[string]int) string {\n\tlast := \"\"\n\tfor k, v := range m {\n\t\tif v != 0 {\n\t\t\tlast = k\n\t\t}\n\t}\n\treturn last\n}",
        ),
        (
            "TH202",
            "func f(m map[string]int) string {\n\tfor k, v := range m {\n\t\tif v > 3 {\n\t\t\treturn k\n\t\t}\n\t}\n\treturn \"\"\n}",
        ),
        (
            "TH202",
            "func f(m map[string]int) (all []string) {\n\tfor k := range m {\n\t\tall = append(all, k)\n\t}\n\treturn all\n}",
        ),
        ("TH203", "func f(m map[float64]int, a, b float64) {\n\tm[a/b]++\n}"),
        ("TH203", "import \"time\"\n\nfunc f(m map[time.Time]int, at time.Time) {\n\tm[at]++\n}"),
        (
            "TH204",
            "func f(m map[string]int) {\n\tfor _, v := range m {\n\t\tm[\"total\"] += v\n\t}\n}",
        ),
        (
            "TH205",
            "import \"time\"\n\nvar timers = map[string]*time.Timer{}\n\nfunc get(k string) *time.Timer {\n\treturn timers[k]\n}\n\nfunc pause() {\n\tfor _, t := range timers {\n\t\tt.Stop()\n\t}\n}",
        ),
    ];
    for (code, source) in told {
        let findings = check_all(&format!("package t\n\n{source}\n"));
        let grades: Vec<_> =
            findings.findings.iter().map(|found| (&*found.code, found.grade)).collect();
        assert_eq!(grades, [(code, finding::Grade::Low)], "{source}");
    }
}

/// What a hint yields depends on the release that the module asks for.
#[test]
fn a_hint_is_told_with_what_it_yields_in_the_release_of_the_module() {
    let because = |minor: u32, turns: &str| {
        let module = format!("module example.com/t\n\ngo 1.{minor}\n");
        let source = format!(
            "package t\n\nfunc f(xs []string) map[int]int {{\n\tm := make(map[int]int)\n\tfor i {turns} {{\n\t\tm[i] = i\n\t}}\n\treturn m\n}}\n"
        );
        let files = [("go.mod", module.as_str()), ("t.go", source.as_str())];
        let found = common::check_by(files, &common::all_of("TH301")).findings;
        let [found] = found.as_slice() else { panic!("{found:?}") };
        (found.grade.word().to_owned(), found.help.clone(), found.because.last().unwrap().clone())
    };
    let counted = ":= 0; i < 100; i++";
    let (grade, help, yields) = because(21, counted);
    assert_eq!((&*grade, &*help), ("high", "write make(map[int]int, 100)"));
    assert_eq!(
        yields,
        "in Go 1.21 a hint of 100 yields 32 buckets at once; without it the map grows 5 times to hold as many"
    );
    assert!(because(23, counted).2.contains("yields 16 buckets at once"));
    assert!(because(24, counted).2.contains("yields 16 groups at once"));
    let (_, help, yields) = because(27, ":= range xs");
    assert_eq!(help, "write make(map[int]int, len(xs))");
    assert!(yields.contains("a hint of 1000, for one, yields 2 tables of 128 groups"), "{yields}");
}

/// Newer compilers leave the copy out themselves where nothing stands between.
#[test]
fn a_text_that_newer_compilers_leave_out_is_no_finding_there() {
    let told = |minor: u32| {
        let module = format!("module example.com/t\n\ngo 1.{minor}\n");
        let source = "package t\n\nfunc f(m map[string]int, b []byte) int {\n\ts := string(b)\n\treturn m[s]\n}\n";
        let files = [("go.mod", module.as_str()), ("t.go", source)];
        common::check_by(files, &common::all_of("TH306")).findings.len()
    };
    let first = go_runtime::LOOKS_UP_BYTES_OF_VARIABLES;
    assert_eq!((told(first - 1), told(first)), (1, 0));
}
