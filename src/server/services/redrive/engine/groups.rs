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
    /// The message that was not sent, and behind which nothing is.
    blocked_by: Option<RowNo>,
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
        let group = &self.list[group.0 as usize];
        group.blocked_by.is_none() && group.members.first().is_some_and(|(_, first)| *first == no)
    }

    /// A message is finished. Answers whose turn it is now.
    pub fn leave(&mut self, group: GroupNo, rank: u128, no: RowNo) -> Option<RowNo> {
        let group = &mut self.list[group.0 as usize];
        group.members.remove(&(rank, no));
        group.members.first().map(|(_, next)| *next).filter(|_| group.blocked_by.is_none())
    }

    /// A message was not sent, and those behind it shall stay. Answers them.
    pub fn block(&mut self, group: GroupNo, by: RowNo) -> Vec<RowNo> {
        let group = &mut self.list[group.0 as usize];
        group.blocked_by.get_or_insert(by);
        std::mem::take(&mut group.members).into_iter().map(|(_, no)| no).filter(|no| *no != by).collect()
    }

    /// Behind which message those of this group stay.
    pub fn blocked_by(&self, group: GroupNo) -> Option<RowNo> {
        self.list[group.0 as usize].blocked_by
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
        assert_eq!(groups.block(group, RowNo(0)), [RowNo(2)]);
        assert!(!groups.is_head(group, RowNo(2)));
        assert_eq!(groups.blocked_by(group), Some(RowNo(0)));
    }
}
