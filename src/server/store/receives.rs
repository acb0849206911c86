//! The statements about receives.

use rusqlite::{Connection, params};

use super::{Receives, StoreError};
use crate::model::{ConnectionName, QueueName};

/// What is known of a connection's queues. A row with a name that no queue can have is nobody's.
pub(super) fn find(
    database: &Connection,
    connection: &ConnectionName,
) -> Result<Vec<(QueueName, Receives)>, StoreError> {
    let mut select = database.prepare("SELECT queue, most, at_ms FROM receives WHERE connection = ?1")?;
    let mut rows = select.query(params![connection.as_str()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        if let Ok(queue) = row.get::<_, String>(0)?.parse() {
            found.push((queue, Receives { most: row.get(1)?, at_ms: row.get(2)? }));
        }
    }
    Ok(found)
}

/// Replaces or forgets what is known of a queue.
pub(super) fn keep(
    database: &Connection,
    connection: &ConnectionName,
    queue: &QueueName,
    known: Option<Receives>,
) -> Result<(), StoreError> {
    let (connection, queue) = (connection.as_str(), queue.as_str());
    match known {
        Some(Receives { most, at_ms }) => database.execute(
            "INSERT OR REPLACE INTO receives (connection, queue, most, at_ms) VALUES (?1, ?2, ?3, ?4)",
            params![connection, queue, most, at_ms],
        )?,
        None => {
            database.execute("DELETE FROM receives WHERE connection = ?1 AND queue = ?2", params![connection, queue])?
        }
    };
    Ok(())
}
