//! What becomes of the messages of a redrive that was cancelled and cannot go on to its end, for a queue of it is gone: none
//! stays open for ever.

use crate::model::journal::{Change, Closing, JournalRow, Record, Stage};

/// The last records of messages that something was still to be done with; `gone`: the queue that they were in.
pub(super) fn last_records(rows: &[JournalRow], keeps_originals: bool, gone: bool) -> Vec<Record> {
    let closing = |row: &JournalRow| match row.stage {
        Stage::Sent if keeps_originals => Closing::Kept,
        Stage::Sent if gone => Closing::NotSeenAgain,
        Stage::Sent => Closing::NotDeleted,
        _ if row.open_attempts() == 0 => Closing::Cancelled,
        _ if gone => Closing::GoneUndecided,
        _ => Closing::Undecided,
    };
    let open = rows.iter().filter(|row| row.is_open());
    open.map(|row| Record { id: row.id.clone(), change: Change::Closed(closing(row)) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MessageId;

    fn row(stage: Stage, attempts: u32, refused: u32) -> JournalRow {
        JournalRow { attempts, refused, stage, ..JournalRow::new(MessageId::new("m")) }
    }

    fn closed(row: &JournalRow, keeps_originals: bool, gone: bool) -> Option<Change> {
        last_records(std::slice::from_ref(row), keeps_originals, gone).pop().map(|record| record.change)
    }

    #[test]
    fn each_message_is_closed_as_far_as_it_had_come() {
        let sent = row(Stage::Sent, 1, 0);
        assert_eq!(closed(&sent, true, false), Some(Change::Closed(Closing::Kept)));
        assert_eq!(closed(&sent, false, false), Some(Change::Closed(Closing::NotDeleted)));
        assert_eq!(closed(&sent, false, true), Some(Change::Closed(Closing::NotSeenAgain)));
        let perhaps = row(Stage::Intended, 2, 1);
        assert_eq!(closed(&perhaps, false, false), Some(Change::Closed(Closing::Undecided)));
        assert_eq!(closed(&perhaps, false, true), Some(Change::Closed(Closing::GoneUndecided)));
        assert_eq!(closed(&row(Stage::Intended, 1, 1), false, true), Some(Change::Closed(Closing::Cancelled)));
        assert_eq!(closed(&row(Stage::Done, 1, 0), false, true), None, "it has its end");
    }
}
