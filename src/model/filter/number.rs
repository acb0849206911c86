//! Decimal numbers, compared exactly: ids of nineteen digits and prices are not what a float holds.

use std::cmp::Ordering;

/// A number as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(String);

/// A number taken apart: ±0.digits × 10^point, without zeros at either end.
struct Parts<'a> {
    negative: bool,
    /// Digits before and after the point; together they are the number's.
    digits: (&'a str, &'a str),
    point: i64,
}

impl Number {
    /// Reads a number as JSON writes it, a plus sign or a missing zero before the point forgiven.
    pub fn read(text: &str) -> Option<Self> {
        parts(text).map(|_| Self(text.to_owned()))
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How another number, as it was written, stands to this one; `None` where it is none.
    pub fn order(&self, other: &str) -> Option<Ordering> {
        let (other, this) = (parts(other)?, parts(&self.0)?);
        let magnitude = |other: &Parts, this: &Parts| {
            let zero = |parts: &Parts| parts.digits.0.is_empty() && parts.digits.1.is_empty();
            match (zero(other), zero(this)) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                (false, false) => other.point.cmp(&this.point).then_with(|| {
                    let bytes =
                        |parts: &Parts| parts.digits.0.bytes().chain(parts.digits.1.bytes()).collect::<Vec<_>>();
                    bytes(other).cmp(&bytes(this))
                }),
            }
        };
        let zero = |parts: &Parts| parts.digits.0.is_empty() && parts.digits.1.is_empty();
        Some(match (other.negative && !zero(&other), this.negative && !zero(&this)) {
            (false, false) => magnitude(&other, &this),
            (true, true) => magnitude(&this, &other),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        })
    }
}

fn parts(text: &str) -> Option<Parts<'_>> {
    let (negative, rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (mantissa, exponent) = match rest.find(['e', 'E']) {
        // An exponent beyond every number that anybody writes.
        Some(at) => (&rest[..at], rest[at + 1..].parse::<i32>().ok()?),
        None => (rest, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() && fraction.is_empty() || !digits(whole) || !digits(fraction) {
        return None;
    }
    let length = |text: &str| i64::try_from(text.len()).unwrap_or(i64::MAX);
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let exponent = i64::from(exponent);
    let parts = if whole.is_empty() {
        let digits = fraction.trim_start_matches('0');
        Parts { negative, digits: ("", digits), point: exponent - length(fraction) + length(digits) }
    } else if fraction.is_empty() {
        Parts { negative, digits: (whole.trim_end_matches('0'), ""), point: exponent + length(whole) }
    } else {
        Parts { negative, digits: (whole, fraction), point: exponent + length(whole) }
    };
    Some(parts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn order(other: &str, this: &str) -> Option<Ordering> {
        Number::read(this).unwrap().order(other)
    }

    #[test]
    fn exact_however_long_and_however_written() {
        let equal = [("100", "1e2"), ("1.50", "1.5"), ("0", "-0.0"), ("0.001", "1E-3"), ("+5", "5"), (".5", "0.50")];
        for (a, b) in equal {
            assert_eq!(order(a, b), Some(Ordering::Equal), "{a} {b}");
        }
        let less = [
            ("9007199254740992", "9007199254740993"),
            ("-2", "-1"),
            ("-1", "0.5"),
            ("0.09", "0.1"),
            ("9", "10"),
            ("1.05", "1.5"),
            ("-1e9", "-1e8"),
            ("1e-9", "1e9"),
        ];
        for (a, b) in less {
            assert_eq!((order(a, b), order(b, a)), (Some(Ordering::Less), Some(Ordering::Greater)), "{a} {b}");
        }
        for none in ["", "-", ".", "1.2.3", "0x1", "1e", "1e99999999999", "Infinity", "１"] {
            assert_eq!(Number::read(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn whole_numbers_and_fractions_are_in_order(a in -10_000i64..10_000, b in -10_000i64..10_000, places in 0u32..4) {
            let write = |n: i64| format!("{}{}e-{places}", n, if n % 3 == 0 { ".0" } else { "" });
            prop_assert_eq!(order(&write(a), &write(b)), Some(a.cmp(&b)));
        }
    }
}
