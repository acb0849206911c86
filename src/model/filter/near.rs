//! What a misspelt name may have meant: of the language itself, and of what the messages carry.

use super::path::JsonPath;
use super::term::{Part, Term, Test};
use super::{Fault, Filter};

/// The longest word that is compared with others.
const LONGEST: usize = 64;

/// The name that is nearest to a word: the same in other letters, or with a letter more, less, mistaken or swapped; in
/// long words two.
pub(super) fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let small = word.to_lowercase();
    let enough = |name: &str| name.len() > 2 && name.len() <= LONGEST;
    let far = |name: &'a str| {
        Some((distance(&small, &name.to_lowercase()), name))
            .filter(|(far, name)| *far <= usize::from(name.len() > 7) + 1)
    };
    if !enough(&small) {
        return None;
    }
    names.into_iter().filter(|name| enough(name)).filter_map(far).min_by_key(|(far, _)| *far).map(|(_, name)| name)
}

/// How many letters were added, left out, mistaken or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = match (i, j) {
                (0, n) | (n, 0) => n,
                _ => {
                    let mistaken = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                    let best = mistaken.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                    let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                    if swapped { best.min(rows[i - 2][j - 2] + 1) } else { best }
                }
            };
        }
    }
    rows[a.len()][b.len()]
}

impl Fault {
    /// The same, with the name among these that is nearest to what was typed as what may have been meant.
    pub(super) fn meant_near<'a>(self, word: &str, names: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(word, names) {
            Some(name) => self.meant(name),
            None => self,
        }
    }
}

impl Filter {
    /// The same with names of attributes and places of the body that no message has replaced by the nearest that there
    /// are; `None` where no other name is near.
    pub fn respelt(&self, attributes: &[String], paths: &[JsonPath]) -> Option<Self> {
        let printed: Vec<String> = paths.iter().map(ToString::to_string).collect();
        let attribute = |name: &str| {
            let known = attributes.iter().any(|known| known == name);
            if known { None } else { nearest(name, attributes.iter().map(String::as_str)).map(str::to_owned) }
        };
        let path = |path: &JsonPath| {
            let text = path.to_string();
            // A place that leads to others is there, too.
            let known = printed.iter().any(|known| {
                known.strip_prefix(&text).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            });
            if known { None } else { nearest(&text, printed.iter().map(String::as_str))?.parse().ok() }
        };
        let respelt = |term: &Term| {
            let test = match &term.test {
                Test::Attribute(name, wanted) => Test::Attribute(attribute(name)?, wanted.clone()),
                Test::Has(Part::Attribute(name)) => Test::Has(Part::Attribute(attribute(name)?)),
                Test::Path(place, wanted) => Test::Path(path(place)?, wanted.clone()),
                Test::Has(Part::Path(place)) => Test::Has(Part::Path(path(place)?)),
                _ => return None,
            };
            Some(Term { test, negated: term.negated })
        };
        let mut found = false;
        let clauses = self.clauses.iter().map(|clause| {
            let terms = clause.iter().map(|term| match respelt(term) {
                Some(term) => {
                    found = true;
                    term
                }
                None => term.clone(),
            });
            terms.collect()
        });
        let clauses = clauses.collect();
        found.then_some(Self { clauses })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_is_a_slip_of_the_finger() {
        let names = ["json", "xml", "binary", "returned"];
        let near = [
            ("jsn", "json"),
            ("JSON", "json"),
            ("binray", "binary"),
            ("retruned", "returned"),
            ("returnde", "returned"),
        ];
        for (typed, meant) in near {
            assert_eq!(nearest(typed, names), Some(meant), "{typed}");
        }
        for typed in ["", "js", "yaml", "held", &"x".repeat(10_000)] {
            assert_eq!(nearest(typed, names), None, "{typed}");
        }
    }

    #[test]
    fn names_that_no_message_has_are_respelt() {
        let attributes = ["type".to_owned(), "tenant id".to_owned()];
        let paths: Vec<JsonPath> = ["order.id", "order.lines[0].sku"].map(|path| path.parse().unwrap()).into();
        let respelt = |text: &str| {
            let filter: Filter = text.parse().unwrap();
            filter.respelt(&attributes, &paths).map(|filter| filter.to_string())
        };
        assert_eq!(respelt("attr.Type:x or -has:attr.tpye").as_deref(), Some("attr.type:x or -has:attr.type"));
        assert_eq!(respelt("body.Order.id:1 timeout").as_deref(), Some("body.order.id:1 timeout"));
        assert_eq!(respelt("has:body.order.line[0].sku").as_deref(), Some("has:body.order.lines[0].sku"));
        for fine in
            ["attr.type:x", "body.order.id:1", "has:body.order", "body.order.lines:x", "attr.colour:x", "timeout"]
        {
            assert_eq!(respelt(fine), None, "{fine}");
        }
    }
}
