//! The stacks of a text, counted, whichever way the reader kept them.

use finding::Site;
use go_crash::{CrashText, Creator, Frame, FrameOwner};
use std::collections::HashMap;
use std::sync::Arc;

/// Ids kept of the goroutines with one stack.
const IDS: usize = 8;

/// Goroutines with the same stack.
#[derive(Clone, Debug)]
pub(crate) struct Stack<'a> {
    pub(crate) count: u64,
    /// Ids of the first few.
    pub(crate) ids: Vec<u64>,
    /// The most frequent state.
    pub(crate) state: Arc<str>,
    /// Shortest and longest wait in minutes.
    pub(crate) waits: Option<(u32, u32)>,
    pub(crate) frames: &'a [Frame],
    pub(crate) creator: Option<&'a Creator>,
}

/// All stacks of a text, the most frequent first.
pub(crate) fn of(crash: &CrashText) -> Vec<Stack<'_>> {
    if !crash.groups.is_empty() {
        return crash
            .groups
            .iter()
            .map(|group| Stack {
                count: group.count,
                ids: group.first_ids.clone(),
                state: group.states.first().map(|(state, _)| Arc::clone(state)).unwrap_or_default(),
                waits: group.wait_min.zip(group.wait_max),
                frames: &group.frames,
                creator: group.creator.as_ref(),
            })
            .collect();
    }
    let mut by_shape: HashMap<Vec<(&str, &str, u32)>, usize> = HashMap::new();
    let mut stacks: Vec<Stack<'_>> = Vec::new();
    for goroutine in &crash.goroutines {
        let mut shape: Vec<_> = goroutine.frames.iter().map(key).collect();
        shape.extend(goroutine.creator.iter().map(|creator| key(&creator.frame)));
        let next = stacks.len();
        let at = *by_shape.entry(shape).or_insert(next);
        if at == next {
            stacks.push(Stack {
                count: 0,
                ids: Vec::new(),
                state: Arc::clone(&goroutine.state),
                waits: None,
                frames: &goroutine.frames,
                creator: goroutine.creator.as_ref(),
            });
        }
        let Some(stack) = stacks.get_mut(at) else { continue };
        stack.count = stack.count.saturating_add(1);
        if stack.ids.len() < IDS {
            stack.ids.extend(goroutine.id);
        }
        if let Some(minutes) = goroutine.wait_minutes {
            let (least, most) = stack.waits.unwrap_or((minutes, minutes));
            stack.waits = Some((least.min(minutes), most.max(minutes)));
        }
    }
    stacks.sort_by_key(|stack| std::cmp::Reverse(stack.count));
    stacks
}

fn key(frame: &Frame) -> (&str, &str, u32) {
    (&frame.symbol, &frame.file, frame.line)
}

/// A frame as a site.
pub(crate) fn site(frame: &Frame) -> Site {
    Site {
        file: Arc::clone(&frame.file),
        line: frame.line,
        column: 0,
        function: (!frame.symbol.is_empty()).then(|| Arc::clone(&frame.symbol)),
        pc: frame.pc,
    }
}

/// The frames that are not Go's own, innermost first.
pub(crate) fn own(frames: &[Frame]) -> Vec<Site> {
    frames.iter().filter(|frame| frame.owner() != FrameOwner::Go).map(site).collect()
}

/// The lock call at the top of a stack: `sync.(*Mutex).Lock` and its family, above the first frame
/// that is not Go's own.
pub(crate) fn waits_for_lock(frames: &[Frame]) -> Option<&Frame> {
    let own = frames.iter().position(|frame| frame.owner() != FrameOwner::Go)?;
    let above = frames.get(..own)?;
    let locks = |frame: &Frame| {
        matches!(
            &*frame.symbol,
            "sync.(*Mutex).Lock"
                | "sync.(*Mutex).lockSlow"
                | "sync.(*RWMutex).Lock"
                | "sync.(*RWMutex).RLock"
                | "internal/sync.(*Mutex).Lock"
                | "internal/sync.(*Mutex).lockSlow"
        )
    };
    above.iter().any(locks).then(|| frames.get(own)).flatten()
}

/// True for the frame of a lock taken for reading.
pub(crate) fn is_read_lock(frame: &Frame) -> bool {
    &*frame.symbol == "sync.(*RWMutex).RLock"
}

/// The runtime's map function a stack stands in, with the frame of the caller that is not Go's own.
///
/// Functions of `sync.Map` do not count: the map inside one is nobody's declared map.
pub(crate) fn in_map_operation(
    frames: &[Frame],
) -> Option<(&'static go_runtime::MapFunction, &Frame)> {
    let own = frames.iter().position(|frame| frame.owner() != FrameOwner::Go)?;
    let above = frames.get(..own)?;
    let functions: Vec<_> =
        above.iter().filter_map(|frame| go_runtime::map_function(&frame.symbol)).collect();
    if functions.iter().any(|function| function.sync_map) {
        return None;
    }
    let function = functions.iter().rev().find(|function| function.operation().is_some())?;
    Some((function, frames.get(own)?))
}

/// True when the frames above the program's own are those of `sync.Map`.
pub(crate) fn in_sync_map(frames: &[Frame]) -> bool {
    let above = frames.iter().take_while(|frame| frame.owner() == FrameOwner::Go);
    above.into_iter().any(|frame| frame.symbol.starts_with("sync.(*Map)."))
}
