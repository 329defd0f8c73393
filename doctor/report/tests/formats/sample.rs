//! A case built by hand: the cache of a small service, swept without its lock.

use finding::{
    Access, AccessRow, ByHand, Case, Choice, Code, Command, ConcurrentRoot, Confidence, DeclKind,
    Diagnosis, DumpStatistics, Excluded, Fault, FaultingAccess, Gap, GapKind, GoroutineGroup,
    GoroutineRole, HeldLock, LockMode, LockSet, LockWait, MapDecl, MapGuard, MapId, MapKind,
    MapType, Match, Meets, Operation, OtherSide, Part, Patch, Reason, ReasonKind, Repair, RootKind,
    Site, Step, Steps, Subject, Verdict,
};
use finding::{Finding, Findings, Grade, Merged, Related, Role};

pub(crate) const CACHE: &str = "package status

import \"sync\"

type Cache struct {
	mu      sync.Mutex
	entries map[string]entry
}

func (c *Cache) Put(id string, e entry) {
	c.mu.Lock()
	c.entries[id] = e
	c.mu.Unlock()
}

func (c *Cache) sweep() {
	for id := range c.entries {
		delete(c.entries, id)
	}
}
";

pub(crate) fn source(file: &str) -> Option<Vec<u8>> {
    (file == "status/cache.go").then(|| CACHE.into())
}

pub(crate) fn map_id() -> MapId {
    MapId::new("example.com/s/status", "Cache.entries")
}

pub(crate) fn site(line: u32, column: u32, function: &str) -> Site {
    let function =
        (!function.is_empty()).then(|| format!("example.com/s/status.{function}").into());
    Site { column, function, ..Site::line("status/cache.go", line) }
}

pub(crate) fn decl() -> MapDecl {
    MapDecl {
        id: map_id(),
        package: "example.com/s/status".into(),
        path: "Cache.entries".into(),
        decl: DeclKind::Field,
        map_type: MapType {
            kind: MapKind::Builtin,
            text: "map[string]entry".into(),
            key: "string".into(),
            value: "entry".into(),
        },
        site: site(7, 2, ""),
    }
}

pub(crate) fn access(operation: Operation, site: Site, locked: bool, root: bool) -> Access {
    let held = HeldLock {
        path: "c.mu".into(),
        mode: LockMode::Write,
        site: self::site(11, 2, "(*Cache).Put"),
    };
    Access {
        map: map_id(),
        operation,
        site,
        expression: "c.entries".into(),
        locks: LockSet::Held(if locked { vec![held] } else { Vec::new() }),
        root: root.then(|| ConcurrentRoot {
            kind: RootKind::Go,
            site: Site { column: 2, ..Site::line("main.go", 40) },
            path: vec!["main.main".into(), "example.com/s/status.(*Cache).sweep".into()],
            many: false,
        }),
        before_sharing: false,
    }
}

pub(crate) fn step(text: &str, commands: &[(&str, &str)]) -> Step {
    Step {
        text: vec![text.into()],
        commands: commands
            .iter()
            .map(|(run, shows)| Command { run: (*run).into(), shows: (*shows).into() })
            .collect(),
        code: None,
    }
}

