//! The order of a FIFO queue. A group is delivered strictly in order: a message waits while an earlier one of its group
//! is hidden. Groups take turns in the order in which their first messages became receivable: by arriving, or by coming
//! back after a receive.
//!
//! Developer guide, "FIFO queue delivery logic"; the turns are as recorded from SQS.

use std::collections::{BTreeMap, HashMap};

use super::shelf::Key;

/// All groups of a queue that have messages.
#[derive(Debug, Default)]
pub struct Groups {
    by_name: HashMap<String, Group>,
    ready: BTreeMap<u64, String>,
    turns: u64,
}

#[derive(Debug, Default)]
struct Group {
    /// Every message of the group that is not deleted.
    members: BTreeMap<Key, Member>,
    /// Its place in the row, while its first message is visible: that message's turn.
    turn: Option<u64>,
}

/// A message of a group.
#[derive(Clone, Copy, Debug)]
struct Member {
    /// Whether it can be received as far as it alone is concerned.
    visible: bool,
    /// The turn it gives its group when it is the first.
    turn: u64,
    /// Whether it was visible before, so that it gets a new turn when it comes back.
    seen: bool,
}

impl Groups {
    /// Adds a message to the end of its group, not yet visible.
    pub fn add(&mut self, group: &str, key: Key) {
        let turn = self.next_turn();
        self.change(group, |members| {
            members.insert(key, Member { visible: false, turn, seen: false });
        });
    }

    /// Shows or hides a message.
    pub fn show(&mut self, group: &str, key: Key, visible: bool) {
        let turn = self.next_turn();
        self.change(group, |members| {
            if let Some(member) = members.get_mut(&key) {
                if visible && member.seen {
                    member.turn = turn;
                }
                member.visible = visible;
                member.seen |= visible;
            }
        });
    }

    /// Takes a message out of its group.
    pub fn remove(&mut self, group: &str, key: Key) {
        self.change(group, |members| {
            members.remove(&key);
        });
    }

    /// The next messages to deliver, at most `most`: as many as possible of the first group, then of the next.
    pub fn next(&self, most: usize) -> Vec<Key> {
        self.ready
            .values()
            .filter_map(|name| self.by_name.get(name))
            .flat_map(|group| group.members.iter().take_while(|(_, member)| member.visible))
            .map(|(&key, _)| key)
            .take(most)
            .collect()
    }

    fn next_turn(&mut self) -> u64 {
        self.turns += 1;
        self.turns
    }

    fn change(&mut self, name: &str, change: impl FnOnce(&mut BTreeMap<Key, Member>)) {
        if !self.by_name.contains_key(name) {
            self.by_name.insert(name.to_owned(), Group::default());
        }
        let Some(group) = self.by_name.get_mut(name) else {
            return;
        };
        change(&mut group.members);
        let turn = group.members.first_key_value().filter(|(_, first)| first.visible).map(|(_, first)| first.turn);
        if turn != group.turn {
            if let Some(former) = std::mem::replace(&mut group.turn, turn) {
                self.ready.remove(&former);
            }
            if let Some(turn) = turn {
                self.ready.insert(turn, name.to_owned());
            }
        }
        if group.members.is_empty() {
            self.by_name.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(members: &[(&str, Key)]) -> Groups {
        let mut groups = Groups::default();
        for &(group, key) in members {
            groups.add(group, key);
            groups.show(group, key, true);
        }
        groups
    }

    #[test]
    fn a_group_is_taken_whole_before_the_next() {
        let groups = groups(&[("a", 1), ("b", 2), ("a", 3)]);
        assert_eq!(groups.next(10), [1, 3, 2]);
        assert_eq!(groups.next(1), [1]);
    }

    #[test]
    fn a_hidden_message_holds_back_the_later_ones() {
        let mut groups = groups(&[("a", 1), ("a", 2), ("a", 3), ("b", 4)]);
        groups.show("a", 1, false);
        groups.show("a", 2, false);
        assert_eq!(groups.next(10), [4]);
        groups.show("a", 1, true);
        assert_eq!(groups.next(10), [4, 1], "behind the group that waited, and no further than the gap");
        groups.remove("a", 1);
        assert_eq!(groups.next(10), [4]);
        groups.remove("a", 2);
        assert_eq!(groups.next(10), [3, 4], "it has been receivable for longer, as recorded from SQS");
    }

    #[test]
    fn a_group_whose_first_message_goes_takes_the_turn_of_the_next() {
        let mut groups = groups(&[("a", 1), ("b", 2), ("a", 3), ("c", 4)]);
        groups.show("a", 1, false);
        groups.remove("a", 1);
        assert_eq!(groups.next(10), [2, 3, 4]);
        groups.show("b", 2, false);
        groups.show("b", 2, true);
        assert_eq!(groups.next(10), [3, 4, 2]);
    }
}
