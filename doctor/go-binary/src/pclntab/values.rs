//! Pc-value tables: for each pc of a function a number, written down as what changes from one stretch of code to the next.
//!
//! Source: `src/runtime/symtab.go`, `pcvalue` and `step`.

/// Longer tables are damage.
const MOST_STEPS: u32 = 1 << 20;

/// The value for the code at `distance` from a function's entry, of the table that begins `table`; none if it ends before.
///
/// Linear in the steps of the table.
pub(super) fn value(table: &[u8], quantum: u64, distance: u64) -> Option<i32> {
    let mut rest = table;
    let mut value = -1_i32;
    let mut at = 0_u64;
    for step in 0..MOST_STEPS {
        let change = number(&mut rest)?;
        if change == 0 && step > 0 {
            return None;
        }
        // The lowest bit says whether the change is down: then all others are turned over.
        let up = (change >> 1).cast_signed();
        value = value.wrapping_add(if change & 1 == 1 { !up } else { up });
        at = at.checked_add(quantum.checked_mul(number(&mut rest)?.into())?)?;
        if distance < at {
            return Some(value);
        }
    }
    None
}

/// A number of seven bits a byte, the lowest first.
fn number(rest: &mut &[u8]) -> Option<u32> {
    let mut number = 0_u32;
    for shift in (0..u32::BITS).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        number |= u32::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_hold_up_to_where_the_next_begins() {
        // -1 + 1 = 0 for 4 instructions, then 8 more for 2, then 8 less for 300.
        let table = [2, 4, 16, 2, 15, 0xac, 0x02, 0];
        let at = |distance| value(&table, 1, distance);
        assert_eq!([at(0), at(3), at(4), at(5)], [Some(0), Some(0), Some(8), Some(8)]);
        assert_eq!([at(6), at(305), at(306)], [Some(0), Some(0), None]);
    }

    #[test]
    fn a_first_value_may_be_no_change() {
        assert_eq!(value(&[0, 4, 0], 1, 3), Some(-1));
    }

    #[test]
    fn what_is_cut_short_has_no_value() {
        for cut in 0..3 {
            assert_eq!(value(&[2, 0x84, 1][..cut], 1, 3), None);
        }
        assert_eq!(value(&[0xff; 40], 1, 3), None);
    }
}
