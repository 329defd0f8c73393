//! From what was read to what is reported: functions by name, goroutines by stack, maps by declaration.

use super::{End, Goroutine, Goroutines, Stack};
use finding::{
    CodeOf, GoroutineStack, InMapFunction, InspectedGoroutine, Label, Site, StackFrame,
    StackFrames, StateCount,
};
use go_binary::{Call, FunctionTable};
use go_runtime::stack::{ends_the_program, is_system};
use go_runtime::symbol::{Home, as_printed, home};
use go_runtime::{MapFunction, map_function};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::sync::Arc;

/// What names goroutines' functions and maps.
pub struct Names<'n> {
    functions: &'n FunctionTable<'n>,
    bias: u64,
    /// What declares the maps that were found, by address.
    maps: FxHashMap<u64, &'n str>,
    /// The clock of the program's system now, if it still runs.
    now: Option<u64>,
}

const NANOSECONDS_PER_MINUTE: u64 = 60_000_000_000;

impl<'n> Names<'n> {
    /// Names by the program's functions, which were loaded `bias` from where its file has them.
    #[must_use]
    pub fn new(functions: &'n FunctionTable<'n>, bias: u64) -> Self {
        Self { functions, bias, maps: FxHashMap::default(), now: None }
    }

    /// Also names maps: by the address of each, and what declares it.
    #[must_use]
    pub fn with_maps(mut self, maps: impl IntoIterator<Item = (u64, &'n str)>) -> Self {
        self.maps.extend(maps);
        self
    }

    /// Also tells waits: `now` is the time since the system was started, in nanoseconds, as `CLOCK_MONOTONIC` has it.
    #[must_use]
    pub fn at_time(self, now: Option<u64>) -> Self {
        Self { now, ..self }
    }

    /// The calls that stand at an instruction, innermost first.
    fn calls(&self, instruction: u64) -> impl Iterator<Item = Call<'n>> + use<'n> {
        let at = instruction.wrapping_sub(self.bias);
        self.functions.function(at).into_iter().flat_map(move |function| function.calls(at))
    }

    /// The frames of a stack; with each, which of those that were read it is of.
    fn frames(&self, stack: &Stack) -> Vec<(usize, StackFrame)> {
        let of = |(place, frame): (usize, &super::Frame)| {
            let pc = frame.pc;
            self.calls(frame.instruction()).map(move |call| (place, shown(&call, pc)))
        };
        stack.frames.iter().enumerate().flat_map(of).collect()
    }

    /// A stack as it is reported.
    #[must_use]
    pub fn stack(&self, stack: &Stack) -> StackFrames {
        StackFrames {
            frames: self.frames(stack).into_iter().map(|(_, frame)| frame).collect(),
            cut: cut(stack.end),
        }
    }

    /// Where a goroutine was started.
    fn created_by(&self, goroutine: &Goroutine) -> Option<Site> {
        /// The first one was started by no other.
        const FIRST: u64 = 1;
        let pc = goroutine.created_at.filter(|_| goroutine.id != FIRST)?;
        // The call that it is of is the statement before.
        let call = self.calls(pc.saturating_sub(1)).next()?;
        Some(shown(&call, pc).site)
    }

    fn minutes(&self, goroutine: &Goroutine) -> Option<u64> {
        let waited = self.now?.checked_sub(goroutine.waits_since?)?;
        waited.checked_div(NANOSECONDS_PER_MINUTE).filter(|minutes| *minutes > 0)
    }

    /// Whether a goroutine is one of the runtime's own, and runs nobody else's code.
    fn is_system(&self, goroutine: &Goroutine, stack: &StackFrames) -> bool {
        let begins = self.functions.function(goroutine.begins_in.wrapping_sub(self.bias));
        begins.is_some_and(|function| is_system(function.name()))
            && stack.frames.iter().all(|frame| frame.code == CodeOf::Runtime)
    }

    /// The map function that a goroutine is in.
    fn in_map_function(
        &self,
        goroutine: &Goroutine,
        frames: &[(usize, StackFrame)],
    ) -> Option<InMapFunction> {
        let name = |at: usize| {
            let (_, frame) = frames.get(at)?;
            frame.site.function.as_deref()
        };
        if !frames.iter().any(|(_, frame)| frame.map_function) {
            return None;
        }
        let known = |at: usize| name(at).and_then(map_function);
        let innermost = (0..frames.len()).find(|at| known(*at).is_some())?;
        let outermost = (innermost..frames.len()).take_while(|at| known(*at).is_some()).last()?;
        let function = known(outermost)?;
        let (first, _) = frames.get(innermost)?;
        let (last, _) = frames.get(outermost)?;
        // Of several frames of one map the outermost is the surest to have it still.
        let held = goroutine.maps.iter().rev().find(|(frame, _)| (*first..=*last).contains(frame));
        let map = held.map(|(_, map)| *map);
        let caller = outermost.checked_add(1).and_then(|at| frames.get(at));
        let faulting = (0..innermost).filter_map(name).any(ends_the_program);
        Some(InMapFunction {
            goroutine: goroutine.id,
            state: Arc::clone(&goroutine.state),
            faulting,
            function: name(outermost)?.to_owned(),
            operation: function.operation().or_else(|| {
                (innermost..outermost).rev().filter_map(known).find_map(MapFunction::operation)
            }),
            caller: caller.map(|(_, frame)| frame.site.clone()),
            map,
            declared: map.and_then(|map| self.maps.get(&map)).map(|name| (*name).to_owned()),
        })
    }

    /// One goroutine in full.
    #[must_use]
    pub fn goroutine(&self, goroutines: &Goroutines, goroutine: &Goroutine) -> InspectedGoroutine {
        let stack = goroutines.stacks.get(goroutine.stack);
        let frames = stack.map(|stack| self.frames(stack)).unwrap_or_default();
        InspectedGoroutine {
            id: goroutine.id,
            state: Arc::clone(&goroutine.state),
            wait_minutes: self.minutes(goroutine),
            thread: goroutine.thread,
            locked_to_thread: goroutine.locked_to_thread,
            labels: labels(goroutine),
            in_map_function: self.in_map_function(goroutine, &frames),
            stack: StackFrames {
                cut: stack.and_then(|stack| cut(stack.end)),
                frames: frames.into_iter().map(|(_, frame)| frame).collect(),
            },
            created_by: self.created_by(goroutine),
            parent: goroutine.parent,
        }
    }

    /// The goroutines inside map functions, those that ended the program first.
    #[must_use]
    pub fn in_map_functions(&self, goroutines: &Goroutines) -> Vec<InMapFunction> {
        let frames: Vec<_> = goroutines.stacks.iter().map(|stack| self.frames(stack)).collect();
        let mut found: Vec<_> = goroutines
            .all
            .iter()
            .filter_map(|one| self.in_map_function(one, frames.get(one.stack)?))
            .collect();
        found.sort_by_key(|one| (!one.faulting, one.goroutine));
        found
    }

    /// All goroutines by stack, the most frequent first, those of the runtime's own last.
    #[must_use]
    pub fn stacks(&self, goroutines: &Goroutines) -> Vec<GoroutineStack> {
        let described: Vec<_> = goroutines.stacks.iter().map(|stack| self.stack(stack)).collect();
        // Two instructions of one line are the same place to whoever reads it.
        let mut first: FxHashMap<Vec<(&str, &str, u32)>, usize> = FxHashMap::default();
        let same: Vec<usize> = described
            .iter()
            .enumerate()
            .map(|(at, stack)| *first.entry(stack_key(stack)).or_insert(at))
            .collect();
        let mut of: Vec<Vec<&Goroutine>> = vec![Vec::new(); described.len()];
        for goroutine in &goroutines.all {
            let group = same.get(goroutine.stack).and_then(|at| of.get_mut(*at));
            if let Some(group) = group {
                group.push(goroutine);
            }
        }
        let mut groups: Vec<_> = described
            .iter()
            .zip(of)
            .filter_map(|(stack, members)| self.group(stack, &members))
            .collect();
        groups
            .sort_by_key(|group| (group.system, Reverse(group.count), group.ids.first().copied()));
        groups
    }

    fn group(&self, stack: &StackFrames, members: &[&Goroutine]) -> Option<GoroutineStack> {
        let first = members.first()?;
        let mut counts: FxHashMap<&Arc<str>, u64> = FxHashMap::default();
        let mut wait_minutes: Option<(u64, u64)> = None;
        let mut shared = labels(first);
        for member in members {
            let count = counts.entry(&member.state).or_default();
            *count = count.saturating_add(1);
            if let Some(minutes) = self.minutes(member) {
                let (least, most) = wait_minutes.unwrap_or((minutes, minutes));
                wait_minutes = Some((least.min(minutes), most.max(minutes)));
            }
            if !shared.is_empty() {
                let all = labels(member);
                shared.retain(|label| all.contains(label));
            }
        }
        let mut states: Vec<_> = counts
            .into_iter()
            .map(|(state, count)| StateCount { state: Arc::clone(state), count })
            .collect();
        states.sort_by(|one, other| {
            other.count.cmp(&one.count).then_with(|| one.state.cmp(&other.state))
        });
        let one_place = members.iter().all(|member| member.created_at == first.created_at);
        Some(GoroutineStack {
            count: members.len() as u64,
            ids: members.iter().map(|member| member.id).collect(),
            states,
            wait_minutes,
            system: self.is_system(first, stack),
            labels: shared,
            created_by: self.created_by(first).filter(|_| one_place),
            stack: stack.clone(),
        })
    }
}

/// A stack as a person reads it: functions, files and lines, and what is missing.
fn stack_key(stack: &StackFrames) -> Vec<(&str, &str, u32)> {
    let mut key = Vec::with_capacity(stack.frames.len());
    for frame in &stack.frames {
        let function = frame.site.function.as_deref().unwrap_or_default();
        key.push((function, &*frame.site.file, frame.site.line));
    }
    key.extend(stack.cut.as_deref().map(|cut| (cut, "", 0)));
    key
}

fn labels(goroutine: &Goroutine) -> Vec<Label> {
    let label =
        |(name, value): &(String, String)| Label { name: name.clone(), value: value.clone() };
    goroutine.labels.iter().map(label).collect()
}

/// A call as it is reported.
fn shown(call: &Call<'_>, pc: u64) -> StackFrame {
    let function = as_printed(call.function);
    let code = match home(&function, call.file) {
        Home::Runtime => CodeOf::Runtime,
        Home::StandardLibrary => CodeOf::StandardLibrary,
        Home::Dependency => CodeOf::Dependency,
        Home::Program => CodeOf::Program,
    };
    StackFrame {
        inlined: call.inlined,
        code,
        map_function: map_function(&function).is_some(),
        site: Site {
            file: call.file.into(),
            line: call.line,
            column: 0,
            function: Some(function.as_ref().into()),
            pc: Some(pc),
        },
    }
}

/// What is missing of a stack, and why.
fn cut(end: End) -> Option<String> {
    let why = match end {
        End::Whole => return None,
        End::Foreign(pc) => format!("it goes on at {pc:#x}, which is no code of Go's"),
        End::Damaged => "what comes next makes no sense".to_owned(),
        End::TooLong => "it is longer than is followed".to_owned(),
        End::Running => {
            "it was running, and the kernel does not tell where without stopping it".to_owned()
        }
        End::Unknown => "nothing tells where it stands".to_owned(),
        End::Moved => "it changed at each look".to_owned(),
    };
    Some(why)
}
