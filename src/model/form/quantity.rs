//! Lengths of time and sizes as people type them: a number and its unit.

use super::Invalid;
use crate::model::limits::Range;
use crate::model::words;

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Time, in seconds for SQS.
    Time,
    /// Size, in bytes for SQS.
    Size,
}

impl Measure {
    /// Its units, the smallest first: the name in a form, and how many of SQS's units it is.
    pub fn units(self) -> &'static [(&'static str, u32)] {
        match self {
            Self::Time => &[("seconds", 1), ("minutes", 60), ("hours", 3_600), ("days", 86_400)],
            Self::Size => &[("bytes", 1), ("KiB", 1_024)],
        }
    }

    /// A value in the largest unit that leaves a whole number: `345600` is `("4", "days")`.
    pub fn fit(self, value: u32) -> (String, &'static str) {
        let fits = |(_, size): &&(&str, u32)| value > 0 && value.is_multiple_of(*size);
        let (unit, size) = self.units().iter().rev().find(fits).unwrap_or(&self.units()[0]);
        ((value / size).to_string(), unit)
    }

    /// A value in words.
    pub fn words(self, value: u32) -> String {
        match self {
            Self::Time => words::seconds(u64::from(value)),
            Self::Size => words::bytes(u64::from(value)),
        }
    }

    /// What SQS accepts, in words: `0 s to 12 h`.
    pub fn range(self, range: Range) -> String {
        format!("{} to {}", self.words(range.min), self.words(range.max))
    }
}

/// Reads a number and its unit; `None` where nothing was typed. No unit is the smallest; an unknown one is a mistake.
pub fn read(text: &str, unit: &str, measure: Measure, range: Range) -> Result<Option<u32>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let size = match measure.units().iter().find(|(name, _)| *name == unit) {
        Some((_, size)) => *size,
        None if unit.is_empty() => 1,
        None => return Err("Choose one of the units that are offered.".to_owned()),
    };
    let value = text.parse::<u32>().ok().and_then(|number| number.checked_mul(size));
    match value {
        Some(value) if range.contains(value) => Ok(Some(value)),
        _ => Err(format!("Give a whole number, {} in all.", measure.range(range))),
    }
}

/// Reads a number that may be missing, and says what is wrong with it beside its field.
pub(super) fn optional(
    field: &str,
    (text, unit): (&str, &str),
    (measure, range): (Measure, Range),
    invalid: &mut Vec<Invalid>,
) -> Option<u32> {
    read(text, unit, measure, range).unwrap_or_else(|sentence| {
        invalid.push(Invalid::new(field, sentence));
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::limits::{MAXIMUM_MESSAGE_SIZE, RETENTION, VISIBILITY_TIMEOUT};

    #[test]
    fn a_value_is_shown_in_the_unit_that_fits() {
        let all = [0, 30, 60, 90, 3_600, 43_200, 86_400, 345_600].map(|value| {
            let (number, unit) = Measure::Time.fit(value);
            format!("{number} {unit}")
        });
        assert_eq!(
            all,
            ["0 seconds", "30 seconds", "1 minutes", "90 seconds", "1 hours", "12 hours", "1 days", "4 days"]
        );
        assert_eq!(Measure::Size.fit(1_048_576), ("1024".into(), "KiB"));
        assert_eq!(Measure::Size.fit(1_025), ("1025".into(), "bytes"));
    }

    #[test]
    fn what_is_typed_is_read_in_its_unit() {
        let time = |text: &str, unit: &str| read(text, unit, Measure::Time, RETENTION).ok();
        assert_eq!(time(" 4 ", "days"), Some(Some(345_600)));
        assert_eq!(time("60", "seconds"), Some(Some(60)));
        assert_eq!(time("60", ""), Some(Some(60)));
        assert_eq!(time("60", "fortnights"), None, "not sixty seconds");
        assert_eq!(time("", "days"), Some(None));
        for (text, unit) in
            [("59", "seconds"), ("15", "days"), ("-1", "days"), ("1.5", "hours"), ("4294967295", "days")]
        {
            assert_eq!(time(text, unit), None, "{text} {unit}");
        }
        assert_eq!(read("1024", "KiB", Measure::Size, MAXIMUM_MESSAGE_SIZE), Ok(Some(1_048_576)));
    }

    #[test]
    fn what_is_out_of_range_is_told_the_range() {
        let sentence = read("13", "hours", Measure::Time, VISIBILITY_TIMEOUT).unwrap_err();
        assert_eq!(sentence.replace('\u{A0}', " "), "Give a whole number, 0 s to 12 h in all.");
    }

    #[test]
    fn every_value_of_a_range_survives_showing_and_reading() {
        for value in (0..=43_200).step_by(30).chain([1, 7, 59, 61]) {
            let (text, unit) = Measure::Time.fit(value);
            assert_eq!(read(&text, unit, Measure::Time, VISIBILITY_TIMEOUT), Ok(Some(value)));
        }
    }
}
