//! Chance and dates for the demo: small, seeded, and the same on every machine.

/// A seeded source of chance (xorshift64*): the same seed tells the same story.
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    /// A source for a seed; any number will do.
    pub(super) fn seeded(seed: u64) -> Self {
        // Never 0, where the generator would stay.
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1 << 63)
    }

    /// A number below `bound`; 0 for a bound of 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11).checked_rem(bound).unwrap_or(0)
    }

    /// A number from `least` to `most`, both included.
    pub(super) fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most.saturating_sub(least) + 1)
    }

    /// One of a list. The list must not be empty.
    pub(super) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let index = self.below(list.len() as u64);
        &list[usize::try_from(index).unwrap_or(0)]
    }

    /// True once in `n` times.
    pub(super) fn once_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// Lower-case hexadecimal digits.
    pub(super) fn hex(&mut self, digits: usize) -> String {
        (0..digits).map(|_| char::from(*self.pick(b"0123456789abcdef"))).collect()
    }
}

/// A minute in milliseconds.
pub(super) const MINUTE: u64 = 60_000;
/// An hour in milliseconds.
pub(super) const HOUR: u64 = 60 * MINUTE;
/// A day in milliseconds.
pub(super) const DAY: u64 = 24 * HOUR;

/// Year, month and day (UTC) of a moment in epoch milliseconds: counts off whole Gregorian cycles of 400 years with
/// years that begin in March, so that a leap day is the last day of its year.
pub(super) fn date(ms: u64) -> (u64, u64, u64) {
    let days = ms / DAY + 719_468;
    let (cycle, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (cycle * 400 + year + carry, month, day)
}

/// `2026-11-20`.
pub(super) fn iso_date(ms: u64) -> String {
    let (year, month, day) = date(ms);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `20261120`.
pub(super) fn compact_date(ms: u64) -> String {
    iso_date(ms).replace('-', "")
}

/// `2026-11-20T14:02:11.482Z`.
pub(super) fn iso(ms: u64) -> String {
    let (hour, minute, second) = (ms / HOUR % 24, ms / MINUTE % 60, ms / 1_000 % 60);
    format!("{}T{hour:02}:{minute:02}:{second:02}.{:03}Z", iso_date(ms), ms % 1_000)
}

/// The moment two working days later: when a trade of this moment settles.
pub(super) fn settlement(ms: u64) -> u64 {
    let mut day = ms;
    let mut left = 2;
    while left > 0 {
        day += DAY;
        // 1 January 1970 was a Thursday: day 2 and day 3 of each week are Saturday and Sunday.
        if !matches!(day / DAY % 7, 2 | 3) {
            left -= 1;
        }
    }
    day
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_in_utc() {
        assert_eq!(iso(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(iso(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(iso(1_795_183_331_482), "2026-11-20T14:02:11.482Z");
        assert_eq!(compact_date(1_795_183_331_482), "20261120");
    }

    #[test]
    fn a_friday_settles_on_tuesday() {
        assert_eq!(iso_date(settlement(1_795_183_331_482)), "2026-11-24");
    }

    #[test]
    fn the_same_seed_rolls_the_same() {
        let roll = |seed| {
            let mut dice = Dice::seeded(seed);
            (0..50).map(|_| dice.between(3, 9)).collect::<Vec<_>>()
        };
        assert_eq!(roll(4), roll(4));
        assert_ne!(roll(4), roll(6));
        assert!(roll(4).iter().all(|n| (3..=9).contains(n)));
        assert_eq!(Dice::seeded(1).below(0), 0);
    }
}
