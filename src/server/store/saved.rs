//! The saved filters' statements.

use rusqlite::{Connection, params};

use super::StoreError;
use crate::model::filter::saved::{Change, Changed, MOST, Saved};
use crate::model::{ConnectionName, QueueName};

/// Those of a queue, by name.
pub(super) fn list(
    database: &Connection,
    connection: &ConnectionName,
    queue: &QueueName,
) -> Result<Vec<Saved>, StoreError> {
    let mut select = database
        .prepare("SELECT name, query FROM saved_filter WHERE connection = ?1 AND queue = ?2 ORDER BY key LIMIT ?3")?;
    let mut rows = select.query(params![connection.as_str(), queue.as_str(), most()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let name = row.get::<_, String>(0)?.parse().map_err(|_| StoreError::DamagedFilter(queue.clone()))?;
        found.push(Saved { name, query: row.get(1)? });
    }
    Ok(found)
}

/// Changes one of them, or nothing.
pub(super) fn change(
    database: &Connection,
    connection: &ConnectionName,
    queue: &QueueName,
    change: &Change,
) -> Result<Changed, StoreError> {
    let transaction = database.unchecked_transaction()?;
    let of = (connection.as_str(), queue.as_str());
    let is = |key: &str| -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM saved_filter WHERE connection = ?1 AND queue = ?2 AND key = ?3)";
        Ok(transaction.query_row(sql, params![of.0, of.1, key], |row| row.get(0))?)
    };
    let changed = match change {
        Change::Save(saved) => {
            let count: i64 = transaction.query_row(
                "SELECT count(*) FROM saved_filter WHERE connection = ?1 AND queue = ?2",
                params![of.0, of.1],
                |row| row.get(0),
            )?;
            if is(&saved.name.key())? {
                return Ok(Changed::Taken);
            }
            if count >= most() {
                return Ok(Changed::Full);
            }
            transaction.execute(
                "INSERT INTO saved_filter (connection, queue, key, name, query) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![of.0, of.1, saved.name.key(), saved.name.as_str(), saved.query],
            )?
        }
        Change::Replace(saved) => transaction.execute(
            "UPDATE saved_filter SET query = ?4 WHERE connection = ?1 AND queue = ?2 AND key = ?3",
            params![of.0, of.1, saved.name.key(), saved.query],
        )?,
        Change::Rename(old, new) => {
            if old.key() != new.key() && is(&new.key())? {
                return Ok(Changed::Taken);
            }
            transaction.execute(
                "UPDATE saved_filter SET key = ?4, name = ?5 WHERE connection = ?1 AND queue = ?2 AND key = ?3",
                params![of.0, of.1, old.key(), new.key(), new.as_str()],
            )?
        }
        Change::Delete(name) => transaction.execute(
            "DELETE FROM saved_filter WHERE connection = ?1 AND queue = ?2 AND key = ?3",
            params![of.0, of.1, name.key()],
        )?,
    };
    transaction.commit()?;
    Ok(if changed == 1 { Changed::Done } else { Changed::Gone })
}

fn most() -> i64 {
    i64::try_from(MOST).unwrap_or(i64::MAX)
}
