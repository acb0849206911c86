//! Where a message stands in the list from which it was opened, and the way to those before and after it.

use leptos::prelude::*;

use crate::model::filter::query::{Query, ROWS};
use crate::model::words;
use crate::ui::parts::LinkButton;

/// A message's place in a list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// “3 of 37 matching”.
    words: String,
    /// The one before it and the one after it, each as its place in the snapshot and the page of the list it is on.
    beside: [Option<(usize, usize)>; 2],
    /// The page of the list that it is on itself.
    pub page: usize,
}

impl Place {
    /// The place of the message `at` a place in the snapshot among the rows of a list.
    pub(super) fn of(rows: &[usize], at: usize, query: &Query) -> Self {
        let (filtered, total) = (!query.filter.is_empty(), words::count(rows.len() as u64));
        let Some(position) = rows.iter().position(|row| *row == at) else {
            return Self { words: format!("none of the {total} that match"), beside: [None, None], page: query.page };
        };
        let list = if filtered { "matching" } else { "in the snapshot" };
        let words = format!("{} of {total} {list}", words::count(position as u64 + 1));
        let page = |position: usize| position / ROWS + 1;
        let row = |position: Option<usize>| position.and_then(|at| Some((*rows.get(at)?, page(at))));
        Self { words, beside: [row(position.checked_sub(1)), row(position.checked_add(1))], page: page(position) }
    }

    /// The place in words, and links to the neighbours: `link` says where the one at a place, on a page, is opened.
    pub(super) fn steps(&self, link: impl Fn(usize, usize) -> String) -> AnyView {
        let words = self.words.clone();
        let [previous, next] = self.beside.map(|beside| beside.map(|(at, page)| link(at, page)));
        view! {
            <span class="section-note nowrap">{words}</span>
            {previous.map(|href| view! { <LinkButton href small=true>"Previous"</LinkButton> })}
            {next.map(|href| view! { <LinkButton href small=true>"Next"</LinkButton> })}
        }
        .into_any()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_those_of_the_list() {
        let (all, some) = (Query::default(), Query { filter: "a".parse().unwrap(), ..Query::default() });
        let place = Place::of(&[7, 3, 9], 3, &some);
        assert_eq!((place.words.as_str(), place.beside), ("2 of 3 matching", [Some((7, 1)), Some((9, 1))]));
        assert_eq!(Place::of(&[7], 7, &all).words, "1 of 1 in the snapshot");
        assert_eq!(Place::of(&[7, 9], 3, &some).beside, [None, None]);
        let rows: Vec<usize> = (0..=ROWS).collect();
        let last = Place::of(&rows, ROWS, &all);
        assert_eq!((last.page, last.beside), (2, [Some((ROWS - 1, 1)), None]), "the one before is on another page");
    }
}
