//! Mutations of the corpus, always the same ones: cheap enough for every `make test`, and a find can be played again.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Protocol, play};

/// Whole inputs: every operation in both protocols, and what once went wrong.
const CORPUS: [&[u8]; 9] = [
    include_bytes!("corpus/send.txt"),
    include_bytes!("corpus/send_query.txt"),
    include_bytes!("corpus/receive.txt"),
    include_bytes!("corpus/receive_query.txt"),
    include_bytes!("corpus/batches.txt"),
    include_bytes!("corpus/batches_query.txt"),
    include_bytes!("corpus/queues.txt"),
    include_bytes!("corpus/queues_query.txt"),
    include_bytes!("corpus/moves.txt"),
];
/// Words that mean something, one a line in quotes: libFuzzer reads the same file.
const WORDS: &str = include_str!("words.dict");
/// How many mutations are played.
const ROUNDS: u64 = 6000;

/// A generator of numbers (splitmix64): the same for the same seed, everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % below.max(1) as u64).unwrap()
    }

    fn place(&mut self, bytes: &[u8]) -> std::ops::Range<usize> {
        let start = self.roll(bytes.len() + 1);
        start..(start + self.roll(24)).min(bytes.len())
    }
}

/// Changes an input in one to six places.
fn mutate(input: &mut Vec<u8>, words: &[&str], dice: &mut Dice) {
    for _ in 0..=dice.roll(6) {
        let place = dice.place(input);
        match dice.roll(8) {
            0 => drop(input.splice(place, [])),
            1 => {
                if let Some(byte) = input.get_mut(place.start) {
                    *byte ^= 1 << dice.roll(8);
                }
            }
            2 => drop(input.splice(place.start..place.start, [u8::try_from(dice.roll(256)).unwrap()])),
            3 => {
                let piece = input[place].repeat(1 + dice.roll(12));
                let at = dice.roll(input.len() + 1);
                drop(input.splice(at..at, piece));
            }
            4 => {
                let other = CORPUS[dice.roll(CORPUS.len())];
                let taken = dice.roll(other.len())..other.len();
                drop(input.splice(place, other[taken].iter().take(120).copied()));
            }
            // A word in place of another: what keeps a request whole.
            5 | 6 => {
                let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"$_".contains(byte);
                let begin = input[..place.start].iter().rposition(|byte| !is_of_word(byte)).map_or(0, |at| at + 1);
                let length = input[begin..].iter().take_while(|byte| is_of_word(byte)).count();
                drop(input.splice(begin..begin + length, words[dice.roll(words.len())].bytes()));
            }
            _ => drop(input.splice(place.start..place.start, words[dice.roll(words.len())].bytes())),
        }
    }
}

/// Plays an input, and shows it if something did not hold.
fn survives(input: &[u8], what: &str) -> Vec<(Protocol, String)> {
    let played = catch_unwind(AssertUnwindSafe(|| play(input)));
    played.unwrap_or_else(|_| panic!("{what}: b\"{}\"", input.escape_ascii()))
}

#[test]
fn the_corpus_does_every_operation_in_both_protocols() {
    let done = CORPUS.iter().enumerate().flat_map(|(n, input)| survives(input, &format!("corpus {n}")));
    let done: BTreeSet<String> = done.map(|(protocol, operation)| format!("{operation} {protocol:?}")).collect();
    assert_eq!(done.len(), 2 * 23, "{done:#?}");
}

#[test]
fn mutations_of_the_corpus_hold() {
    let words: Vec<&str> = WORDS.lines().filter_map(|line| line.strip_prefix('"')?.strip_suffix('"')).collect();
    for round in 0..ROUNDS {
        let mut dice = Dice(round);
        let mut input = CORPUS[dice.roll(CORPUS.len())].to_vec();
        mutate(&mut input, &words, &mut dice);
        survives(&input, &format!("round {round}"));
    }
}
