//! The archive's statements. The records are bytes here, sealed or not; what they mean is known above.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, params, params_from_iter};

use super::{Archive, CopyQuery, Listed, StoreError};
use crate::model::archive::{CopyId, KeptCopy, Reason, Restored};
use crate::model::{ConnectionName, MessageId, QueueName};

/// Up to this many bytes a record is handed out with a list.
const SHOWN: i64 = 16_384;

const COLUMNS: &str = "id, deletion, connection, queue, at_ms, who, reason, message_id, sent_ms, size, key, expires_ms, \
     restored_ms, restored_as";

/// Adds copies of one deletion, all or none, and makes room for them: first what has expired goes, then the oldest of
/// other deletions. What a deletion has promised to keep it does not drop for itself: it has no room then.
pub(super) fn keep(database: &Connection, copies: &[(KeptCopy, Vec<u8>)], most: u64) -> Result<(), StoreError> {
    let Some((first, _)) = copies.first() else { return Ok(()) };
    let transaction = database.unchecked_transaction()?;
    let own: i64 = transaction.query_row(
        "SELECT coalesce(sum(bytes), 0) FROM archive WHERE deletion = ?1",
        [&first.deletion],
        |row| row.get(0),
    )?;
    let bytes = copies.iter().map(|(_, record)| record.len() as u64).sum::<u64>() + own.unsigned_abs();
    if bytes > most {
        return Err(StoreError::NoRoom { bytes, most });
    }
    let mut insert = transaction.prepare(
        "INSERT INTO archive (id, deletion, connection, queue, at_ms, who, reason, message_id, sent_ms, size, key,
         expires_ms, record, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )?;
    transaction.execute("DELETE FROM archive WHERE expires_ms <= ?1", [first.at_ms])?;
    for (copy, record) in copies {
        insert.execute(params![
            copy.id.as_str(),
            copy.deletion,
            copy.connection.as_str(),
            copy.queue.as_str(),
            copy.at_ms,
            copy.who,
            copy.reason.key(),
            copy.message.as_str(),
            copy.sent_ms,
            number(copy.size),
            copy.key,
            copy.expires_ms,
            record,
            number(record.len() as u64),
        ])?;
    }
    drop(insert);
    make_room(&transaction, most, &first.deletion, first.at_ms)?;
    transaction.commit()?;
    Ok(())
}

/// Drops the oldest until no more than `most` bytes are left, none of this deletion.
fn make_room(database: &Connection, most: u64, deletion: &str, now_ms: i64) -> Result<(), StoreError> {
    let mut over = total(database)?.saturating_sub(most);
    let mut oldest = database
        .prepare("SELECT seq, connection, queue, bytes FROM archive WHERE deletion <> ?1 ORDER BY seq LIMIT 1")?;
    while over > 0 {
        let row = |row: &Row<'_>| {
            let seq: i64 = row.get(0)?;
            let (connection, queue, bytes): (String, String, i64) = (row.get(1)?, row.get(2)?, row.get(3)?);
            Ok((seq, connection, queue, bytes))
        };
        let Some((seq, connection, queue, bytes)) = oldest.query_row([deletion], row).optional()? else { break };
        database.execute("DELETE FROM archive WHERE seq = ?1", [seq])?;
        database.execute(
            "INSERT INTO archive_dropped (connection, queue, copies, last_ms) VALUES (?1, ?2, 1, ?3)
             ON CONFLICT DO UPDATE SET copies = copies + 1, last_ms = excluded.last_ms",
            params![connection, queue, now_ms],
        )?;
        over = over.saturating_sub(bytes.unsigned_abs());
    }
    Ok(())
}

fn total(database: &Connection) -> Result<u64, StoreError> {
    let bytes: i64 = database.query_row("SELECT bytes FROM archive_total", (), |row| row.get(0))?;
    Ok(bytes.unsigned_abs())
}

/// The copies asked for, newest first, with those records that are small enough for a list.
pub(super) fn find(database: &Connection, query: &CopyQuery) -> Result<Vec<Listed>, StoreError> {
    let columns = format!("{COLUMNS}, CASE WHEN bytes <= {SHOWN} THEN record END AS small");
    select(database, query, &columns, |row| Ok((read(row)?, row.get("small")?)))
}

