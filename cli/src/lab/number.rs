//! Numbers that are too large or too small to be written out.

/// `1,898`, and from a million on `5.7 × 10¹²`.
pub(super) fn count(number: f64) -> String {
    if !number.is_finite() {
        return "more than 10³⁰⁸".to_owned();
    }
    if number >= 1e6 {
        return power(number);
    }
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && digits.len().saturating_sub(place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of things.
pub(super) fn things(number: usize) -> String {
    count(f64::from(u32::try_from(number).unwrap_or(u32::MAX)))
}

/// `18.8 %`; small ones as one in so many: `1 in 2.9 × 10⁷`.
pub(super) fn chance(chance: f64) -> String {
    if chance <= 0.0 {
        "never".to_owned()
    } else if chance > 1.0 - 1e-12 {
        "100 %".to_owned()
    } else if chance > 0.9995 {
        format!("all but 1 in {}", count(1.0 / (1.0 - chance)))
    } else if chance >= 0.001 {
        format!("{:.1} %", chance * 100.0)
    } else {
        format!("1 in {}", count(1.0 / chance))
    }
}

fn power(number: f64) -> String {
    let exponent = number.log10().floor();
    let mantissa = number / 10f64.powf(exponent);
    let digits: String = format!("{exponent:.0}").chars().map(raised).collect();
    format!("{mantissa:.1} × 10{digits}")
}

fn raised(digit: char) -> char {
    match digit {
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        '9' => '⁹',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_legible_at_every_size() {
        assert_eq!(count(7.0), "7");
        assert_eq!(count(1898.0), "1,898");
        assert_eq!(count(5.67e12), "5.7 × 10¹²");
        assert_eq!(count(f64::INFINITY), "more than 10³⁰⁸");
        assert_eq!(chance(0.1875), "18.8 %");
        assert_eq!(chance(1.0), "100 %");
        assert_eq!(chance(0.9999), "all but 1 in 10,000");
        assert_eq!(chance(3.4e-8), "1 in 2.9 × 10⁷");
        assert_eq!(chance(0.0), "never");
    }
}
