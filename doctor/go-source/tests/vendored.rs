//! Vendored packages: read for their declarations, and searched where a crash text names them.

use go_source::{LoadOptions, MemoryTree, Mention, Program, SourceFile};

const LRU: &str = "package lru\ntype Cache struct{ items map[string]int }\n\
    func (c *Cache) Add(key string) { c.items[key] = 1 }\n";
const POOL: &str = "package pool\nimport \"example.org/lru\"\n\
    type Pool struct{ cache *lru.Cache; seen map[string]bool }\n\
    func (p *Pool) Put(key string) { p.seen[key] = true; p.cache.Add(key) }\n";
const OTHER: &str = "package other\ntype Set struct{ names map[string]bool }\n\
    func (s *Set) Add(name string) { s.names[name] = true }\n";
const MAIN: &str = "package main\nimport (\n\t\"sync\"\n\t\"example.org/lru\"\n\t\"example.org/other\"\n\t\"example.org/pool\"\n)\n\
    var mu sync.Mutex\nvar cache lru.Cache\nvar p pool.Pool\nvar s other.Set\n\
    func main() { mu.Lock(); cache.Add(\"a\"); mu.Unlock(); p.Put(\"b\"); s.Add(\"c\") }\n";
const LIST: &str = "# example.org/lru v1.4.0 => example.net/fork v1.5.0\n## explicit\nexample.org/lru\n\
    # example.org/other v1.0.0\n## explicit\nexample.org/other\n\
    # example.org/pool v1.0.0\n## explicit\nexample.org/pool\n";

fn load(symbol: &str, file: &str) -> Program {
    let tree: MemoryTree = [
        ("go.mod", "module example.com/app\n"),
        ("main.go", MAIN),
        ("vendor/modules.txt", LIST),
        ("vendor/example.org/lru/lru.go", LRU),
        ("vendor/example.org/other/other.go", OTHER),
        ("vendor/example.org/pool/pool.go", POOL),
    ]
    .into_iter()
    .collect();
    let mentions = vec![Mention { symbol: symbol.into(), file: file.into() }];
    Program::load(&tree, &LoadOptions { mentions, ..LoadOptions::default() })
}

fn touched(program: &Program) -> Vec<String> {
    program.all_accesses().iter().map(|access| access.access.map.to_string()).collect()
}

#[test]
fn what_no_crash_names_is_read_for_its_declarations_alone() {
    let program = load("main.main", "/srv/app/main.go");
    assert!(touched(&program).is_empty());
    assert_eq!(program.vendored_modules().len(), 3);
    assert_eq!(program.vendored_modules()[0].copied(), ("example.net/fork", "v1.5.0"));
    assert!(program.file("vendor/example.org/lru/lru.go").is_some_and(SourceFile::is_vendored));
    assert!(program.file("main.go").is_some_and(|file| !file.is_vendored()));
}

#[test]
fn a_named_package_is_searched_and_so_are_those_that_import_it() {
    for (symbol, file) in [
        ("example.org/lru.(*Cache).Add", "example.org/lru@v1.4.0/lru.go"),
        ("", "/srv/app/vendor/example.org/lru/lru.go"),
        ("", "/go/pkg/mod/example.net/fork@v1.5.0/lru.go"),
    ] {
        let program = load(symbol, file);
        let expected = ["example.org/lru.Cache.items", "example.org/pool.Pool.seen"];
        assert_eq!(touched(&program), expected, "{symbol} {file}");
        // Were the pool not searched, all known callers would hold the lock.
        let access = &program.all_accesses()[0];
        assert!(access.inherited.is_empty(), "{:?}", access.inherited);
        let notes: Vec<_> = program.notes().iter().map(ToString::to_string).collect();
        assert!(notes.is_empty(), "{notes:?}");
    }
}

#[test]
fn lines_of_another_version_are_said_to_differ() {
    let program = load("example.org/lru.(*Cache).Add", "/mod/example.net/fork@v1.2.0/lru.go");
    let notes: Vec<_> = program.notes().iter().map(ToString::to_string).collect();
    assert_eq!(
        notes,
        ["vendor/modules.txt: holds example.net/fork v1.5.0, and the crash text names v1.2.0: \
          its lines may differ"]
    );
}
