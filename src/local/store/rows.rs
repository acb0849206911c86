//! Changes become rows, and rows become the state again. Values are always bound, never written into a statement.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _, Row, Statement, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Refused;
use crate::local::core::{Accepted, Change, Changes, LastReceive, Marks, Message, Place, Standing, State};

/// The statements that write, prepared once.
#[derive(Debug)]
pub struct Statements<'a> {
    database: &'a Connection,
    marks: Statement<'a>,
    queue: Statement<'a>,
    queue_gone: Statement<'a>,
    rests: Statement<'a>,
    rested: Statement<'a>,
    message: Statement<'a>,
    standing: Statement<'a>,
    message_gone: Statement<'a>,
    remembered: Statement<'a>,
    forgotten: Statement<'a>,
    forgotten_all: Statement<'a>,
    tasks: Statement<'a>,
    tasks_gone: Statement<'a>,
}

impl<'a> Statements<'a> {
    /// Those of a database of the newest schema.
    pub fn of(database: &'a Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            database,
            marks: database.prepare("UPDATE account SET serial = ?1, seed = ?2, latest_ms = ?3")?,
            queue: database.prepare("INSERT OR REPLACE INTO queue (name, profile) VALUES (?1, ?2)")?,
            queue_gone: database.prepare("DELETE FROM queue WHERE name = ?1")?,
            rests: database.prepare("INSERT OR REPLACE INTO resting_name (name, deleted_ms) VALUES (?1, ?2)")?,
            rested: database.prepare("DELETE FROM resting_name WHERE name = ?1")?,
            message: database.prepare(
                "INSERT OR REPLACE INTO message (key, place, place_until_ms, receive_serial, received_ms,
                 received_until_ms, rank_key, rank_turn, receives, first_received_ms, queue, body, message)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            )?,
            standing: database.prepare(
                "UPDATE message SET place = ?2, place_until_ms = ?3, receive_serial = ?4, received_ms = ?5,
                 received_until_ms = ?6, rank_key = ?7, rank_turn = ?8, receives = ?9, first_received_ms = ?10
                 WHERE key = ?1",
            )?,
            message_gone: database.prepare("DELETE FROM message WHERE key = ?1")?,
            remembered: database.prepare(
                "INSERT OR REPLACE INTO deduplication (queue, message_group, id, first, ends_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?,
            forgotten: database
                .prepare("DELETE FROM deduplication WHERE queue = ?1 AND message_group = ?2 AND id = ?3")?,
            forgotten_all: database.prepare("DELETE FROM deduplication WHERE queue = ?1")?,
            tasks: database.prepare("INSERT OR REPLACE INTO move_tasks (source, tasks) VALUES (?1, ?2)")?,
            tasks_gone: database.prepare("DELETE FROM move_tasks WHERE source = ?1")?,
        })
    }

    /// Writes changes in their order, all of them or none.
    pub fn write(&mut self, batch: &[Changes]) -> rusqlite::Result<()> {
        let transaction = self.database.unchecked_transaction()?;
        for change in batch.iter().flat_map(|changes| &changes.list) {
            self.one(change)?;
        }
        if let Some(Changes { marks: Marks { serial, seed, latest }, .. }) = batch.last() {
            self.marks.execute([serial, seed, latest].map(|mark| number(*mark)))?;
        }
        transaction.commit()
    }

    fn one(&mut self, change: &Change) -> rusqlite::Result<()> {
        match change {
            Change::Queue(name, profile) => self.queue.execute(params![name, json(profile)]),
            Change::QueueGone(name) => {
                self.forgotten_all.execute([name])?;
                self.queue_gone.execute([name])
            }
            Change::Rests(name, at) => self.rests.execute(params![name, number(*at)]),
            Change::Rested(name) => self.rested.execute([name]),
            Change::Message(queue, key, message, standing) => {
                bind(&mut self.message, *key, standing)?;
                self.message.raw_bind_parameter(11, &**queue)?;
                self.message.raw_bind_parameter(12, &message.body)?;
                self.message.raw_bind_parameter(13, json(message))?;
                self.message.raw_execute()
            }
            Change::Standing(key, standing) => {
                bind(&mut self.standing, *key, standing)?;
                self.standing.raw_execute()
            }
            Change::MessageGone(key) => self.message_gone.execute([number(*key)]),
            Change::Remembered(queue, one) => {
                self.remembered.execute(params![queue, one.group, one.id, json(&one.first), number(one.end)])
            }
            Change::Forgotten(queue, one) => self.forgotten.execute(params![queue, one.group, one.id]),
            Change::Tasks(source, tasks) if tasks.is_empty() => self.tasks_gone.execute([source]),
            Change::Tasks(source, tasks) => self.tasks.execute(params![source, json(tasks)]),
        }
        .map(|_| ())
    }
}

