//! Steps for what is not two goroutines at one map.

use super::{command, package_dir, step};
use crate::context::Context;
use crate::draft::Draft;
use crate::words;
use finding::{Deadlock, Steps, Subject};
use go_crash::{Fault, FaultKind};

pub(super) fn unhashable(_context: &Context<'_>, draft: &Draft) -> Steps {
    let name = words::subject(&draft.subject);
    let directory = package_dir(draft).unwrap_or_else(|| "./...".to_owned());
    Steps {
        detect: step(
            vec![format!("The key type of {name} is or holds an interface, and a value arrived in it that Go cannot hash: a slice, a map, a function, or a struct or array with one inside.")],
            Vec::new(),
        ),
        stop: step(
            vec![
                "Check the key before it is used: reflect.ValueOf(key).Comparable() (Go 1.20 on) says whether it can be hashed; refuse or convert it \
                 otherwise, such as a []byte by string(key)."
                    .to_owned(),
            ],
            Vec::new(),
        ),
        repair: step(vec![format!("Give {name} a concrete key type, so that the compiler refuses what cannot be hashed.")], Vec::new()),
        verify: step(
            vec!["A test that uses the value of the panic as a key fails without the repair.".to_owned()],
            vec![command(format!("go test {directory}"), "")],
        ),
        watch: step(vec!["Alert on \"hash of unhashable type\" in the log, recovered or not.".to_owned()], Vec::new()),
    }
}

pub(super) fn unlock(_context: &Context<'_>, draft: &Draft) -> Steps {
    let directory = package_dir(draft).unwrap_or_else(|| "./...".to_owned());
    let guards = match &draft.subject {
        Subject::NotAMap { why } if why.contains("it guards") => {
            " A map it guards may have been touched by two goroutines meanwhile.".to_owned()
        }
        _ => String::new(),
    };
    Steps {
        detect: step(
            vec![format!(
                "An Unlock ran without its Lock: a second Unlock on one way (a deferred one after an explicit one), RUnlock for Lock, or a copy \
                 of the struct that holds the lock.{guards}"
            )],
            vec![command("go vet -copylocks ./...", "locks that are copied")],
        ),
        stop: step(vec!["Remove the second Unlock: on every way out of the function exactly one must run. The error kills the process, and no recover() stops it.".to_owned()], Vec::new()),
        repair: step(vec!["Lock and `defer` the unlock on the next line, in a function as long as the lock is needed and no longer.".to_owned()], Vec::new()),
        verify: step(
            vec!["The race detector sees what the wrong lock let through.".to_owned()],
            vec![command(format!("go test -race -count=5 {directory}"), "")],
        ),
        watch: step(vec!["Alert on \"fatal error: sync:\" in the log.".to_owned()], Vec::new()),
    }
}

pub(super) fn waiting(context: &Context<'_>, draft: &Draft, fault: Option<&Fault>) -> Steps {
    let mut steps = crowd(context, draft, fault);
    if let Some(first) = draft.deadlocks.first() {
        let sure = first.confidence == finding::Confidence::Certain;
        steps.detect.text = draft.deadlocks.iter().map(words::deadlock).collect();
        if !sure {
            steps.detect.text.push(
                "Take a second dump half a minute later: the same goroutines at the same lines are \
                 a deadlock."
                    .to_owned(),
            );
        }
        steps.stop.text = vec![
            "Restart the process: nothing else frees these goroutines, and everybody who asks for \
             one of the locks joins them. It comes back until the code is repaired."
                .to_owned(),
        ];
        steps.repair.text = vec![repair_of(first)];
        steps.verify.text = vec![
            "A test that runs these functions at once, with a timeout, fails without the repair."
                .to_owned(),
        ];
        steps.verify.commands = vec![command("go test -race -timeout 60s ./...", "")];
    }
    steps
}

