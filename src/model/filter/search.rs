//! Finding text in text, letters in any case: fast where both are ASCII, linear in any case.

/// Bytes that are looked at at once; the compiler makes vector instructions of them.
const BLOCK: usize = 32;

/// The text in small letters.
pub(super) fn lower(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.to_lowercase() }
}

/// Whether a text is the same as one in small letters.
pub(super) fn same(text: &str, small: &str) -> bool {
    if text.is_ascii() { text.eq_ignore_ascii_case(small) } else { lower(text) == small }
}

/// Whether a text holds one in small letters.
pub(super) fn contains(text: &str, small: &str) -> bool {
    if small.is_empty() {
        return true;
    }
    if small.is_ascii() {
        return ascii(text.as_bytes(), small.as_bytes()).unwrap_or_else(|| text.to_ascii_lowercase().contains(small));
    }
    // Small letters of ASCII are ASCII, so nothing else can be in it.
    !text.is_ascii() && lower(text).contains(small)
}

/// Looks for the needle's rarest byte and compares around it; `None` where so much was compared in vain that the careful
/// way, which copies the text first, is faster.
#[expect(clippy::needless_bitwise_bool, reason = "a branch for every byte would keep the block from being a vector")]
fn ascii(text: &[u8], needle: &[u8]) -> Option<bool> {
    let Some(last) = text.len().checked_sub(needle.len()) else { return Some(false) };
    let rarest = (0..needle.len()).min_by_key(|at| commonness(needle[*at])).unwrap_or(0);
    let (small, large) = (needle[rarest], needle[rarest].to_ascii_uppercase());
    let mut budget = 2 * text.len() + 1024;
    // Every place at which the needle may begin, seen at its rarest byte.
    let seen = &text[rarest..=last + rarest];
    for (n, block) in seen.chunks(BLOCK).enumerate() {
        if !block.iter().fold(false, |any, byte| any | (*byte == small) | (*byte == large)) {
            continue;
        }
        for (m, byte) in block.iter().enumerate() {
            if *byte != small && *byte != large {
                continue;
            }
            let at = n * BLOCK + m;
            if text[at..at + needle.len()].eq_ignore_ascii_case(needle) {
                return Some(true);
            }
            budget = budget.checked_sub(needle.len())?;
        }
    }
    Some(false)
}

/// How common a byte is in what queues carry: JSON, names, sentences. Only speed depends on it.
fn commonness(byte: u8) -> u8 {
    const COMMON: &[u8] = b"zqxjkvwbgpyfh9876543mu210dlcnsrtioae.-_,:{}[]/ \"";
    COMMON.iter().position(|common| *common == byte).map_or(0, |at| u8::try_from(at).unwrap_or(u8::MAX) + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn letters_in_any_case_and_of_any_language() {
        assert!(contains("An Error OCCURRED here", "error occurred"));
        assert!(contains("Frau MÜLLER", "müller") && !contains("Frau Muller", "müller"));
        assert!(!contains("short", "much longer than that") && contains("", ""));
        assert!(same("ABC", "abc") && same("Ärger", "ärger") && !same("ab", "abc"));
    }

    #[test]
    fn a_hostile_text_costs_no_more_than_its_length() {
        let text = "a".repeat(1 << 20);
        let needle = format!("{}b", "a".repeat(1000));
        assert!(!contains(&text, &needle) && contains(&text, &"a".repeat(1000)));
        // The rarest byte is everywhere, and what stands around it is nearly right.
        let text = "ba".repeat(1 << 19);
        assert!(!contains(&text, &format!("{}c", "ba".repeat(500))));
        assert!(!contains(&text, &format!("{}aa", "ba".repeat(500))));
    }

    proptest! {
        #[test]
        fn it_is_the_careful_way_only_faster(text in "[abAB\u{e4}\u{c4}]{0,90}", needle in "[ab\u{e4}]{1,4}") {
            prop_assert_eq!(contains(&text, &needle), text.to_lowercase().contains(&needle));
        }
    }
}