/// Reads everything into a state without queues; a file without an account is given the state's.
pub fn read(database: &Connection, state: &mut State) -> Result<(), Refused> {
    account(database, state)?;
    each(database, state, "SELECT name, profile FROM queue", |row| {
        Ok(Change::Queue(row.get(0)?, Box::new(parsed(row, 1)?)))
    })?;
    each(database, state, "SELECT name, deleted_ms FROM resting_name", |row| {
        Ok(Change::Rests(row.get(0)?, unsigned(row, 1)?))
    })?;
    each(
        database,
        state,
        "SELECT key, place, place_until_ms, receive_serial, received_ms, received_until_ms, rank_key, rank_turn,
         receives, first_received_ms, queue, body, message FROM message ORDER BY key",
        |row| {
            let message = Message { body: row.get(11)?, ..parsed(row, 12)? };
            Ok(Change::Message(row.get::<_, Arc<str>>(10)?, unsigned(row, 0)?, Box::new(message), standing(row)?))
        },
    )?;
    each(
        database,
        state,
        "SELECT queue, message_group, id, first, ends_ms FROM deduplication ORDER BY ends_ms",
        |row| {
            let (group, id, first, end) = (row.get(1)?, row.get(2)?, parsed(row, 3)?, unsigned(row, 4)?);
            Ok(Change::Remembered(row.get(0)?, Arc::new(Accepted { end, group, id, first })))
        },
    )?;
    each(database, state, "SELECT source, tasks FROM move_tasks", |row| Ok(Change::Tasks(row.get(0)?, parsed(row, 1)?)))
}

fn account(database: &Connection, state: &mut State) -> Result<(), Refused> {
    let found = database
        .query_row("SELECT account, region, serial, seed, latest_ms FROM account", (), |row| {
            let marks = Marks { serial: unsigned(row, 2)?, seed: unsigned(row, 3)?, latest: unsigned(row, 4)? };
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, marks))
        })
        .optional()?;
    let Some((account, region, marks)) = found else {
        let Marks { serial, seed, latest } = state.marks();
        database.execute(
            "INSERT INTO account (id, account, region, serial, seed, latest_ms) VALUES (1, ?1, ?2, ?3, ?4, ?5)",
            params![state.account(), state.region(), number(serial), number(seed), number(latest)],
        )?;
        return Ok(());
    };
    if account != state.account() || region != state.region() {
        return Err(Refused::Elsewhere { account, region });
    }
    state.recall(marks);
    Ok(())
}

fn each(
    database: &Connection,
    state: &mut State,
    sql: &str,
    change: impl Fn(&Row) -> rusqlite::Result<Change>,
) -> Result<(), Refused> {
    let table = sql.split(" FROM ").nth(1).unwrap_or_default().split(' ').next().unwrap_or_default();
    let mut select = database.prepare(sql)?;
    let mut rows = select.query(())?;
    while let Some(row) = rows.next()? {
        let change =
            change(row).map_err(|error| Refused::Damaged(format!("a row of {table} cannot be read ({error})")))?;
        if !state.replay(change) {
            return Err(Refused::Damaged(format!("a row of {table} is of a queue that there is not")));
        }
    }
    Ok(())
}

/// Binds a message's key and standing to the parameters 1 to 10.
fn bind(statement: &mut Statement<'_>, key: u64, standing: &Standing) -> rusqlite::Result<()> {
    let Standing { place, receive, rank, receives, first_received } = standing;
    let (place, until) = match place {
        Place::Delayed(until) => ("delayed", Some(*until)),
        Place::Visible => ("visible", None),
        Place::InFlight(until) => ("in_flight", Some(*until)),
    };
    statement.raw_bind_parameter(1, number(key))?;
    statement.raw_bind_parameter(2, place)?;
    statement.raw_bind_parameter(3, until.map(number))?;
    statement.raw_bind_parameter(4, receive.map(|receive| number(receive.serial)))?;
    statement.raw_bind_parameter(5, receive.map(|receive| number(receive.at)))?;
    statement.raw_bind_parameter(6, receive.map(|receive| number(receive.until)))?;
    statement.raw_bind_parameter(7, number(rank.0))?;
    statement.raw_bind_parameter(8, number(rank.1))?;
    statement.raw_bind_parameter(9, receives)?;
    statement.raw_bind_parameter(10, first_received.map(number))
}

fn standing(row: &Row) -> rusqlite::Result<Standing> {
    let maybe = |column| row.get::<_, Option<i64>>(column).map(|number| number.map(i64::cast_unsigned));
    let place = match (row.get_ref(1)?.as_str()?, maybe(2)?) {
        ("delayed", Some(until)) => Place::Delayed(until),
        ("in_flight", Some(until)) => Place::InFlight(until),
        _ => Place::Visible,
    };
    let receive = match (maybe(3)?, maybe(4)?, maybe(5)?) {
        (Some(serial), Some(at), Some(until)) => Some(LastReceive { serial, at, until }),
        _ => None,
    };
    Ok(Standing {
        place,
        receive,
        rank: (unsigned(row, 6)?, unsigned(row, 7)?),
        receives: row.get(8)?,
        first_received: maybe(9)?,
    })
}

/// SQLite's numbers have a sign; the bits are the same.
fn number(number: u64) -> i64 {
    number.cast_signed()
}

fn unsigned(row: &Row, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(i64::cast_unsigned)
}

fn json(value: &impl Serialize) -> String {
    // Plain structures of texts and numbers; writing one cannot fail.
    serde_json::to_string(value).unwrap_or_default()
}

fn parsed<T: DeserializeOwned>(row: &Row, column: usize) -> rusqlite::Result<T> {
    serde_json::from_str(row.get_ref(column)?.as_str()?).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
    })
}
