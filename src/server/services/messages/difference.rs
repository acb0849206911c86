//! What differs between two messages: their texts line by line, and what is said of them name by name. Pure but for the
//! clock that ends it: bodies are hostile, and two of them can be chosen so that a comparison takes hours.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use similar::{ChangeTag, DiffOp, TextDiff};

use super::layers::Layers;
use crate::model::{AttributeValue, Message, binary};

/// The most bytes of each text that are compared.
pub const COMPARED: usize = 512 << 10;
/// How many lines are shown at most.
const LINES: usize = 4_000;
/// How many equal lines are shown around those that differ.
const AROUND: usize = 3;
/// Lines of a change beyond which it is not looked at letter by letter.
const REFINED: usize = 200;

/// A line of one of the texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: usize,
    /// Its pieces, in order; those that are `true` are what differs.
    pub pieces: Vec<(bool, String)>,
}

/// Lines that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// The same in both: each line with its numbers.
    Same(Vec<Line>, Vec<Line>),
    /// Different: the lines of the first, and those of the second in their place.
    Changed(Vec<Line>, Vec<Line>),
    /// So many equal lines are left out here.
    Skipped(usize),
}

/// How two texts differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// From the top; empty where the texts are equal.
    pub blocks: Vec<Block>,
    /// How many lines are in the first alone.
    pub gone: usize,
    /// How many lines are in the second alone.
    pub come: usize,
    /// Whether something was left out at the end: of the texts, or of what is shown.
    pub cut: bool,
}

impl Difference {
    /// Compares two texts for at most about twice `within`; afterwards it makes do with larger changes than there are.
    pub fn of(first: &str, second: &str, within: Duration) -> Self {
        let mut cut = first.len().max(second.len()) > COMPARED;
        let [first, second] = [first, second].map(|text| &text[..text.floor_char_boundary(COMPARED)]);
        let texts = TextDiff::configure().timeout(within).diff_lines(first, second);
        let deadline = Instant::now() + within;
        let mut out = Self::default();
        for op in texts.ops() {
            if let DiffOp::Insert { new_len, .. } | DiffOp::Replace { new_len, .. } = op {
                out.come += new_len;
            }
            if let DiffOp::Delete { old_len, .. } | DiffOp::Replace { old_len, .. } = op {
                out.gone += old_len;
            }
        }
        let (mut shown, mut at) = (0, 0);
        for op in texts.grouped_ops(AROUND).iter().flatten() {
            let range = op.old_range();
            if range.start > at {
                out.blocks.push(Block::Skipped(range.start - at));
            }
            at = range.end;
            if shown >= LINES {
                cut = true;
                break;
            }
            let (block, lines) = block(&texts, op, deadline, LINES - shown);
            cut |= lines < range.len().max(op.new_range().len());
            shown += lines;
            out.blocks.push(block);
        }
        let rest = texts.old_len().saturating_sub(at);
        if !cut && rest > 0 && !out.blocks.is_empty() {
            out.blocks.push(Block::Skipped(rest));
        }
        out.cut = cut;
        out
    }

    /// Whether nothing differs.
    pub fn is_none(&self) -> bool {
        self.gone == 0 && self.come == 0 && !self.cut
    }
}

/// One change with at most so many lines of each text, and how many those are.
fn block(texts: &TextDiff<'_, '_, str>, op: &DiffOp, deadline: Instant, most: usize) -> (Block, usize) {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    let mut put = |tag: ChangeTag, numbers: (Option<usize>, Option<usize>), pieces: Vec<(bool, String)>| {
        let line = |number: usize| Line { number: number + 1, pieces: pieces.clone() };
        if let Some(number) = numbers.0.filter(|_| tag != ChangeTag::Insert && old.len() < most) {
            old.push(line(number));
        }
        if let Some(number) = numbers.1.filter(|_| tag != ChangeTag::Delete && new.len() < most) {
            new.push(line(number));
        }
    };
    let refined = op.tag() == similar::DiffTag::Replace && op.old_range().len() + op.new_range().len() <= REFINED;
    if refined {
        for change in texts.iter_inline_changes_deadline(op, Some(deadline)) {
            let pieces = change.iter_strings_lossy().map(|(strong, text)| (strong, plain(&text)));
            put(change.tag(), (change.old_index(), change.new_index()), pieces.collect());
        }
    } else {
        for change in texts.iter_changes(op) {
            let pieces = vec![(false, plain(change.value()))];
            put(change.tag(), (change.old_index(), change.new_index()), pieces);
        }
    }
    let lines = old.len().max(new.len());
    (if op.tag() == similar::DiffTag::Equal { Block::Same(old, new) } else { Block::Changed(old, new) }, lines)
}

/// A line without its end.
fn plain(line: &str) -> String {
    line.trim_end_matches(['\n', '\r']).to_owned()
}

