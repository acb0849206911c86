//! Message groups that keep their order: one unfinished send each, first come first.
//!
//! The first of a group that is not finished is its head, and only the head may be sent. The next becomes head when the
//! acknowledgement of the one before is on the disk: so a crash can leave only one message of a group in doubt, and no
//! later one is at the destination before it (SQS Developer Guide, "FIFO queue delivery logic").

use std::collections::{BTreeMap, BTreeSet};

use super::rows::RowNo;

/// A group of a redrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct GroupNo(pub u32);

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Group {
    /// Its messages that are not finished, in order.
    members: BTreeSet<(u128, RowNo)>,
    /// The first message that was not sent, with its place: nothing behind it is.
    blocked_by: Option<(u128, RowNo)>,
}

/// All groups that messages have named so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Groups {
    numbers: BTreeMap<String, GroupNo>,
    list: Vec<Group>,
}

impl Groups {
    /// The group of that id.
    pub fn number(&mut self, id: &str) -> GroupNo {
        if let Some(no) = self.numbers.get(id) {
            return *no;
        }
        let no = GroupNo(u32::try_from(self.list.len()).expect("there are no more groups than rows"));
        self.numbers.insert(id.to_owned(), no);
        self.list.push(Group::default());
        no
    }

    /// A message joins its group.
    pub fn join(&mut self, group: GroupNo, rank: u128, no: RowNo) {
        self.list[group.0 as usize].members.insert((rank, no));
    }

    /// Whether it is this message's turn.
    pub fn is_head(&self, group: GroupNo, no: RowNo) -> bool {
        self.list[group.0 as usize].head().is_some_and(|(_, head)| head == no)
    }

    /// Whose turn it is, and its place.
    pub fn head(&self, group: GroupNo) -> Option<(u128, RowNo)> {
        self.list[group.0 as usize].head()
    }

    /// Whether there are groups whose order is kept.
    pub fn are_any(&self) -> bool {
        !self.list.is_empty()
    }

    /// A message is finished. Answers whose turn it is now.
    pub fn leave(&mut self, group: GroupNo, rank: u128, no: RowNo) -> Option<RowNo> {
        let group = &mut self.list[group.0 as usize];
        group.members.remove(&(rank, no));
        group.head().map(|(_, next)| next)
    }

    /// A message was not sent, and those behind it shall stay. Answers them; those before it go on.
    pub fn block(&mut self, group: GroupNo, rank: u128, by: RowNo) -> Vec<RowNo> {
        let group = &mut self.list[group.0 as usize];
        let at = (rank, by);
        group.blocked_by = Some(group.blocked_by.map_or(at, |before| before.min(at)));
        let behind = group.members.split_off(&at);
        behind.into_iter().map(|(_, no)| no).filter(|no| *no != by).collect()
    }

    /// Behind which message one at this place of the group stays.
    pub fn blocked_by(&self, group: GroupNo, rank: u128) -> Option<RowNo> {
        self.list[group.0 as usize].blocked_by.filter(|(at, _)| *at <= rank).map(|(_, by)| by)
    }
}

impl Group {
    /// The first that is not finished, unless it stands behind one that was not sent.
    fn head(&self) -> Option<(u128, RowNo)> {
        self.members.first().copied().filter(|first| self.blocked_by.is_none_or(|by| *first < by))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_heads_turn_until_it_is_finished() {
        let mut groups = Groups::default();
        let group = groups.number("g");
        assert_eq!(groups.number("g"), group);
        for (rank, no) in [(20, 0), (3, 1), (30, 2)] {
            groups.join(group, rank, RowNo(no));
        }
        assert!(groups.is_head(group, RowNo(1)) && !groups.is_head(group, RowNo(0)));
        assert_eq!(groups.leave(group, 3, RowNo(1)), Some(RowNo(0)));
        assert_eq!(groups.block(group, 20, RowNo(0)), [RowNo(2)]);
        assert!(!groups.is_head(group, RowNo(2)));
        assert_eq!((groups.blocked_by(group, 21), groups.blocked_by(group, 19)), (Some(RowNo(0)), None));
    }

    #[test]
    fn what_stands_before_the_one_that_was_not_sent_goes_on() {
        let mut groups = Groups::default();
        let group = groups.number("g");
        for (rank, no) in [(1, 0), (2, 1), (3, 2)] {
            groups.join(group, rank, RowNo(no));
        }
        assert_eq!(groups.block(group, 2, RowNo(1)), [RowNo(2)]);
        assert!(groups.is_head(group, RowNo(0)));
        assert_eq!(groups.leave(group, 1, RowNo(0)), None);
    }
}
