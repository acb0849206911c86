//! The nearest known name to a misspelt one.

/// The name in `known` that `typed` was probably meant to be: at most a third of its letters differ, two at least
/// being forgiven.
pub(super) fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let forgiven = (typed.chars().count() / 3).max(2);
    known
        .into_iter()
        .map(|name| (distance(typed, name), name))
        .filter(|(differing, name)| *differing <= forgiven && *differing < name.chars().count())
        .min_by_key(|(differing, _)| *differing)
        .map(|(_, name)| name)
}

/// Insertions, deletions and replacements that turn one word into the other (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_levenshtein() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abc"), 0);
    }

    #[test]
    fn a_typo_finds_its_word_and_nonsense_finds_none() {
        let known = ["region", "role_arn", "endpoint", "read_only"];
        assert_eq!(nearest("regoin", known), Some("region"));
        assert_eq!(nearest("readonly", known), Some("read_only"));
        assert_eq!(nearest("colour_of_the_sea", known), None);
    }
}
