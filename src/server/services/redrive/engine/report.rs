//! What is said of a redrive: of each message, and in all.

use super::rows::Census;
use crate::model::MessageId;
use crate::model::form::redrive_wish::{LOST_ANSWER, SEND_AGAIN};
use crate::model::journal::{Closing, JournalRow, Obstacle, QueueNo, Stage};
use crate::model::words;

/// What became of a message, as a person needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It was sent, and the original deleted.
    Moved,
    /// It was sent, and the original stays on purpose.
    Kept,
    /// It was sent, and the original did not come by again to be deleted.
    Unseen,
    /// It was sent, and the original stays, for SQS refused to delete it.
    NotDeleted,
    /// It is still to be done.
    Open,
    /// It was not sent.
    NotSent,
    /// It was not sent, and did not come by again.
    Gone,
    /// Nobody knows whether it was sent: somebody must decide.
    Unknown,
}

impl Standing {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 8] =
        [Self::Moved, Self::Kept, Self::Unseen, Self::NotDeleted, Self::Open, Self::NotSent, Self::Gone, Self::Unknown];

    /// The word in an address and in a file: it never changes.
    pub fn key(self) -> &'static str {
        match self {
            Self::Moved => "moved",
            Self::Kept => "kept",
            Self::Unseen => "not-seen-again",
            Self::NotDeleted => "not-deleted",
            Self::Open => "open",
            Self::NotSent => "not-sent",
            Self::Gone => "gone",
            Self::Unknown => "unknown",
        }
    }

    /// The words for it on a page, after a number, too: `3 sent and kept`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Moved => "moved",
            Self::Kept => "sent and kept",
            Self::Unseen => "sent and not seen again",
            Self::NotDeleted => "sent and not deleted",
            Self::Open => "to do",
            Self::NotSent => "not sent",
            Self::Gone => "never sent and gone",
            Self::Unknown => "to be decided",
        }
    }
}

/// The line of a message in a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The message.
    pub id: &'a MessageId,
    /// Where to.
    pub to: Option<QueueNo>,
    /// The copy.
    pub copy: Option<&'a MessageId>,
    /// What became of it.
    pub standing: Standing,
    /// The same in a sentence.
    pub sentence: String,
    /// How many copies there may be beside the one that is wanted.
    pub possible_duplicates: u32,
    /// Whether the copy failed again.
    pub came_back: bool,
}

/// How many messages came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Sent, and the original deleted.
    pub moved: usize,
    /// Sent, and the original kept on purpose.
    pub kept: usize,
    /// Sent, and the original not seen again.
    pub unseen: usize,
    /// Sent, and the original there, for SQS refused to delete it.
    pub not_deleted: usize,
    /// Still to be done.
    pub open: usize,
    /// Not sent.
    pub not_sent: usize,
    /// Not sent, and not seen again.
    pub gone: usize,
    /// To be decided by somebody.
    pub unknown: usize,
    /// There may be more than one copy of these.
    pub possible_duplicates: usize,
    /// The copies of these came back.
    pub came_back: usize,
}

impl Counts {
    /// How many messages came to this.
    pub fn of(&self, standing: Standing) -> usize {
        match standing {
            Standing::Moved => self.moved,
            Standing::Kept => self.kept,
            Standing::Unseen => self.unseen,
            Standing::NotDeleted => self.not_deleted,
            Standing::Open => self.open,
            Standing::NotSent => self.not_sent,
            Standing::Gone => self.gone,
            Standing::Unknown => self.unknown,
        }
    }

    /// So many more came to this.
    pub fn add(&mut self, standing: Standing, messages: usize) {
        *match standing {
            Standing::Moved => &mut self.moved,
            Standing::Kept => &mut self.kept,
            Standing::Unseen => &mut self.unseen,
            Standing::NotDeleted => &mut self.not_deleted,
            Standing::Open => &mut self.open,
            Standing::NotSent => &mut self.not_sent,
            Standing::Gone => &mut self.gone,
            Standing::Unknown => &mut self.unknown,
        } += messages;
    }

    /// All that were met, or were meant and did not come by.
    pub fn all(&self) -> usize {
        Standing::ALL.iter().map(|standing| self.of(*standing)).sum()
    }

    /// All that were certainly sent, whatever became of the original.
    pub fn sent(&self) -> usize {
        self.moved + self.kept + self.unseen + self.not_deleted
    }
}

/// The line of a message.
pub fn line(row: &JournalRow) -> Line<'_> {
    Line {
        id: &row.id,
        to: row.to,
        copy: row.copy_made(),
        standing: standing(row),
        sentence: sentence(row),
        possible_duplicates: row.possible_duplicates(),
        came_back: row.came_back,
    }
}

