//! Chance for the demo: small, seeded, and the same on every machine.

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

#[cfg(test)]
mod tests {
    use super::*;

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
