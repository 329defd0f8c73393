//! Which maps of the process a text names: addresses among the arguments of the runtime's frames.
//!
//! `GOTRACEBACK=system` prints the runtime's own frames, whose first arguments are the map's type
//! and the map (`runtime.mapassign_faststr(0x541258, 0x340b0fb060f0, …)`), or the map alone for
//! methods of it. Values followed by `?` may be stale and are left out.

use crate::near::Near;
use crate::stacks::Stack;
use finding::{GoroutineRole, Instance};
use go_crash::Frame;

/// The address of the map that a stack is inside of.
pub(crate) fn address(frames: &[Frame]) -> Option<u64> {
    frames.iter().find_map(|frame| {
        let function =
            go_runtime::map_function(&frame.symbol).filter(|function| !function.sync_map)?;
        let at = if function.name.starts_with("runtime.map") {
            1
        } else if function.name.starts_with("internal/runtime/maps.(*Map).") {
            0
        } else {
            return None;
        };
        let argument = frame.args.as_deref()?.split(',').nth(at)?.trim();
        let value = u64::from_str_radix(argument.strip_prefix("0x")?, 16).ok()?;
        (value > 4096).then_some(value)
    })
}

/// The maps that goroutines at the declared map are inside of, each with the number of stacks.
pub(crate) fn of(stacks: &[Stack<'_>], near: &[Near]) -> Vec<Instance> {
    let mut found: Vec<Instance> = Vec::new();
    for stack in stacks {
        let here = near.iter().any(|near| {
            matches!(near.role, GoroutineRole::Faulting | GoroutineRole::InMapOperation)
                && near.ids.iter().any(|id| stack.ids.contains(id))
        });
        let Some(address) = here.then(|| address(stack.frames)).flatten() else { continue };
        match found.iter_mut().find(|instance| instance.address == address) {
            Some(instance) => instance.stacks = instance.stacks.saturating_add(1),
            None => found.push(Instance { address, stacks: 1 }),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(symbol: &str, args: &str) -> Frame {
        Frame { symbol: symbol.into(), args: Some(args.into()), ..Frame::default() }
    }

    #[test]
    fn the_map_is_the_second_argument_of_functions_and_the_first_of_methods() {
        assert_eq!(
            address(&[frame("runtime.mapassign_faststr", "0x541258, 0x340b0fb060f0, {0x1, 0x2}")]),
            Some(0x340b_0fb0_60f0)
        );
        assert_eq!(
            address(&[frame("internal/runtime/maps.(*Map).Delete", "0xc000123450, 0x1")]),
            Some(0xc0_0012_3450)
        );
        assert_eq!(
            address(&[frame("runtime.mapassign_faststr", "0x541258, 0x340b0fb060f0?")]),
            None
        );
        assert_eq!(address(&[frame("main.main", "0x541258, 0x340b0fb060f0")]), None);
        assert_eq!(address(&[frame("runtime.mapaccess1", "0x541258")]), None);
    }
}