/// How many messages came to what.
pub fn counts<'a>(rows: impl IntoIterator<Item = &'a JournalRow>) -> Counts {
    let mut counts = Counts::default();
    for row in rows {
        counts.add(standing(row), 1);
        counts.possible_duplicates += usize::from(row.may_be_duplicated());
        counts.came_back += usize::from(row.came_back);
    }
    counts
}

/// How a running redrive is doing: `412 sent, 400 of them deleted, 3 left where they are`.
pub fn headline(census: &Census) -> String {
    let count = |n: usize| words::count(n as u64);
    let mut text = format!("{} sent", count(census.sent));
    if census.done > 0 || census.kept == 0 {
        text = format!("{text}, {} of them deleted", count(census.done));
    }
    for (number, what) in [
        (census.kept, "of them still here"),
        (census.closed, "left where they are"),
        (census.came_back, "came back"),
        (census.possible_duplicates, "possibly there twice"),
    ] {
        if number > 0 {
            text = format!("{text}, {} {what}", count(number));
        }
    }
    text
}

fn standing(row: &JournalRow) -> Standing {
    match &row.stage {
        Stage::Intended | Stage::Sent => Standing::Open,
        Stage::Done => Standing::Moved,
        Stage::Closed(closing) => match closing {
            Closing::SentBefore => Standing::Moved,
            Closing::Kept => Standing::Kept,
            Closing::NotSeenAgain => Standing::Unseen,
            Closing::NotDeleted => Standing::NotDeleted,
            Closing::SentEarlier { .. } => Standing::Unknown,
            Closing::Undecided | Closing::GoneUndecided | Closing::Damaged { .. } | Closing::Swallowed { .. } => {
                Standing::Unknown
            }
            // One refused attempt says nothing about an earlier one whose answer was lost.
            _ if row.open_attempts() > 0 => Standing::Unknown,
            Closing::Gone => Standing::Gone,
            _ => Standing::NotSent,
        },
    }
}

fn sentence(row: &JournalRow) -> String {
    let mut text = match &row.stage {
        Stage::Intended if row.open_attempts() == 0 => "Waiting to be sent again.".into(),
        Stage::Intended => "It may have been sent; that is being found out.".into(),
        Stage::Sent => "Sent; the original is still to be deleted.".into(),
        Stage::Done => "Moved.".into(),
        Stage::Closed(closing) => closed(closing),
    };
    if row.extra > 0 {
        let copies = words::plural(u64::from(row.extra), "more copy", "more copies");
        text = format!("{text} There may be {copies}: an answer was lost, and it was sent again.");
    }
    if row.came_back {
        text.push_str(" The copy failed again and came back.");
    }
    text
}

fn closed(closing: &Closing) -> String {
    match closing {
        Closing::Obstacle(obstacle) => format!("Not sent: {}", why(*obstacle)),
        Closing::Refused(code) => format!("Not sent: SQS refused it ({code})."),
        Closing::Blocked { by } => {
            format!("Not sent: it stands behind {by} in its group, which was not sent. The order was kept.")
        }
        Closing::Undecided => format!(
            "It may have been sent: the answer was lost. It was left in the queue, since sending it again could make a \
             second copy. Look for it at the destination. If it is there, delete it here. If not, redrive it with \
             “{SEND_AGAIN}” chosen under “{LOST_ANSWER}”."
        ),
        Closing::Damaged { copy } => {
            format!(
                "SQS's checksum of the copy {copy} differs. The original was kept; look at the copy before deleting either."
            )
        }
        Closing::Swallowed { copy } => {
            format!("SQS took it for a duplicate of {copy} and did not deliver it. The original was kept.")
        }
        Closing::Kept => "Sent; the original was kept, as asked.".into(),
        Closing::NotDeleted => {
            "Sent; SQS refused to delete the original, which is still here. Delete it once the copy has arrived; a later redrive leaves it.".into()
        }
        Closing::NotSeenAgain => {
            "Sent; the original was not seen again: it was deleted and the answer lost, it expired, or a consumer has it.".into()
        }
        Closing::Gone => "Never sent, and gone: it expired, or another consumer took it.".into(),
        Closing::GoneUndecided => {
            "It may have been sent, and the original is gone: look for it at the destination.".into()
        }
        Closing::NotFound => {
            "Not sent: it did not come by. It was deleted, expired, or is held by another consumer.".into()
        }
        Closing::Cancelled => "Not sent: the redrive was cancelled before.".into(),
        Closing::NotReached => {
            "Not sent: so many others stand in the queue that it was not met. It stays where it is.".into()
        }
        Closing::SentEarlier { copy } => {
            format!(
                "Not sent again: an earlier redrive had sent it as {copy}, and had not come to delete it here. Delete it if that copy arrived; to send it once more, copy it or edit it."
            )
        }
        Closing::SentBefore => {
            "An earlier redrive had sent it; SQS showed it once more, and it was deleted again.".into()
        }
    }
}