/// The same without their records.
pub(super) fn list(database: &Connection, query: &CopyQuery) -> Result<Vec<KeptCopy>, StoreError> {
    select(database, query, COLUMNS, read)
}

fn select<T>(
    database: &Connection,
    query: &CopyQuery,
    columns: &str,
    read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let (conditions, mut values) = conditions(query);
    values.extend([Value::from(i64::from(query.limit)), Value::from(number(query.skip))]);
    let mut select = database
        .prepare(&format!("SELECT {columns} FROM archive WHERE {conditions} ORDER BY seq DESC LIMIT ? OFFSET ?"))?;
    let mut rows = select.query(params_from_iter(values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// How many there are, on all pages.
pub(super) fn count(database: &Connection, query: &CopyQuery) -> Result<u64, StoreError> {
    let (conditions, values) = conditions(query);
    let mut select = database.prepare(&format!("SELECT count(*) FROM archive WHERE {conditions}"))?;
    let n: i64 = select.query_row(params_from_iter(values), |row| row.get(0))?;
    Ok(n.unsigned_abs())
}

fn conditions(query: &CopyQuery) -> (String, Vec<Value>) {
    let mut conditions = String::from("connection = ? AND expires_ms > ?");
    let mut values: Vec<Value> = vec![query.connection.as_str().to_owned().into(), query.now_ms.into()];
    let texts = [("queue", query.queue.as_ref().map(QueueName::as_str)), ("deletion", query.deletion.as_deref())];
    for (column, text) in texts {
        if let Some(text) = text {
            conditions.extend([" AND ", column, " = ?"]);
            values.push(text.to_owned().into());
        }
    }
    if let Some(ids) = &query.ids {
        let places = vec!["?"; ids.len()].join(", ");
        conditions.extend([" AND id IN (", &places, ")"]);
        values.extend(ids.iter().map(|id| Value::from(id.as_str().to_owned())));
    }
    (conditions, values)
}

/// A copy with its record.
pub(super) fn open(
    database: &Connection,
    connection: &ConnectionName,
    id: &CopyId,
    now_ms: i64,
) -> Result<Option<(KeptCopy, Vec<u8>)>, StoreError> {
    let mut select = database.prepare(&format!(
        "SELECT {COLUMNS}, record FROM archive WHERE id = ?1 AND connection = ?2 AND expires_ms > ?3"
    ))?;
    let mut rows = select.query(params![id.as_str(), connection.as_str(), now_ms])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some((read(row)?, row.get("record")?)))
}

/// Marks a copy as being restored, unless it was marked after `before_ms`; gives whether it was this call that did.
pub(super) fn claim(
    database: &Connection,
    connection: &ConnectionName,
    id: &CopyId,
    now_ms: i64,
    before_ms: Option<i64>,
) -> Result<bool, StoreError> {
    let changed = database.execute(
        "UPDATE archive SET restored_ms = ?3, restored_as = NULL WHERE id = ?1 AND connection = ?2
         AND (restored_ms IS NULL OR restored_ms < ?4)",
        params![id.as_str(), connection.as_str(), now_ms, before_ms.unwrap_or(i64::MIN)],
    )?;
    Ok(changed == 1)
}

/// Writes down what came of restoring it; `None` where it was not sent.
pub(super) fn restored(database: &Connection, id: &CopyId, restored: Option<&Restored>) -> Result<(), StoreError> {
    let (at, message) = (restored.map(|r| r.at_ms), restored.and_then(|r| r.message.as_ref()));
    database.execute(
        "UPDATE archive SET restored_ms = ?2, restored_as = ?3 WHERE id = ?1",
        params![id.as_str(), at, message.map(MessageId::as_str)],
    )?;
    Ok(())
}

/// Deletes copies; gives how many there were.
pub(super) fn forget(database: &Connection, connection: &ConnectionName, ids: &[CopyId]) -> Result<u64, StoreError> {
    let transaction = database.unchecked_transaction()?;
    let mut delete = transaction.prepare("DELETE FROM archive WHERE id = ?1 AND connection = ?2")?;
    let mut gone = 0;
    for id in ids {
        gone += delete.execute(params![id.as_str(), connection.as_str()])? as u64;
    }
    drop(delete);
    transaction.commit()?;
    Ok(gone)
}

/// Says of copies of a connection that nobody knows whether their messages are gone.
pub(super) fn doubt(database: &Connection, connection: &ConnectionName, ids: &[CopyId]) -> Result<(), StoreError> {
    let transaction = database.unchecked_transaction()?;
    let mut update = transaction.prepare("UPDATE archive SET reason = ?1 WHERE id = ?2 AND connection = ?3")?;
    for id in ids {
        update.execute(params![Reason::Doubtful.key(), id.as_str(), connection.as_str()])?;
    }
    drop(update);
    transaction.commit()?;
    Ok(())
}

/// Deletes what has expired; a limit that became shorter holds for what is there already, too.
pub(super) fn expire(database: &Connection, now_ms: i64, longest_ms: i64) -> Result<u64, StoreError> {
    let transaction = database.unchecked_transaction()?;
    // Only what changes is written: a row is as large as its record.
    transaction.execute("UPDATE archive SET expires_ms = at_ms + ?1 WHERE expires_ms > at_ms + ?1", [longest_ms])?;
    let gone = transaction.execute("DELETE FROM archive WHERE expires_ms <= ?1", [now_ms])?;
    transaction.commit()?;
    Ok(gone as u64)
}

/// How full it is, what was dropped, and which queues have opted out.
pub(super) fn state(
    database: &Connection,
    connection: &ConnectionName,
    queue: Option<&QueueName>,
) -> Result<Archive, StoreError> {
    let queue = queue.map(QueueName::as_str);
    let (dropped, last): (i64, Option<i64>) = database.query_row(
        "SELECT coalesce(sum(copies), 0), max(last_ms) FROM archive_dropped
         WHERE connection = ?1 AND (?2 IS NULL OR queue = ?2)",
        params![connection.as_str(), queue],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let off: bool = database.query_row(
        "SELECT EXISTS (SELECT 1 FROM archive_off WHERE connection = ?1 AND queue = ?2)",
        params![connection.as_str(), queue],
        |row| row.get(0),
    )?;
    Ok(Archive { bytes: total(database)?, dropped: dropped.unsigned_abs(), dropped_ms: last, opted_out: off })
}

/// Has copies of a queue's messages kept, or not.
pub(super) fn opt(
    database: &Connection,
    connection: &ConnectionName,
    queue: &QueueName,
    keep: bool,
) -> Result<(), StoreError> {
    let sql = if keep {
        "DELETE FROM archive_off WHERE connection = ?1 AND queue = ?2"
    } else {
        "INSERT INTO archive_off (connection, queue) VALUES (?1, ?2) ON CONFLICT DO NOTHING"
    };
    database.execute(sql, params![connection.as_str(), queue.as_str()])?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<KeptCopy, StoreError> {
    let id: String = row.get("id")?;
    let damaged = || StoreError::DamagedCopy(id.clone());
    let restored = row.get::<_, Option<i64>>("restored_ms")?.map(|at_ms| {
        let message = row.get::<_, Option<String>>("restored_as")?.map(MessageId::new);
        Ok::<_, rusqlite::Error>(Restored { at_ms, message })
    });
    Ok(KeptCopy {
        id: id.parse().map_err(|_| damaged())?,
        deletion: row.get("deletion")?,
        connection: row.get::<_, String>("connection")?.parse().map_err(|_| damaged())?,
        queue: row.get::<_, String>("queue")?.parse().map_err(|_| damaged())?,
        at_ms: row.get("at_ms")?,
        who: row.get("who")?,
        reason: Reason::of(&row.get::<_, String>("reason")?).ok_or_else(damaged)?,
        message: MessageId::new(row.get::<_, String>("message_id")?),
        sent_ms: row.get("sent_ms")?,
        size: row.get::<_, i64>("size")?.unsigned_abs(),
        key: row.get("key")?,
        expires_ms: row.get("expires_ms")?,
        restored: restored.transpose()?,
    })
}

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
