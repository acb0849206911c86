//! What a commit of records does to the rows: the same as [`JournalRow::apply`](crate::model::journal::JournalRow::apply),
//! in SQL, and tested against it.

use rusqlite::{Connection, Statement, params};

use super::{Token, kept};
use crate::model::journal::{Change, Closing, Intent, Record, RedriveId};
use crate::server::store::StoreError;

/// The stages of a row, as they are stored.
pub(super) const INTENDED: i64 = 0;
pub(super) const SENT: i64 = 1;
pub(super) const DONE: i64 = 2;
pub(super) const CLOSED: i64 = 3;

const INTEND: &str = "
    INSERT INTO redrive_row (redrive, id, destination, grouped, sequence, attempts, extra, first_ms, stage)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)
    ON CONFLICT (redrive, id) DO UPDATE SET destination = excluded.destination, grouped = excluded.grouped,
        sequence = excluded.sequence, attempts = excluded.attempts, extra = excluded.extra,
        first_ms = excluded.first_ms, stage = 0, kind = NULL, closing = NULL";
const REFUSED: &str = "UPDATE redrive_row SET refused = ?3, extra = ?4 WHERE redrive = ?1 AND id = ?2";
const ACKNOWLEDGED: &str = "
    UPDATE redrive_row SET stage = 1, copy = ?3, sent_ms = ?4, kind = NULL, closing = NULL WHERE redrive = ?1 AND id = ?2";
const DELETED: &str = "UPDATE redrive_row SET stage = 2, kind = NULL, closing = NULL WHERE redrive = ?1 AND id = ?2";
const FORGET_EDIT: &str = "UPDATE redrive_edit SET draft = NULL WHERE redrive = ?1 AND id = ?2";
const CLOSE: &str = "
    INSERT INTO redrive_row (redrive, id, stage, kind, closing) VALUES (?1, ?2, 3, ?3, ?4)
    ON CONFLICT (redrive, id) DO UPDATE SET stage = 3, kind = excluded.kind, closing = excluded.closing";
const CAME_BACK: &str = "UPDATE redrive_row SET came_back = 1 WHERE redrive = ?1 AND id = ?2";

/// Writes records down, all or none.
pub(super) fn commit(
    database: &Connection,
    id: &RedriveId,
    token: Token,
    records: &[Record],
) -> Result<(), StoreError> {
    let transaction = database.unchecked_transaction()?;
    let no = kept::owned(&transaction, id, token)?;
    {
        let edited = transaction
            .prepare("SELECT EXISTS (SELECT 1 FROM redrive_edit WHERE redrive = ?1)")?
            .query_row(params![no], |row| row.get(0))?;
        let mut writer = Writer::new(&transaction, no, edited)?;
        for record in records {
            writer.write(record)?;
        }
    }
    transaction.commit()?;
    Ok(())
}

/// The statements of one commit.
struct Writer<'a> {
    no: i64,
    /// Whether there are edits to be forgotten with the message that they were for.
    edited: bool,
    intend: Statement<'a>,
    refused: Statement<'a>,
    acknowledged: Statement<'a>,
    deleted: Statement<'a>,
    forget_edit: Statement<'a>,
    close: Statement<'a>,
    came_back: Statement<'a>,
}

impl<'a> Writer<'a> {
    fn new(database: &'a Connection, no: i64, edited: bool) -> rusqlite::Result<Self> {
        Ok(Self {
            no,
            edited,
            intend: database.prepare(INTEND)?,
            refused: database.prepare(REFUSED)?,
            acknowledged: database.prepare(ACKNOWLEDGED)?,
            deleted: database.prepare(DELETED)?,
            forget_edit: database.prepare(FORGET_EDIT)?,
            close: database.prepare(CLOSE)?,
            came_back: database.prepare(CAME_BACK)?,
        })
    }

    fn write(&mut self, record: &Record) -> rusqlite::Result<()> {
        let (no, id) = (self.no, record.id.as_str());
        match &record.change {
            Change::Intend(Intent { to, attempt, extra, first_ms, group, sequence }) => {
                // SQS's sequence numbers have twenty digits: more than an integer of SQLite holds.
                let sequence = sequence.map(|sequence| sequence.to_string());
                self.intend.execute(params![no, id, to.0, group, sequence, attempt, extra, first_ms])?
            }
            Change::Refused { refused, extra, .. } => self.refused.execute(params![no, id, refused, extra])?,
            Change::Sent { copy, at_ms } => self.acknowledged.execute(params![no, id, copy.as_str(), at_ms])?,
            Change::Done => {
                if self.edited {
                    self.forget_edit.execute(params![no, id])?;
                }
                self.deleted.execute(params![no, id])?
            }
            Change::Closed(closing) => {
                let (kind, text) = spelled(closing);
                self.close.execute(params![no, id, kind, text])?
            }
            Change::CameBack => self.came_back.execute(params![no, id])?,
        };
        Ok(())
    }
}

/// The kind of a closing, and all of it.
pub(super) fn spelled(closing: &Closing) -> (String, String) {
    let value = serde_json::to_value(closing).unwrap_or_default();
    let kind = match &value {
        serde_json::Value::Object(map) => map.keys().next().cloned(),
        value => value.as_str().map(str::to_owned),
    };
    (kind.unwrap_or_default(), value.to_string())
}