/// Why a message cannot be sent, to end a sentence.
pub fn why(obstacle: Obstacle) -> String {
    match obstacle {
        Obstacle::NoSource => "it does not say which queue it failed in; choose a destination.".into(),
        Obstacle::UnknownSource => "the queue it failed in is not a destination of this redrive.".into(),
        Obstacle::SameQueue => "it is in that queue already.".into(),
        Obstacle::NoGroup => "a FIFO queue takes no message without a group; give it one under “Edit & resend”.".into(),
        Obstacle::GroupShape => "its group id is not one that SQS takes.".into(),
        Obstacle::Empty => "SQS takes no empty message.".into(),
        Obstacle::Characters => "it has a character that SQS does not take.".into(),
        Obstacle::TooManyAttributes => "it has more than ten attributes.".into(),
        Obstacle::TooLarge { size, most } => {
            let (size, most) = (words::bytes(size as u64), words::bytes(most as u64));
            format!("it has {size}, and the destination takes {most}.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Code;
    use crate::model::journal::{Change, Intent};

    fn row(id: &str, changes: Vec<Change>) -> JournalRow {
        let mut row = JournalRow::new(MessageId::new(id));
        for change in changes {
            row.apply(change);
        }
        row
    }

    fn intend(attempt: u32, extra: u32) -> Change {
        Change::Intend(Intent { to: QueueNo(1), attempt, extra, first_ms: 0, group: None, sequence: None })
    }

    fn sent(copy: &str) -> Change {
        Change::Sent { copy: MessageId::new(copy), at_ms: 1 }
    }

    #[test]
    fn what_may_be_there_twice_is_said() {
        let row = row("a", vec![intend(1, 0), intend(2, 1), sent("c"), Change::Done]);
        let line = line(&row);
        assert_eq!((line.standing, line.possible_duplicates), (Standing::Moved, 1));
        assert_eq!(
            line.sentence.replace('\u{A0}', " "),
            "Moved. There may be 1 more copy: an answer was lost, and it was sent again."
        );
    }

    #[test]
    fn a_refusal_after_a_lost_answer_leaves_it_unknown() {
        let refused = |refused| Change::Refused { code: Code::new("X"), refused, extra: 0 };
        let closed = |closing| Change::Closed(closing);
        let never = row("a", vec![intend(1, 0), refused(1), closed(Closing::Refused(Code::new("X")))]);
        let perhaps = row("b", vec![intend(1, 0), intend(2, 1), refused(1), closed(Closing::Refused(Code::new("X")))]);
        let gone = row("c", vec![closed(Closing::Gone)]);
        let counts = counts([&never, &perhaps, &gone]);
        assert_eq!(counts, Counts { not_sent: 1, gone: 1, unknown: 1, ..Counts::default() });
        assert_eq!((counts.all(), counts.sent()), (3, 0));
    }

    #[test]
    fn kept_on_purpose_and_not_seen_again_are_told_apart() {
        let sent = |closing| row("a", vec![intend(1, 0), sent("c"), Change::Closed(closing)]);
        let all = [Closing::Kept, Closing::NotSeenAgain, Closing::NotDeleted, Closing::SentBefore].map(sent);
        let standings = [Standing::Kept, Standing::Unseen, Standing::NotDeleted, Standing::Moved];
        assert_eq!(all.each_ref().map(standing), standings);
        let one = Counts { moved: 1, kept: 1, unseen: 1, not_deleted: 1, possible_duplicates: 1, ..Counts::default() };
        assert_eq!((counts(&all), one.sent()), (one, 4), "what was not deleted is there twice");
        let keys = Standing::ALL.map(Standing::key);
        let words = Standing::ALL.map(Standing::words);
        let differ = |texts: [&str; 8]| texts.iter().collect::<std::collections::BTreeSet<_>>().len() == texts.len();
        assert!(differ(keys) && differ(words));
    }

    #[test]
    fn what_is_to_be_decided_names_the_choice_that_sends_it_again() {
        let row = row("a", vec![intend(1, 0), Change::Closed(Closing::Undecided)]);
        let sentence = line(&row).sentence;
        assert!(
            sentence.ends_with("redrive it with “Send it again” chosen under “When the answer to a send is lost”."),
            "{sentence}"
        );
    }

    #[test]
    fn a_damaged_copy_is_named_and_counts_as_one_too_many() {
        let damaged = Closing::Damaged { copy: MessageId::new("odd") };
        let row = row("a", vec![intend(1, 0), Change::Closed(damaged)]);
        let line = line(&row);
        assert_eq!((line.standing, line.possible_duplicates), (Standing::Unknown, 1));
        assert_eq!(line.copy, Some(&MessageId::new("odd")));
        assert_eq!(counts([&row]).possible_duplicates, 1);
    }
}
