//! The evidence: snippets of the source, every access with its locks, goroutines near the map.

use super::Page;
use crate::snippet::{self, Mark};
use crate::style::paint;
use crate::table::{self, Cell};
use crate::text::{clean, count, grouped};
use crate::words::{function_of, locks, part, place, root, subject_name, third_person};
use anstyle::Style;
use finding::{Case, GoroutineRole, Match, Part, Subject};

/// Other sides shown with their source; the table holds all.
const SIDES_SHOWN: usize = 3;

impl Page<'_> {
    /// Snippets: the faulting access, the other sides, the declaration.
    pub(super) fn places(&mut self, case: &Case) {
        let mut marks = Vec::new();
        if let Some(faulting) = &case.faulting {
            match &faulting.access {
                Some(access) => {
                    let held = locks(access, &[]);
                    let label = match faulting.matched {
                        Match::Nearest => format!(
                            "{}; nearest access to line {}",
                            third_person(access.operation),
                            faulting.frame.line
                        ),
                        Match::None | Match::OtherOperation | Match::Exact => {
                            format!(
                                "faulted here: {}, locks: {held}",
                                third_person(access.operation)
                            )
                        }
                    };
                    marks.push(Mark::access(access, label, true));
                }
                None => marks.push(Mark {
                    site: &faulting.frame,
                    expression: "",
                    label: "faulted here".into(),
                    primary: true,
                }),
            }
        }
        for side in case.other_sides.iter().take(SIDES_SHOWN) {
            let Some(access) = &side.access else { continue };
            let same = case
                .faulting
                .as_ref()
                .and_then(|f| f.access.as_ref())
                .is_some_and(|f| f.site == access.site);
            if !same {
                let label = format!(
                    "other side ({}): {}, locks: {}",
                    side.confidence.word(),
                    third_person(access.operation),
                    locks(access, &[])
                );
                marks.push(Mark::access(access, label, false));
            }
        }
        if let Subject::Named { map, .. } = &case.subject {
            let name = map.path.rsplit('.').next().unwrap_or(&map.path);
            marks.push(Mark {
                site: &map.site,
                expression: name,
                label: "the map".into(),
                primary: false,
            });
        }
        let title = match &case.subject {
            Subject::Named { .. } => format!("where {} is touched", subject_name(&case.subject)),
            _ => "where it happened".to_owned(),
        };
        if let Some(text) = snippet::render(&title, &marks, self.source, &self.styles, self.width) {
            self.blank();
            self.out.push_str(&text);
        }
        self.stack(case);
        self.sides(case);
    }

    /// The program's own frames of the faulting stack.
    fn stack(&mut self, case: &Case) {
        let Some(fault) = &case.fault else { return };
        if fault.stack.is_empty() {
            return;
        }
        let who = fault
            .goroutine
            .map_or_else(|| "The faulting goroutine".to_owned(), |id| format!("Goroutine {id}"));
        let times = if fault.times > 1 {
            format!(", reported {} times", grouped(fault.times))
        } else {
            String::new()
        };
        self.title(&format!("{who}, innermost frame first{times}"));
        let rows: Vec<_> = fault
            .stack
            .iter()
            .map(|site| {
                vec![Cell::new(function_of(site)), Cell::place(&place(site), self.styles.dim)]
            })
            .collect();
        let text = table::render(&rows, 2, self.width);
        self.out.push_str(&text);
    }

    /// Every candidate for the other side with its reasons, and who was ruled out.
    fn sides(&mut self, case: &Case) {
        if !case.other_sides.is_empty() {
            self.title("The other side, the likeliest first");
            for (index, side) in case.other_sides.iter().enumerate() {
                let number = format!("  {}. ", index.saturating_add(1));
                let reasons: Vec<_> =
                    side.reasons.iter().map(|reason| reason.text.as_str()).collect();
                let what = side.operation.map_or("stands", third_person);
                let text = format!(
                    "{} {what} at {} ({}): {}.",
                    function_of(&side.site),
                    place(&side.site),
                    side.confidence.word(),
                    reasons.join("; ")
                );
                self.hanging(&number, number.chars().count(), &text);
            }
        }
        if !case.excluded.is_empty() {
            self.title("Ruled out as the other side");
            for excluded in &case.excluded {
                let access = &excluded.access;
                let text = format!(
                    "{} {} at {}: {}.",
                    function_of(&access.site),
                    third_person(access.operation),
                    place(&access.site),
                    excluded.why
                );
                self.hanging("  - ", 4, &text);
            }
        }
    }

    /// Every access of the program to the map.
    pub(super) fn access_table(&mut self, case: &Case) {
        if case.accesses.is_empty() {
            return;
        }
        let number = u64::try_from(case.accesses.len()).unwrap_or(u64::MAX);
        self.title(&format!(
            "Every access to {} ({})",
            subject_name(&case.subject),
            grouped(number)
        ));
        let dim = self.styles.dim;
        let mut rows = vec![vec![
            Cell::styled("where", dim),
            Cell::styled("does", dim),
            Cell::styled("function", dim),
            Cell::styled("locks", dim),
            Cell::styled("part", dim),
            Cell::styled("runs beside", dim),
        ]];
        for row in &case.accesses {
            let access = &row.access;
            let style = match row.part {
                Part::Faulting => self.styles.error,
                Part::OtherSide => self.styles.warning,
                Part::Excluded | Part::Bystander => Style::new(),
            };
            // The column stands in the snippets; here its room is wanted.
            let mut at = access.site.clone();
            at.column = 0;
            rows.push(vec![
                Cell::place(&place(&at), style),
                Cell::new(access.operation.word()),
                Cell::new(function_of(&access.site)),
                Cell::new(locks(access, &row.callers_hold)),
                Cell::styled(part(row), style),
                Cell::styled(root(access), dim),
            ]);
        }
        let text = table::render(&rows, 2, self.width);
        self.out.push_str(&text);
    }

    /// Goroutines of the text that have to do with the map.
    pub(super) fn goroutine_table(&mut self, case: &Case) {
        if case.goroutines.is_empty() && case.instances.is_empty() {
            return;
        }
        self.title("Goroutines near it");
        let mut rows = Vec::new();
        for group in &case.goroutines {
            let style = match group.role {
                GoroutineRole::Faulting => self.styles.error,
                GoroutineRole::InMapOperation | GoroutineRole::OnAccess => self.styles.warning,
                GoroutineRole::WaitingForLock
                | GoroutineRole::InFunction
                | GoroutineRole::Creator => Style::new(),
            };
            let wait = match group.wait_minutes {
                Some((_, longest)) if longest > 0 => {
                    format!(", up to {} min", grouped(u64::from(longest)))
                }
                _ => String::new(),
            };
            let who = match group.ids.as_slice() {
                [id] if group.count == 1 => format!("goroutine {id}"),
                _ => count(group.count, "goroutine", "goroutines"),
            };
            let state = match clean(&group.state) {
                state if state.is_empty() && wait.is_empty() => String::new(),
                state => format!("[{state}{wait}]"),
            };
            let lock =
                group.lock.as_deref().map(|lock| format!(" {}", clean(lock))).unwrap_or_default();
            rows.push(vec![
                Cell::new(who),
                Cell::styled(format!("{}{lock}", group.role.words()), style),
                Cell::place(&place(&group.frame), Style::new()),
                Cell::new(state),
                Cell::styled(function_of(&group.frame), self.styles.dim),
            ]);
        }
        let text = table::render(&rows, 2, self.width);
        self.out.push_str(&text);
        if !case.instances.is_empty() {
            let seen: Vec<_> = case
                .instances
                .iter()
                .map(|i| format!("{:#x} in {}", i.address, count(i.stacks, "stack", "stacks")))
                .collect();
            let number = u64::try_from(case.instances.len()).unwrap_or(u64::MAX);
            let text = format!(
                "{} of this declaration by address: {}.",
                count(number, "map", "maps"),
                seen.join(", ")
            );
            let first = paint(self.styles.dim, "  ");
            self.hanging(&first, 2, &text);
        }
    }
}
