//! All messages that a redrive knows, found by their id, and how many of them are how far.

use std::collections::BTreeMap;
use std::ops::{AddAssign, Index, SubAssign};

use super::row::{Row, State};
use crate::model::MessageId;
use crate::model::journal::Closing;

/// A message of a redrive, counted from 0 in the order in which they became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowNo(pub(super) u32);

/// How many messages are how far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Census {
    /// Came by, whether or not they were chosen.
    pub seen: usize,
    /// To be sent, or being sent or deleted, and held (or a call is under way).
    pub in_hand: usize,
    /// Not finished, and not held: they must come by again.
    pub lapsed: usize,
    /// Those of them that were sent and must only be deleted.
    pub lapsed_sent: usize,
    /// Held although there is nothing to do with them.
    pub aside: usize,
    /// With an intent that waits for its send. One that is not held does not count: it may wait for long, and must not
    /// keep others from being begun with.
    pub intended: usize,
    /// With a call or a commit under way.
    pub busy: usize,
    /// Sent, and that is on the disk.
    pub sent: usize,
    /// Deleted after having been sent.
    pub done: usize,
    /// Sent, and the original stays.
    pub kept: usize,
    /// Left where they are, whatever the reason.
    pub closed: usize,
    /// Not ours: not chosen, or copies that came back.
    pub others: usize,
    /// There may be more than one copy of these.
    pub possible_duplicates: usize,
    /// Their copies came back.
    pub came_back: usize,
}

impl Census {
    fn of(row: &Row) -> Self {
        let is = usize::from;
        let held = row.hold.is_some();
        let finished = row.is_finished();
        let lapsed = !finished && !held && !row.is_busy();
        let ours = !row.earlier;
        let kept = matches!(row.state(), State::Closed(Closing::Kept | Closing::NotDeleted));
        let damaged = matches!(row.state(), State::Closed(Closing::Damaged { .. }));
        Self {
            seen: 1,
            in_hand: is(!finished && !lapsed),
            lapsed: is(lapsed),
            lapsed_sent: is(lapsed && matches!(row.state(), State::Sent(_))),
            aside: is(finished && held),
            intended: is(row.is_intended() && !lapsed),
            busy: is(row.is_busy()),
            sent: is(ours && (row.copy().is_some() || kept)),
            done: is(ours && matches!(row.state(), State::Done(_))),
            kept: is(kept),
            closed: is(matches!(row.state(), State::Closed(_)) && !kept),
            others: is(matches!(row.state(), State::Aside)),
            possible_duplicates: is(row.tally.extra() > 0 || damaged),
            came_back: is(row.came_back),
        }
    }

    fn each(&mut self, other: &Self, with: impl Fn(&mut usize, usize)) {
        with(&mut self.seen, other.seen);
        with(&mut self.in_hand, other.in_hand);
        with(&mut self.lapsed, other.lapsed);
        with(&mut self.lapsed_sent, other.lapsed_sent);
        with(&mut self.aside, other.aside);
        with(&mut self.intended, other.intended);
        with(&mut self.busy, other.busy);
        with(&mut self.sent, other.sent);
        with(&mut self.done, other.done);
        with(&mut self.kept, other.kept);
        with(&mut self.closed, other.closed);
        with(&mut self.others, other.others);
        with(&mut self.possible_duplicates, other.possible_duplicates);
        with(&mut self.came_back, other.came_back);
    }
}

impl AddAssign for Census {
    fn add_assign(&mut self, other: Self) {
        self.each(&other, |a, b| *a += b);
    }
}

impl SubAssign for Census {
    fn sub_assign(&mut self, other: Self) {
        self.each(&other, |a, b| *a -= b);
    }
}

/// All messages of a redrive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Rows {
    list: Vec<Row>,
    by_id: BTreeMap<MessageId, RowNo>,
    /// By the id of their copy.
    by_copy: BTreeMap<MessageId, RowNo>,
    census: Census,
}

impl Rows {
    /// The row of a message.
    pub fn find(&self, id: &MessageId) -> Option<RowNo> {
        self.by_id.get(id).copied()
    }

    /// The row whose copy has this id.
    pub fn find_copy(&self, id: &MessageId) -> Option<RowNo> {
        self.by_copy.get(id).copied()
    }

    /// Remembers a copy.
    pub fn remember_copy(&mut self, copy: MessageId, no: RowNo) {
        self.by_copy.insert(copy, no);
    }

    /// Adds a message that is not known yet.
    pub fn add(&mut self, row: Row) -> RowNo {
        let no = RowNo(u32::try_from(self.list.len()).expect("a queue's 120 000 messages in flight are fewer"));
        self.census += Census::of(&row);
        self.by_id.insert(row.id.clone(), no);
        self.list.push(row);
        no
    }

    /// The only way to change one, so that the census is right.
    pub fn change<T>(&mut self, no: RowNo, change: impl FnOnce(&mut Row) -> T) -> T {
        let row = &mut self.list[no.0 as usize];
        self.census -= Census::of(row);
        let answer = change(row);
        self.census += Census::of(row);
        answer
    }

    /// How many are how far.
    pub fn census(&self) -> &Census {
        &self.census
    }

    /// All of them, by number. Proportional to their number: for the end of a redrive, not for its course.
    pub fn numbers(&self) -> impl Iterator<Item = RowNo> + use<> {
        (0..u32::try_from(self.list.len()).unwrap_or(u32::MAX)).map(RowNo)
    }
}

impl Index<RowNo> for Rows {
    type Output = Row;

    fn index(&self, no: RowNo) -> &Row {
        &self.list[no.0 as usize]
    }
}
