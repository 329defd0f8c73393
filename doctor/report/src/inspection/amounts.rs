//! Amounts in words: bytes, shares, numbers with their doubt.

use crate::text::grouped;
use finding::Exactness;

/// A number, marked where it does not agree with others.
pub(super) fn number(number: u64, exactness: Exactness) -> String {
    match exactness {
        Exactness::Exact => grouped(number),
        Exactness::About => format!("≈{}", grouped(number)),
    }
}

/// `+300`, `-5`.
pub(super) fn signed(number: i128) -> String {
    let digits = grouped(u64::try_from(number.unsigned_abs()).unwrap_or(u64::MAX));
    format!("{}{digits}", if number < 0 { '-' } else { '+' })
}

/// `61 %`: the entries in proportion to the places; a dash where there are none.
pub(super) fn share(entries: u64, capacity: u64) -> String {
    let per_cent = entries.saturating_mul(100).checked_div(capacity);
    per_cent.map_or_else(|| "-".to_owned(), |per_cent| format!("{per_cent} %"))
}

/// `1.72`: a number that is given in hundredths.
pub(super) fn hundredths(number: u64) -> String {
    let (whole, rest) = (number.checked_div(100), number.checked_rem(100));
    format!("{}.{:02}", grouped(whole.unwrap_or_default()), rest.unwrap_or_default())
}

/// `3.1 MiB`: bytes in the largest unit of which there is at least one.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let mut tenths = u128::from(bytes).saturating_mul(10);
    let mut unit = "B";
    for next in UNITS {
        if tenths < 10_240 {
            break;
        }
        tenths = tenths.checked_div(1_024).unwrap_or_default();
        unit = next;
    }
    let (whole, tenth) =
        (tenths.checked_div(10).unwrap_or_default(), tenths.checked_rem(10).unwrap_or_default());
    if unit == "B" { format!("{whole} B") } else { format!("{whole}.{tenth} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_the_largest_unit_that_fits() {
        assert_eq!(size(0), "0 B");
        assert_eq!(size(1_023), "1023 B");
        assert_eq!(size(1_024), "1.0 KiB");
        assert_eq!(size(3_281_968), "3.1 MiB");
        assert_eq!(size(u64::MAX), "16777215.9 TiB");
    }

    #[test]
    fn changes_have_a_sign_and_hundredths_two_digits() {
        assert_eq!((signed(1_300), signed(-5)), ("+1,300".into(), "-5".into()));
        assert_eq!((hundredths(172), hundredths(1_005)), ("1.72".into(), "10.05".into()));
    }
}
