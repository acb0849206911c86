//! What was taken back, and what that put where.

use rusqlite::{Connection, params};

use super::journal::DONE;
use crate::model::journal::{PutBack, QueueNo, RedriveId};
use crate::model::{MessageId, QueueArn};
use crate::server::store::StoreError;

/// The copies of a redrive that nobody has taken back yet.
pub(super) fn copies_left(database: &Connection, id: &RedriveId) -> Result<Vec<(QueueNo, MessageId)>, StoreError> {
    let mut select = database.prepare(
        "WITH undo AS MATERIALIZED (SELECT no FROM redrive WHERE undoes = ?1)
         SELECT row.destination, row.copy FROM redrive_row AS row
         WHERE row.redrive = (SELECT no FROM redrive WHERE id = ?1) AND row.stage = ?2 AND NOT row.came_back
           AND row.copy IS NOT NULL AND row.destination IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM undo JOIN redrive_row AS back
                           ON back.redrive = undo.no AND back.id = row.copy AND back.copy IS NOT NULL)
         ORDER BY row.no",
    )?;
    let found = select.query_map(params![id.as_str(), DONE], |row| {
        Ok((QueueNo(row.get(0)?), MessageId::new(row.get::<_, String>(1)?)))
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// What was put back into a queue by taking back what had been redriven from there.
pub(super) fn put_back(
    database: &Connection,
    queue: &QueueArn,
    since_ms: i64,
) -> Result<Vec<PutBack>, StoreError> {
    // An original that stays is still there, though it was sent on.
    let mut select = database.prepare(
        "SELECT back.copy, undone.id, row.id, row.destination,
           EXISTS (SELECT 1 FROM redrive AS later JOIN redrive_row AS onward
                   ON onward.redrive = later.no AND onward.id = back.copy
                   WHERE later.source = ?1 AND onward.copy IS NOT NULL
                     AND coalesce(onward.kind, '') NOT IN ('Kept', 'NotDeleted'))
         FROM redrive AS undone
         JOIN redrive AS undo ON undo.undoes = undone.id
         JOIN redrive_row AS back ON back.redrive = undo.no AND back.copy IS NOT NULL
         JOIN redrive_row AS row ON row.copy = back.id AND row.redrive = undone.no
         WHERE undone.source = ?1 AND (undo.ended_ms IS NULL OR undo.ended_ms >= ?2) AND row.destination IS NOT NULL
         ORDER BY back.no",
    )?;
    let found = select.query_map(params![queue.as_str(), since_ms], |row| {
        Ok(PutBack {
            id: MessageId::new(row.get::<_, String>(0)?),
            undone: RedriveId::new(row.get::<_, String>(1)?),
            original: MessageId::new(row.get::<_, String>(2)?),
            from: QueueNo(row.get(3)?),
            gone_on: row.get(4)?,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}