pub(crate) fn case() -> Case {
    let faulting = access(Operation::Iterate, site(17, 18, "(*Cache).sweep"), false, true);
    let delete = access(Operation::Delete, site(18, 10, "(*Cache).sweep"), false, true);
    let write = access(Operation::Write, site(12, 2, "(*Cache).Put"), true, false);
    let row = |access: &Access, part| AccessRow {
        access: access.clone(),
        part,
        callers_hold: Vec::new(),
    };
    Case {
        deadlocks: Vec::new(),
        subject: Subject::Named {
            map: decl(),
            reasons: vec![Reason::new(ReasonKind::Line, "status/cache.go:17 iterates c.entries")],
        },
        verdict: Verdict {
            sentence: "Goroutine 8 was iterating Cache.entries in (*Cache).sweep while another goroutine changed it."
                .into(),
            confidence: Confidence::Likely,
            because: "the other goroutine is not in the text".into(),
        },
        fault: Some(Fault {
            kind: "concurrent_map_iteration_and_map_write".into(),
            message: "concurrent map iteration and map write".into(),
            operation: Some(Operation::Iterate),
            map_function: Some("internal/runtime/maps.(*Iter).Next".into()),
            key: None,
            comma_ok: None,
            goroutine: Some(8),
            stack: vec![
                site(17, 0, "(*Cache).sweep"),
                Site { function: Some("main.run".into()), ..Site::line("main.go", 40) },
            ],
            times: 1,
            text_line: 2,
        }),
        faulting: Some(FaultingAccess {
            frame: Site {
                function: Some("example.com/s/status.(*Cache).sweep".into()),
                ..Site::line("/srv/status/cache.go", 17)
            },
            access: Some(faulting.clone()),
            matched: Match::Exact,
        }),
        other_sides: vec![OtherSide {
            site: write.site.clone(),
            operation: Some(Operation::Write),
            access: Some(write.clone()),
            goroutines: vec![18],
            confidence: Confidence::Likely,
            meets: Meets::Seen,
            root: faulting.root.clone().map(|root| ConcurrentRoot {
                path: vec!["example.com/s/status.(*Cache).Put".into()],
                ..root
            }),
            reasons: vec![
                Reason::new(ReasonKind::OnLine, "goroutine 18 stands on its line"),
                Reason::new(ReasonKind::DisjointLocks, "c.mu is not held at the faulting access"),
            ],
        }],
        excluded: vec![Excluded {
            access: delete.clone(),
            why: "the same goroutine does both, one after the other".into(),
        }],
        guard: Some(MapGuard {
            lock: "example.com/s/status.Cache.mu".into(),
            name: "Cache.mu".into(),
            under: 1,
            of: 3,
            changes: 1,
            beside: true,
        }),
        accesses: vec![
            row(&write, Part::OtherSide),
            row(&faulting, Part::Faulting),
            row(&delete, Part::Excluded),
        ],
        goroutines: vec![
            GoroutineGroup {
                role: GoroutineRole::Faulting,
                count: 1,
                ids: vec![8],
                state: "running".into(),
                wait_minutes: None,
                frame: site(17, 0, "(*Cache).sweep"),
                operation: Some(Operation::Iterate),
                lock: None,
                created_by: None,
            },
            GoroutineGroup {
                role: GoroutineRole::WaitingForLock,
                count: 1200,
                ids: vec![21, 22, 23],
                state: "sync.Mutex.Lock".into(),
                wait_minutes: Some((1, 12)),
                frame: site(11, 0, "(*Cache).Put"),
                operation: None,
                lock: Some("c.mu".into()),
                created_by: None,
            },
        ],
        instances: Vec::new(),
        gaps: vec![Gap::new(
            GapKind::SingleGoroutine,
            "Only the faulting goroutine was printed.",
            "Run the service with GOTRACEBACK=all.",
        )],
        repair: Some(Repair {
            patch: Some(Patch {
                summary: "Takes c.mu at 1 unlocked place.".into(),
                diff: "--- a/status/cache.go\n+++ b/status/cache.go\n@@ -16,3 +16,5 @@\n func (c *Cache) sweep() {\n+\tc.mu.Lock()\n+\tdefer c.mu.Unlock()\n \tfor id := range c.entries {\n".into(),
                files: vec!["status/cache.go".into()],
                complete: true,
            }),
            by_hand: vec![ByHand {
                site: site(18, 10, ""),
                why: "the loop calls out".into(),
                todo: "Take the lock around the call.".into(),
            }],
            choices: vec![
                Choice { what: "the lock beside the map".into(), when: "for most maps".into(), how: "As the patch does.".into(), taken: true },
                Choice { what: "sync.Map".into(), when: "keys live long and reads dominate".into(), how: "Store, Load, Range.".into(), taken: false },
            ],
        }),
        steps: Steps {
            detect: step("The message names it.", &[("go build -race ./...", "the detector names both sides")]),
            stop: step("Take c.mu at the 1 unlocked place: the patch below does.", &[("git apply fix.patch", "")]),
            repair: step("Keep the map private to one file.", &[]),
            verify: Step {
                code: Some(Code {
                    file: "status/cache_race_test.go".into(),
                    language: "go",
                    text: "func TestCacheUnderLoad(t *testing.T) {\n\tsweep()\n}\n".into(),
                }),
                ..step("The detector must stay silent.", &[("go test -race ./status", "")])
            },
            watch: step("Alert on the message.", &[]),
        },
        next: "go test -race ./status".into(),
        runbook: "docs/runbooks/concurrent-write.md".into(),
    }
}

