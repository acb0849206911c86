//! The redrives themselves: added once, claimed by whoever carries them out, ended once.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{Claimed, NewRedrive, Token, Wanted, rows};
use crate::model::journal::{Ended, EndedHow, KeptRedrive, RedriveId};
use crate::model::{ConnectionName, Draft, MessageId, QueueArn, QueueName};
use crate::server::store::StoreError;

const COLUMNS: &str = "id, connection, source, destinations, who, how, messages, undoes, started_ms, paused, approved,
    cancelled, ended_ms, ended_how, may_remain, (SELECT count(*) FROM redrive_edit AS e WHERE e.redrive = r.no)";

/// Adds one, unless one of the same queue has not ended.
pub(super) fn add(database: &Connection, new: &NewRedrive) -> Result<bool, StoreError> {
    let transaction = database.unchecked_transaction()?;
    let kept = &new.kept;
    let destinations: Vec<&str> = kept.destinations.iter().map(QueueArn::as_str).collect();
    // The unique index on open redrives by their source refuses the second one.
    let added = transaction.execute(
        "INSERT INTO redrive (id, connection, source, queue, destinations, who, how, messages, undoes, started_ms, wish)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (source) WHERE ended_ms IS NULL DO NOTHING",
        params![
            kept.id.as_str(),
            kept.connection.as_str(),
            kept.source.as_str(),
            kept.queue().as_str(),
            to_text(&destinations),
            kept.who,
            kept.how,
            kept.messages.map(number),
            kept.undoes.as_ref().map(RedriveId::as_str),
            kept.started_ms,
            new.order,
        ],
    )?;
    if added == 0 {
        return Ok(false);
    }
    let no = transaction.last_insert_rowid();
    let mut insert =
        transaction.prepare("INSERT INTO redrive_edit (redrive, id, revision, draft) VALUES (?1, ?2, ?3, ?4)")?;
    for (id, (revision, draft)) in &new.edits {
        insert.execute(params![no, id.as_str(), revision, to_text(&**draft)])?;
    }
    drop(insert);
    transaction.commit()?;
    Ok(true)
}

/// Takes one over that has not ended.
pub(super) fn claim(database: &Connection, id: &RedriveId, since_ms: i64) -> Result<Option<Claimed>, StoreError> {
    let transaction = database.unchecked_transaction()?;
    let sql = "UPDATE redrive SET owner = owner + 1 WHERE id = ?1 AND ended_ms IS NULL RETURNING owner, no, wish";
    let found = transaction
        .query_row(sql, params![id.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?)))
        .optional()?;
    let Some((owner, no, order)) = found else { return Ok(None) };
    let kept = transaction.query_row(&select("WHERE no = ?1"), params![no], read)?.ok_or_else(|| damaged(id))?;
    let (edits, own) = (edits(&transaction, no, id)?, rows::all(&transaction, no, id)?);
    let earlier = rows::earlier(&transaction, no, &kept.source, since_ms)?;
    transaction.commit()?;
    Ok(Some(Claimed { token: Token(owner), kept, order, edits, rows: own, earlier }))
}

fn edits(database: &Connection, no: i64, id: &RedriveId) -> Result<BTreeMap<MessageId, (u32, Arc<Draft>)>, StoreError> {
    let mut select =
        database.prepare("SELECT id, revision, draft FROM redrive_edit WHERE redrive = ?1 AND draft IS NOT NULL")?;
    let mut found = select.query(params![no])?;
    let mut edits = BTreeMap::new();
    while let Some(row) = found.next()? {
        let draft: Draft =
            serde_json::from_str(row.get_ref(2)?.as_str().map_err(|_| damaged(id))?).map_err(|_| damaged(id))?;
        edits.insert(MessageId::new(row.get::<_, String>(0)?), (row.get(1)?, Arc::new(draft)));
    }
    Ok(edits)
}

/// Writes down that one ended.
pub(super) fn end(database: &Connection, id: &RedriveId, token: Token, ended: Ended) -> Result<(), StoreError> {
    let transaction = database.unchecked_transaction()?;
    let no = owned(&transaction, id, token)?;
    let (how, may_remain) = match ended.how {
        EndedHow::Finished { may_remain } => ("finished", may_remain),
        EndedHow::Cancelled => ("cancelled", None),
    };
    transaction.execute(
        "UPDATE redrive SET ended_ms = ?2, ended_how = ?3, may_remain = ?4, counts = ?5 WHERE no = ?1",
        params![no, ended.at_ms, how, may_remain.map(number), rows::counts(&transaction, no, id)?],
    )?;
    transaction.execute("UPDATE redrive_edit SET draft = NULL WHERE redrive = ?1", params![no])?;
    transaction.commit()?;
    Ok(())
}

/// The number of a redrive that is still this owner's.
pub(super) fn owned(database: &Connection, id: &RedriveId, token: Token) -> Result<i64, StoreError> {
    let mut select = database.prepare("SELECT no FROM redrive WHERE id = ?1 AND owner = ?2 AND ended_ms IS NULL")?;
    let found = select.query_row(params![id.as_str(), token.0], |row| row.get(0)).optional()?;
    found.ok_or(StoreError::Fenced)
}