/// What ends a deadlock for good.
fn repair_of(deadlock: &Deadlock) -> String {
    match deadlock.members.as_slice() {
        [one] => format!(
            "Go's locks know no owner: whoever holds {} must not ask for it again. Move the call out \
             of the locked part, or split the inner function: one part that takes the lock, and one \
             that expects it to be held and is called from both.",
            words::lock(&one.holds)
        ),
        members => {
            let mut names: Vec<_> =
                members.iter().map(|member| words::lock(&member.holds)).collect();
            names.sort();
            names.dedup();
            format!(
                "Take {} in one order everywhere, or copy what is needed under the first lock, release \
                 it, and only then ask for the next.",
                names.join(" and ")
            )
        }
    }
}

fn crowd(context: &Context<'_>, draft: &Draft, fault: Option<&Fault>) -> Steps {
    let name = words::subject(&draft.subject);
    let input = &context.options.input;
    let what = match (&draft.subject, fault) {
        (Subject::Named { .. }, _) => format!(
            "Goroutines stand at {name}. Take a second dump half a minute later: those that still wait with the same ids are stuck, others \
             are only slow."
        ),
        (_, Some(_)) => "The runtime found no goroutine that could run. Locks and channels they wait for are listed below.".to_owned(),
        _ => "Nothing in this dump stands at a map that the source declares.".to_owned(),
    };
    Steps {
        detect: step(
            vec![what],
            vec![command("curl -s 'http://HOST/debug/pprof/goroutine?debug=2' > second.txt && tophash explain second.txt", "a second look")],
        ),
        stop: step(
            vec![
                "Find the holder: the goroutine that is inside the locked part and does not wait for the lock itself. If it waits for a channel, a \
                 network call or another lock, that is the cause; a restart frees the others, and it comes back until the call leaves the locked part."
                    .to_owned(),
            ],
            Vec::new(),
        ),
        repair: step(
            vec![
                "Do nothing slow under the lock: copy what is needed, unlock, then call. Take two locks in one order everywhere. Where readers crowd, \
                 an RWMutex or shards help only after that."
                    .to_owned(),
            ],
            Vec::new(),
        ),
        verify: step(
            vec!["The mutex profile shows how long the lock is waited for.".to_owned()],
            vec![command("go test -race -mutexprofile mutex.out ./...", "")],
        ),
        watch: step(
            vec!["Alert on the number of goroutines and on the time of requests; a dump taken while it grows says which lock it is.".to_owned()],
            vec![command(format!("tophash explain {input} --format json"), "`statistics.lock_waits` for a script")],
        ),
    }
}

pub(super) fn no_map(context: &Context<'_>, fault: Option<&Fault>) -> Steps {
    let kind = fault.map(|fault| fault.kind);
    let stop = match kind {
        Some(FaultKind::Segv) => {
            "A nil pointer or bad memory outside of map operations: the frame above says where."
        }
        Some(FaultKind::OutOfMemory) => {
            "Give the process more memory or less load, and take a heap profile before the limit is reached."
        }
        Some(FaultKind::StackOverflow) => "A call recurses without end: the frames repeat.",
        Some(FaultKind::Checkptr) => {
            "Code that uses unsafe converts a pointer wrongly: the frame above says where."
        }
        _ => "The frame above says where to look.",
    };
    Steps {
        detect: step(vec!["No map is concerned, as far as the text tells.".to_owned()], Vec::new()),
        stop: step(vec![stop.to_owned()], Vec::new()),
        repair: step(
            vec!["Outside of what this program knows: it reads maps.".to_owned()],
            Vec::new(),
        ),
        verify: step(
            vec![
                "Run the tests under the race detector: memory faults are often races.".to_owned(),
            ],
            vec![command("go test -race ./...", "")],
        ),
        watch: step(
            vec![
                "Keep GOTRACEBACK=all set, so that the next crash shows every goroutine."
                    .to_owned(),
            ],
            vec![command(
                format!("tophash explain {} --format concise", context.options.input),
                "",
            )],
        ),
    }
}
