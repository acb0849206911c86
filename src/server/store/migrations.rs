//! The schema's history. A step is never edited once it was released: a change is a new step at the end.

use std::path::Path;

use rusqlite::Connection;

use super::StoreError;

/// Marks the file as the console's (`PRAGMA application_id`): "RDRV".
const APPLICATION_ID: i64 = 0x5244_5256;

/// Step n brings a database from version n to n + 1 (`PRAGMA user_version`).
const STEPS: [&str; 1] = [AUDIT_LOG];

/// The audit log. `outcome` is NULL while a change is under way.
const AUDIT_LOG: &str = "
    CREATE TABLE activity (
        id             INTEGER PRIMARY KEY AUTOINCREMENT,
        at_ms          INTEGER NOT NULL,
        who            TEXT NOT NULL,
        connection     TEXT NOT NULL,
        queue          TEXT,
        verb           TEXT NOT NULL,
        detail         TEXT NOT NULL,
        cli            TEXT NOT NULL,
        outcome        TEXT CHECK (outcome IN ('succeeded', 'failed', 'unknown')),
        code           TEXT,
        request_id     TEXT,
        outcome_detail TEXT,
        finished_ms    INTEGER
    ) STRICT;
    CREATE INDEX activity_by_connection ON activity (connection, id);
    CREATE INDEX activity_by_queue ON activity (connection, queue, id);
    CREATE INDEX activity_pending ON activity (id) WHERE outcome IS NULL;
";

/// Brings the database to the newest version, in one transaction. Refuses what another program, or a newer version of
/// this one, has written; such a file is left as it was.
pub(super) fn migrate(database: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let number = |database: &Connection, sql: &str| database.query_row(sql, (), |row| row.get::<_, i64>(0));
    let transaction = database.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let owner = number(&transaction, "PRAGMA application_id")?;
    let version = number(&transaction, "PRAGMA user_version")?;
    let tables = number(&transaction, "SELECT count(*) FROM sqlite_schema")?;

    let fresh = owner == 0 && version == 0 && tables == 0;
    if !fresh && owner != APPLICATION_ID {
        return Err(StoreError::Foreign { path: path.to_owned() });
    }
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    let Some(pending) = usize::try_from(version).ok().and_then(|done| STEPS.get(done..)) else {
        return Err(StoreError::Newer { path: path.to_owned(), found: version, known });
    };
    for step in pending {
        transaction.execute_batch(step)?;
    }
    if !pending.is_empty() {
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", known)?;
    }
    transaction.commit()?;
    Ok(())
}