/// Which layers of two messages are compared: the best ones where both came out of the same envelopes, else the last
/// ones up to which their envelopes are the same.
pub fn comparable(first: &Layers, second: &Layers) -> usize {
    let both = first.0.iter().zip(&second.0);
    let same = both.take_while(|(a, b)| a.name == b.name).count().saturating_sub(1);
    same.min(first.best()).min(second.best())
}

/// What is said of two messages under one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The name of the attribute.
    pub name: String,
    /// Type and value in the first.
    pub first: Option<String>,
    /// Type and value in the second.
    pub second: Option<String>,
}

/// The message attributes of two messages, by name.
pub fn attributes(first: &Message, second: &Message) -> Vec<Said> {
    let said = |message: &Message| -> BTreeMap<String, String> {
        let one = message.attributes.iter().map(|(name, attribute)| {
            let value = match &attribute.value {
                AttributeValue::Text(text) => text.clone(),
                AttributeValue::Binary(bytes) => binary::base64(bytes),
            };
            (name.clone(), format!("{}: {value}", attribute.data_type))
        });
        one.collect()
    };
    beside(&said(first), &said(second))
}

/// The system attributes of two messages, by name.
pub fn system(first: &Message, second: &Message) -> Vec<Said> {
    beside(&first.system, &second.system)
}

fn beside(first: &BTreeMap<String, String>, second: &BTreeMap<String, String>) -> Vec<Said> {
    let names: BTreeSet<_> = first.keys().chain(second.keys()).collect();
    let said =
        |name: &String| Said { name: name.clone(), first: first.get(name).cloned(), second: second.get(name).cloned() };
    names.into_iter().map(said).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::layers::peel;
    use super::*;

    const SOON: Duration = Duration::from_millis(300);

    fn words(lines: &[Line]) -> Vec<String> {
        lines.iter().map(|line| line.pieces.iter().map(|piece| piece.1.as_str()).collect()).collect()
    }

    #[test]
    fn what_differs_is_marked_to_the_word_and_what_is_equal_is_left_out() {
        let first = (0..20).map(|n| format!("line {n}\n")).collect::<Vec<_>>().concat();
        let second = first.replace("line 10\n", "line ten\n").replace("line 12\n", "");
        let found = Difference::of(&first, &second, SOON);
        assert_eq!((found.gone, found.come, found.cut), (2, 1, false));
        assert!(matches!(found.blocks[0], Block::Skipped(7)) && matches!(found.blocks.last(), Some(Block::Skipped(4))));
        let Block::Changed(old, new) = &found.blocks[2] else { panic!("{:?}", found.blocks) };
        assert_eq!((words(old), words(new)), (vec!["line 10".to_owned()], vec!["line ten".to_owned()]));
        assert!(old[0].pieces.contains(&(true, "10".to_owned())), "{old:?}");
        assert_eq!((old[0].number, new[0].number), (11, 11));
        assert!(Difference::of(&first, &first, SOON).is_none());
    }

    #[test]
    fn it_ends_in_time_whatever_is_compared() {
        let text = |salt: usize| -> String {
            (0..90_000).map(|n| format!("{}\n", n * salt % 7_919)).collect::<Vec<_>>().concat()
        };
        let began = Instant::now();
        let found = Difference::of(&text(3), &text(7), SOON);
        assert!(found.gone > 0 && began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
        let shown: usize = found
            .blocks
            .iter()
            .map(|block| match block {
                Block::Same(a, b) | Block::Changed(a, b) => a.len().max(b.len()),
                Block::Skipped(_) => 0,
            })
            .sum();
        assert!(shown <= LINES && found.cut);
        let long = "x".repeat(COMPARED + 1);
        assert!(Difference::of(&long, &long, SOON).cut, "not compared to the end");
    }

    #[test]
    fn the_innermost_layers_with_the_same_envelopes_are_compared() {
        let peel = |body: &str| peel(body, &BTreeMap::new());
        let event = |detail: &str| format!(r#"{{"id":"1","detail-type":"a","source":"b","detail":{detail}}}"#);
        let (a, b) = (event(r#"{"x":1}"#), event(r#"{"x":2}"#));
        assert_eq!(comparable(&peel(&a), &peel(&b)), 2);
        assert_eq!(comparable(&peel(&a), &peel(r#"{"x":1}"#)), 0);
        assert_eq!(comparable(&peel("a"), &peel("b")), 0);
    }

    proptest! {
        /// Nothing is lost: from what is shown both texts can be put together again.
        #[test]
        fn both_texts_are_in_the_difference(first in "[ab\n]{0,30}", second in "[ab\n]{0,30}") {
            let found = Difference::of(&first, &second, SOON);
            let (mut old, mut new) = (first.lines().count(), second.lines().count());
            for block in &found.blocks {
                match block {
                    Block::Same(a, b) | Block::Changed(a, b) => (old, new) = (old - a.len(), new - b.len()),
                    Block::Skipped(lines) => (old, new) = (old - lines, new - lines),
                }
            }
            prop_assert!(found.blocks.is_empty() || (old, new) == (0, 0));
            prop_assert_eq!(found.is_none(), first == second);
        }
    }
}
