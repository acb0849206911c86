//! What stands behind `age`, `size` and `sent`: spans of time, sizes and moments, as people write them.

use crate::model::words;

/// Units of time in seconds, the longest first.
const TIMES: [(&str, u64); 5] = [("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
/// Units of size in bytes, the largest first.
const SIZES: [(&str, u64); 3] = [("M", 1 << 20), ("k", 1 << 10), ("", 1)];
/// A thousand years: more than any age.
const LONGEST: u64 = 1_000 * 366 * 86_400;

/// A number with a unit, in the smallest one.
fn read(text: &str, unit: impl Fn(&str) -> Option<u64>) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    text[..digits].parse::<u64>().ok()?.checked_mul(unit(&text[digits..])?)
}

/// The number in the largest unit that needs no fraction.
fn print(n: u64, units: &[(&str, u64)]) -> String {
    let fits = units.iter().find(|(_, size)| n != 0 && n.is_multiple_of(*size));
    let (unit, size) = fits.or(units.last()).copied().unwrap_or(("", 1));
    format!("{}{unit}", n / size)
}

/// Seconds from `90s`, `15m`, `2h`, `3d` or `1w`; a unit is needed.
pub(super) fn span(text: &str) -> Option<u64> {
    let unit = |unit: &str| TIMES.iter().find(|(name, _)| unit.eq_ignore_ascii_case(name)).map(|(_, size)| *size);
    read(text, unit).filter(|seconds| *seconds <= LONGEST)
}

/// The same seconds as text.
pub(super) fn print_span(seconds: u64) -> String {
    print(seconds, &TIMES)
}

/// Bytes from `300`, `10k` or `1M`; k is 1 024 bytes.
pub(super) fn size(text: &str) -> Option<u64> {
    read(text, |unit| match unit.to_ascii_lowercase().trim_end_matches("ib").trim_end_matches('b') {
        "" => Some(1),
        "k" => Some(1 << 10),
        "m" => Some(1 << 20),
        _ => None,
    })
}

/// The same bytes as text.
pub(super) fn print_size(bytes: u64) -> String {
    print(bytes, &SIZES)
}

/// A moment as exactly as it was written: a day, a minute or a second of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Its beginning, milliseconds since 1970.
    pub from_ms: i64,
    /// How long it is, in milliseconds.
    pub long_ms: i64,
}

impl Moment {
    /// Reads `2026-11-20`, `2026-11-20T10:00` or `2026-11-20T10:00:30`, with or without a Z.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.strip_suffix(['Z', 'z']).unwrap_or(text);
        let (date, time) = text.split_once(['T', 't', ' ']).map_or((text, None), |(date, time)| (date, Some(time)));
        let mut parts = date.split('-');
        let (year, month, day) = (part(parts.next()?, 4)?, part(parts.next()?, 2)?, part(parts.next()?, 2)?);
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            2 => 28 + i64::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        if parts.next().is_some() || !(1..=days).contains(&day) || !(1970..=9999).contains(&year) {
            return None;
        }
        let (seconds, long) = match time {
            None => (0, 86_400),
            Some(time) => {
                let mut parts = time.split(':');
                let (hour, minute) = (part(parts.next()?, 2)?, part(parts.next()?, 2)?);
                let second = parts.next().map(|second| part(second, 2));
                let (second, long) = second.map_or(Some((0, 60)), |second| Some((second?, 1)))?;
                if hour > 23 || minute > 59 || second > 59 || parts.next().is_some() {
                    return None;
                }
                (hour * 3_600 + minute * 60 + second, long)
            }
        };
        Some(Self { from_ms: (day_number(year, month, day) * 86_400 + seconds) * 1_000, long_ms: long * 1_000 })
    }

    /// When it is over, milliseconds since 1970.
    pub fn end_ms(&self) -> i64 {
        self.from_ms + self.long_ms
    }

    /// As it was written.
    pub fn print(&self) -> String {
        let text = words::timestamp(self.from_ms);
        let length = match self.long_ms {
            86_400_000 => 10,
            60_000 => 16,
            _ => 19,
        };
        text.chars().take(length).collect()
    }
}

fn part(digits: &str, length: usize) -> Option<i64> {
    (digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok())?
}

/// Days since 1970 in the Gregorian calendar.
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    // The year begins in March, so that the leap day is its last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 719_469
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_sizes() {
        let spans = [("90s", 90), ("15M", 900), ("2h", 7_200), ("3d", 259_200), ("1w", 604_800), ("0s", 0)];
        for (text, seconds) in spans {
            assert_eq!(span(text), Some(seconds), "{text}");
            assert_eq!(span(&print_span(seconds)), Some(seconds));
        }
        for none in ["", "2", "h", "2y", "-1h", "1.5h", "99999999999w", "99999999999999999999s", "２h"] {
            assert_eq!(span(none), None, "{none}");
        }
        let sizes = [("300", 300), ("10k", 10_240), ("10KiB", 10_240), ("1M", 1 << 20), ("1mb", 1 << 20), ("5b", 5)];
        for (text, bytes) in sizes {
            assert_eq!(size(text), Some(bytes), "{text}");
            assert_eq!(size(&print_size(bytes)), Some(bytes));
        }
        assert_eq!(
            (size("k"), size("1G"), print_span(5_400), print_size(1_536)),
            (None, None, "90m".into(), "1536".into())
        );
    }

    #[test]
    fn moments_are_as_long_as_they_are_exact() {
        let day = Moment::read("2026-11-20").unwrap();
        assert_eq!((day.from_ms, day.end_ms()), (1_795_132_800_000, 1_795_219_200_000));
        let minute = Moment::read("2026-11-20T10:00").unwrap();
        assert_eq!((minute.from_ms - day.from_ms, minute.long_ms), (36_000_000, 60_000));
        assert_eq!(Moment::read("1970-01-01T00:00:01Z"), Some(Moment { from_ms: 1_000, long_ms: 1_000 }));
        for text in ["2026-11-20", "2026-11-20T10:00", "2024-02-29T23:59:59"] {
            assert_eq!(Moment::read(text).unwrap().print(), text);
        }
        let none =
            ["", "2026", "2026-13-01", "2023-02-29", "2026-11-31", "2026-11-20T24:00", "2026-1-2", "2026-11-20T1"];
        for text in none {
            assert_eq!(Moment::read(text), None, "{text}");
        }
    }
}
