//! Finding names by a few of their letters, in order. Pure.

/// How well `typed` fits `name`; `None` where a letter is missing. Larger is better: letters that follow each other or
/// begin a word count more, and of equal fits the shorter name wins.
pub fn score(typed: &str, name: &str) -> Option<i32> {
    // `ends[j]`: the best fit of the letters so far of which the last is the name's letter `j`.
    let mut ends: Option<Vec<Option<i32>>> = None;
    for wanted in typed.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        let mut next = vec![None; name.len()];
        // The best fit that ended before the letter at hand, and the one that ended right before it.
        let (mut earlier, mut adjacent) = (ends.is_none().then_some(0), None);
        let mut before = b'-';
        for (j, letter) in name.bytes().enumerate() {
            if letter.eq_ignore_ascii_case(&wanted) {
                let begins =
                    !before.is_ascii_alphanumeric() || before.is_ascii_lowercase() && letter.is_ascii_uppercase();
                let follows = adjacent.map(|fit: i32| fit + 4);
                next[j] = earlier.max(follows).map(|fit| fit + if begins { 4 } else { 1 });
            }
            adjacent = ends.as_ref().and_then(|ends| ends[j]);
            earlier = earlier.max(adjacent);
            before = letter;
        }
        ends = Some(next);
    }
    let fit = match ends {
        Some(ends) => ends.into_iter().flatten().max()?,
        None => 0,
    };
    let length = i32::try_from(name.len()).unwrap_or(i32::MAX);
    Some(fit.saturating_mul(256).saturating_sub(length))
}

/// The `most` best of `names`, best first; of equal ones the earlier.
pub fn best<'a>(typed: &str, names: impl Iterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    let mut found: Vec<(i32, &str)> = names.filter_map(|name| Some((score(typed, name)?, name))).collect();
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().take(most).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_order_are_found_and_the_closest_comes_first() {
        let names = ["webhooks", "orders-dlq", "TradeStatus-dlq.fifo", "orders", "loaders"];
        let find = |typed: &str| best(typed, names.iter().copied(), 3);
        assert_eq!(find("ord"), ["orders", "orders-dlq"]);
        assert_eq!(find("od"), ["orders-dlq", "orders", "loaders"], "d begins a word of orders-dlq");
        assert_eq!(find("TS"), ["TradeStatus-dlq.fifo"]);
        assert_eq!(find("tsdlq"), ["TradeStatus-dlq.fifo"]);
        assert_eq!(best("trdlq", ["returns-dlq", "TradeStatus-dlq.fifo"].into_iter(), 1), ["TradeStatus-dlq.fifo"]);
        assert_eq!(find("xyz"), [""; 0]);
        assert_eq!(find("").len(), 3);
    }
}
