//! A text with a star at its beginning, its end, both or neither.

use std::fmt;

use super::scan::quote;
use super::search::{contains, lower, same};

/// What a value must be: the text, or begin with it, end with it, or hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    lower: String,
    /// Whether something may stand before the text.
    before: bool,
    /// Whether something may follow it.
    after: bool,
}

impl Pattern {
    /// The text, with what may stand around it.
    pub fn new(text: impl Into<String>, before: bool, after: bool) -> Self {
        let text = text.into();
        Self { lower: lower(&text), text, before, after }
    }

    /// Exactly this.
    pub fn exact(text: impl Into<String>) -> Self {
        Self::new(text, false, false)
    }

    /// A word as it was typed, without quotation marks.
    pub(super) fn bare(word: &str) -> Self {
        let (before, word) = word.strip_prefix('*').map_or((false, word), |word| (true, word));
        let (after, word) = word.strip_suffix('*').map_or((false, word), |word| (true, word));
        Self::new(word, before, after)
    }

    /// The text without its stars.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether there is nothing at all: neither text nor star.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && !self.before && !self.after
    }

    /// Whether every value fits.
    pub fn is_any(&self) -> bool {
        self.text.is_empty() && (self.before || self.after)
    }

    /// Whether nothing may stand around the text.
    pub fn is_exact(&self) -> bool {
        !self.before && !self.after
    }

    /// Whether a value fits, letters in the same case.
    pub fn fits(&self, value: &str) -> bool {
        match (self.before, self.after) {
            (false, false) => value == self.text,
            (false, true) => value.starts_with(&self.text),
            (true, false) => value.ends_with(&self.text),
            (true, true) => value.contains(&self.text),
        }
    }

    /// Whether a value fits, letters in any case.
    pub fn fits_any_case(&self, value: &str) -> bool {
        match (self.before, self.after) {
            (false, false) => same(value, &self.lower),
            (true, true) => contains(value, &self.lower),
            (before, _) if value.is_ascii() => {
                let (value, text) = (value.as_bytes(), self.lower.as_bytes());
                let Some(rest) = value.len().checked_sub(text.len()) else { return false };
                let part = if before { &value[rest..] } else { &value[..text.len()] };
                part.eq_ignore_ascii_case(text)
            }
            (true, _) => lower(value).ends_with(&self.lower),
            (false, _) => lower(value).starts_with(&self.lower),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let star = |open: bool| if open { "*" } else { "" };
        f.write_str(star(self.before))?;
        let plain = |c: char| c.is_alphanumeric() || "_-./@#+,:".contains(c);
        // Where there are stars alone there is nothing to quote.
        if !self.is_any() {
            let bare = !self.text.is_empty() && self.text.chars().all(plain);
            if bare { f.write_str(&self.text) } else { quote(f, &self.text) }?;
        }
        f.write_str(star(self.after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_at_the_ends() {
        let fits =
            |word: &str, value: &str| (Pattern::bare(word).fits(value), Pattern::bare(word).fits_any_case(value));
        assert_eq!(fits("Order", "Order"), (true, true));
        assert_eq!(fits("order", "Order"), (false, true));
        assert_eq!(fits("Order", "Orders"), (false, false));
        assert_eq!(fits("order*", "ORDERS"), (false, true));
        assert_eq!(fits("*RS", "orders"), (false, true));
        assert_eq!(fits("*de*", "orders"), (true, true));
        assert_eq!(fits("*", ""), (true, true));
        assert_eq!(fits("ÄR*", "ärger"), (false, true));
        assert_eq!(fits("longer than", "it"), (false, false));
        assert!(Pattern::bare("").is_empty() && Pattern::bare("**").is_any());
    }
}