pub(crate) fn diagnosis() -> Diagnosis {
    Diagnosis {
        cases: vec![case()],
        notes: vec![Gap::new(
            GapKind::Truncated,
            "The text ends in the middle of a goroutine.",
            "",
        )],
        statistics: Some(DumpStatistics {
            goroutines: 1500,
            distinct_stacks: 1,
            lock_waits: vec![LockWait {
                lock: "c.mu".into(),
                guards: vec!["Cache.entries".into()],
                waiting: 1200,
                longest_minutes: Some(12),
                share_percent: 80,
                sites: vec![site(11, 0, "(*Cache).Put")],
            }],
        }),
    }
}

/// What a check says of the same cache.
pub(crate) fn findings() -> Findings {
    let place = |role, site, expression: &str, label: &str| Related {
        role,
        site,
        expression: expression.into(),
        label: label.into(),
    };
    let delete = access(Operation::Delete, site(18, 10, "(*Cache).sweep"), false, true);
    let finding = Finding {
        code: "TH101".into(),
        rule: "inconsistent-lock".into(),
        map: decl(),
        access: delete,
        message: "Cache.entries is deleted from without Cache.mu, which guards it elsewhere".into(),
        grade: Grade::High,
        because: vec!["1 of 3 accesses hold Cache.mu, 1 of them to change the map".into()],
        related: vec![
            place(Role::Declaration, site(7, 2, ""), "entries", "the map is declared here"),
            place(
                Role::Witness,
                site(12, 2, "(*Cache).Put"),
                "c.entries",
                "is written under c.mu here",
            ),
            place(
                Role::Start,
                Site { column: 2, ..Site::line("main.go", 40) },
                "",
                "a goroutine is started here",
            ),
        ],
        help: "take Cache.mu around the access".into(),
    };
    Findings {
        findings: vec![finding],
        withheld: 2,
        suppressed: 1,
        known: 3,
        old: 2,
        excluded: 1,
        maps: 1,
        accesses: 3,
        notes: vec!["1 file was left out".into()],
        merged: Vec::new(),
    }
}

/// What two tools say of the same cache.
pub(crate) fn merged() -> Findings {
    let mut findings = findings();
    let Some(told) = findings.findings.first().cloned() else { return findings };
    let merged = |tool: &str, code: &str, told_by: &str| Merged {
        map: told.map.id.clone(),
        tool: tool.into(),
        code: code.into(),
        site: told.access.site.clone(),
        message: "what it says".to_owned(),
        report: "race.txt".into(),
        report_line: 7,
        times: 2,
        told_by: told_by.into(),
        told_at: told.access.site.clone(),
    };
    findings.merged =
        vec![merged("race", "race", "TH101"), merged("vet", "vet:copylocks", "vet:copylocks")];
    let foreign = Finding { code: "vet:copylocks".into(), rule: "go vet".into(), ..told.clone() };
    findings.findings.push(foreign);
    findings
}
