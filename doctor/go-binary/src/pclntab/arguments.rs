//! Where a function keeps its arguments on the stack, and which of them hold a value at a place of its code. Arguments come
//! in registers; the caller leaves room for them on the stack, in which the function puts those that it needs later.
//!
//! Source: `src/runtime/traceback.go`, `printArgs`, and `src/internal/abi/type.go`, `TraceArgsEndSeq` and following, of Go
//! 1.21 and 1.27.

use super::function::Function;

/// `abi.FUNCDATA_ArgInfo`, `abi.FUNCDATA_ArgLiveInfo` and `abi.PCDATA_ArgLiveIndex`.
const ARGUMENTS: u8 = 5;
const LIVE: u8 = 6;
const LIVE_INDEX: u32 = 3;
/// What is no offset is a sign; these two are followed by nothing and are arguments of their own.
const END: u8 = 0xff;
const OPENS: u8 = 0xfe;
const CLOSES: u8 = 0xfd;
const MORE: u8 = 0xfc;
const FIRST_SIGN: u8 = 0xf0;

/// The arguments of a function at a place.
pub(super) struct Arguments<'t> {
    rest: &'t [u8],
    live: Option<&'t [u8]>,
    /// Which of the sets of those that hold a value.
    index: usize,
    /// Arguments at smaller offsets always do.
    first: u8,
    slot: u8,
}

impl<'t> Arguments<'t> {
    pub(super) fn new(function: &Function<'t>, pc: u64) -> Self {
        let live = function.data(LIVE);
        let index = function.further(LIVE_INDEX, pc).and_then(|index| usize::try_from(index).ok());
        Self {
            rest: function.data(ARGUMENTS).unwrap_or_default(),
            live,
            index: index.unwrap_or_default(),
            first: live.and_then(|live| live.first().copied()).unwrap_or(u8::MAX),
            slot: 0,
        }
    }

    fn is_live(&self, offset: u8) -> bool {
        let Some(live) = self.live.filter(|_| self.index > 0 && offset >= self.first) else {
            return true;
        };
        let place = self.index.checked_add(usize::from(self.slot >> 3));
        let bits = place.and_then(|place| live.get(place)).copied().unwrap_or_default();
        bits & 1_u8.checked_shl(u32::from(self.slot & 7)).unwrap_or_default() != 0
    }
}

impl Iterator for Arguments<'_> {
    type Item = (u64, bool);

    fn next(&mut self) -> Option<(u64, bool)> {
        loop {
            let (offset, rest) = self.rest.split_first()?;
            match *offset {
                END | MORE => return None,
                OPENS | CLOSES => self.rest = rest,
                sign if sign >= FIRST_SIGN => self.rest = rest,
                offset => {
                    let (_size, rest) = rest.split_first()?;
                    self.rest = rest;
                    let live = self.is_live(offset);
                    if offset >= self.first {
                        self.slot = self.slot.wrapping_add(1);
                    }
                    return Some((offset.into(), live));
                }
            }
        }
    }
}
