//! Where threads stand: what the kernel tells of those of a live process, and what a core has of each.
//!
//! Source: `fs/proc/base.c` of Linux, `proc_pid_syscall`; `include/linux/elfcore.h`, `elf_prstatus`, and
//! `arch/x86/include/asm/user_64.h`, `user_regs_struct`; for signals `arch/x86/include/uapi/asm/sigcontext.h` and
//! `include/uapi/asm-generic/ucontext.h`.

use crate::memory::{Memory, bytes, number};

/// The registers that stacks are followed by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Registers {
    /// The instruction.
    pub pc: u64,
    /// The stack pointer.
    pub sp: u64,
    /// The frame pointer, where it is known.
    pub bp: Option<u64>,
}

/// What is known of where a thread stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// It stands there.
    At(Registers),
    /// It is on a processor just now; where, only stopping it would tell.
    Running,
    /// There is no such thread, or nothing says where it is.
    Unknown,
}

/// The threads of a program, by the numbers that the kernel gives them.
pub trait Threads {
    /// Where a thread stands.
    fn standing(&self, thread: u64) -> Standing;
}

impl<T: Threads + ?Sized> Threads for &T {
    fn standing(&self, thread: u64) -> Standing {
        (**self).standing(thread)
    }
}

/// Reads a line of `/proc/PID/task/TID/syscall`: a number with arguments, the stack pointer and the instruction behind it, or
/// just `running`.
#[must_use]
pub fn standing(line: &str) -> Standing {
    let words: Vec<&str> = line.split_whitespace().collect();
    let number = |word: &str| u64::from_str_radix(word.trim_start_matches("0x"), 16).ok();
    match words.as_slice() {
        ["running"] => Standing::Running,
        [_, .., sp, pc] => match (number(sp), number(pc)) {
            (Some(sp), Some(pc)) => Standing::At(Registers { pc, sp, bp: None }),
            _ => Standing::Unknown,
        },
        _ => Standing::Unknown,
    }
}

/// Where the note about a thread of x86-64 has its number and its registers, as places of eight bytes.
const THREAD_AT: u64 = 32;
const REGISTERS_AT: u64 = 112;
const BP: u64 = 4;
const PC: u64 = 16;
const SP: u64 = 19;

/// The thread of a note `NT_PRSTATUS` of x86-64, and where it stood.
pub(crate) fn of_note(note: &[u8]) -> Option<(u64, Registers)> {
    let register = |place: u64| number(note, place.checked_mul(8)?.checked_add(REGISTERS_AT)?, 8);
    let registers = Registers { pc: register(PC)?, sp: register(SP)?, bp: register(BP) };
    Some((number(note, THREAD_AT, 4)?, registers))
}

/// Where the kernel put down the registers of x86-64 at which a signal came, counted from the stack pointer after the handler
/// returned: `uc_mcontext` of the context there.
const SIGNAL_BP: u64 = 120;
const SIGNAL_SP: u64 = 160;
const SIGNAL_PC: u64 = 168;
const SIGNAL_SIZE: u64 = 176;

/// The registers at which a signal came, of x86-64.
pub(super) fn of_signal(memory: &(impl Memory + ?Sized), context: u64) -> Option<Registers> {
    let context = bytes(memory, context, SIGNAL_SIZE).ok()?;
    let register = |at| number(&context, at, 8);
    Some(Registers { pc: register(SIGNAL_PC)?, sp: register(SIGNAL_SP)?, bp: register(SIGNAL_BP) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_kernel_tells_where_a_thread_stands() {
        let at = |pc, sp| Standing::At(Registers { pc, sp, bp: None });
        let line = "202 0x5a3480 0x80 0x0 0x0 0x0 0x0 0x7ffc31a4f6e8 0x4719a3\n";
        assert_eq!(standing(line), at(0x47_19a3, 0x7ffc_31a4_f6e8));
        assert_eq!(standing("-1 0xc000055f30 0x4719a3\n"), at(0x47_19a3, 0xc0_0005_5f30));
        assert_eq!(standing("running\n"), Standing::Running);
        for odd in ["", "0 0x1 zzz", "1"] {
            assert_eq!(standing(odd), Standing::Unknown);
        }
    }
}