/// Writes down what somebody wants of one.
pub(super) fn steer(database: &Connection, id: &RedriveId, wanted: Wanted) -> Result<bool, StoreError> {
    let change = match wanted {
        Wanted::Paused => "paused = 1",
        Wanted::GoingOn => "paused = 0",
        Wanted::Approved => "paused = 0, approved = 1",
        Wanted::Cancelled => "cancelled = 1",
    };
    let sql = format!("UPDATE redrive SET {change} WHERE id = ?1 AND ended_ms IS NULL");
    Ok(database.execute(&sql, params![id.as_str()])? > 0)
}

/// One of a connection.
pub(super) fn find(
    database: &Connection,
    connection: &ConnectionName,
    id: &RedriveId,
) -> Result<Option<KeptRedrive>, StoreError> {
    let sql = select("WHERE id = ?1 AND connection = ?2");
    Ok(database.query_row(&sql, params![id.as_str(), connection.as_str()], read).optional()?.flatten())
}

/// Those of a connection or a queue, newest first.
pub(super) fn list(
    database: &Connection,
    connection: &ConnectionName,
    queue: Option<&QueueName>,
    skip: u64,
    limit: u32,
) -> Result<Vec<KeptRedrive>, StoreError> {
    let sql = select("WHERE connection = ?1 AND (?2 IS NULL OR queue = ?2) ORDER BY no DESC LIMIT ?3 OFFSET ?4");
    let mut select = database.prepare(&sql)?;
    let found =
        select.query_map(params![connection.as_str(), queue.map(QueueName::as_str), limit, number(skip)], read)?;
    Ok(found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// Those that take one back, newest first.
pub(super) fn undos(database: &Connection, id: &RedriveId) -> Result<Vec<KeptRedrive>, StoreError> {
    let mut select = database.prepare(&select("WHERE undoes = ?1 ORDER BY no DESC"))?;
    let found = select.query_map(params![id.as_str()], read)?;
    Ok(found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// The order of one.
pub(super) fn order(database: &Connection, id: &RedriveId) -> Result<Option<String>, StoreError> {
    Ok(database
        .query_row("SELECT wish FROM redrive WHERE id = ?1", params![id.as_str()], |row| row.get(0))
        .optional()?)
}

/// Those that have not ended.
pub(super) fn open(database: &Connection, connection: &ConnectionName) -> Result<Vec<KeptRedrive>, StoreError> {
    let mut select = database.prepare(&select("WHERE connection = ?1 AND ended_ms IS NULL ORDER BY no"))?;
    let found = select.query_map(params![connection.as_str()], read)?;
    Ok(found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// One that has not ended and takes from a queue, or else one that sends to it.
pub(super) fn about(database: &Connection, queue: &QueueArn) -> Result<Option<KeptRedrive>, StoreError> {
    let mut select = database.prepare(&select("WHERE ended_ms IS NULL ORDER BY no"))?;
    let found = select.query_map((), read)?.collect::<Result<Vec<_>, _>>()?;
    let about = found.into_iter().flatten().filter(|kept| kept.source == *queue || kept.destinations.contains(queue));
    Ok(about.min_by_key(|kept| kept.source != *queue))
}

/// So many rows are forgotten at once: nobody else writes meanwhile.
const PORTION: i64 = 10_000;

/// Forgets rows of what ended long ago.
pub(super) fn forget_rows(database: &Connection, before_ms: i64) -> Result<u64, StoreError> {
    let sql = "DELETE FROM redrive_row WHERE no IN
        (SELECT no FROM redrive_row WHERE redrive IN (SELECT no FROM redrive WHERE ended_ms < ?1) LIMIT ?2)";
    Ok(database.execute(sql, params![before_ms, PORTION])? as u64)
}

fn select(rest: &str) -> String {
    format!("SELECT {COLUMNS} FROM redrive AS r {rest}")
}

/// `None` where a name is in it that this program never writes: such a row is nobody's.
fn read(row: &Row<'_>) -> rusqlite::Result<Option<KeptRedrive>> {
    let count = |value: Option<i64>| value.and_then(|value| u64::try_from(value).ok());
    let destinations: Vec<String> = serde_json::from_str(row.get_ref(3)?.as_str()?).unwrap_or_default();
    let ended = row.get::<_, Option<i64>>(12)?.map(|at_ms| {
        let cancelled = row.get_ref(13)?.as_str()? == "cancelled";
        let may_remain = count(row.get(14)?);
        let how = if cancelled { EndedHow::Cancelled } else { EndedHow::Finished { may_remain } };
        Ok::<_, rusqlite::Error>(Ended { at_ms, how })
    });
    let (Ok(connection), Ok(source)) = (row.get::<_, String>(1)?.parse(), row.get::<_, String>(2)?.parse()) else {
        return Ok(None);
    };
    Ok(Some(KeptRedrive {
        id: RedriveId::new(row.get::<_, String>(0)?),
        connection,
        source,
        destinations: destinations.iter().filter_map(|arn| arn.parse().ok()).collect(),
        who: row.get(4)?,
        how: row.get(5)?,
        messages: count(row.get(6)?),
        undoes: row.get::<_, Option<String>>(7)?.map(RedriveId::new),
        started_ms: row.get(8)?,
        paused: row.get(9)?,
        approved: row.get(10)?,
        cancelled: row.get(11)?,
        ended: ended.transpose()?,
        edits: count(row.get(15)?).unwrap_or_default(),
    }))
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Values of ours are always JSON: strings, numbers, maps with string keys.
pub(super) fn to_text<T: serde::Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

pub(super) fn damaged(id: &RedriveId) -> StoreError {
    StoreError::DamagedRedrive(id.as_str().to_owned())
}
