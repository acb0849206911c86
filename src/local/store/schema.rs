//! The schema's history. A step is never edited once it was released: a change is a new step at the end. The JSON texts
//! are the core's own structures; a member that is added to one of them needs a default.

use rusqlite::{Connection, TransactionBehavior};

use super::Refused;

/// Marks the file as the local SQS's (`PRAGMA application_id`): "RSQS".
const APPLICATION_ID: i64 = 0x5253_5153;

/// Step n brings a database from version n to n + 1 (`PRAGMA user_version`).
const STEPS: [&str; 1] = [QUEUES];

/// Everything: queues, their messages and what they remember, move tasks, and the numbers that go up.
const QUEUES: &str = "
    CREATE TABLE account (
        id        INTEGER PRIMARY KEY CHECK (id = 1),
        account   TEXT NOT NULL,
        region    TEXT NOT NULL,
        serial    INTEGER NOT NULL,
        seed      INTEGER NOT NULL,
        latest_ms INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE queue (
        name    TEXT PRIMARY KEY,
        profile TEXT NOT NULL
    ) STRICT;
    CREATE TABLE resting_name (
        name       TEXT PRIMARY KEY,
        deleted_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE message (
        key               INTEGER PRIMARY KEY,
        queue             TEXT NOT NULL,
        body              TEXT NOT NULL,
        message           TEXT NOT NULL,
        place             TEXT NOT NULL CHECK (place IN ('delayed', 'visible', 'in_flight')),
        place_until_ms    INTEGER,
        receive_serial    INTEGER,
        received_ms       INTEGER,
        received_until_ms INTEGER,
        rank_key          INTEGER NOT NULL,
        rank_turn         INTEGER NOT NULL,
        receives          INTEGER NOT NULL,
        first_received_ms INTEGER
    ) STRICT;
    CREATE TABLE deduplication (
        queue         TEXT NOT NULL,
        message_group TEXT NOT NULL,
        id            TEXT NOT NULL,
        first         TEXT NOT NULL,
        ends_ms       INTEGER NOT NULL,
        PRIMARY KEY (queue, message_group, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE move_tasks (
        source TEXT PRIMARY KEY,
        tasks  TEXT NOT NULL
    ) STRICT;
";

/// Brings the database to the newest version, in one transaction. Refuses what another program, or a newer version of
/// this one, has written; such a file is left as it was.
pub fn migrate(database: &mut Connection) -> Result<(), Refused> {
    let number = |database: &Connection, sql: &str| database.query_row(sql, (), |row| row.get::<_, i64>(0));
    let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let owner = number(&transaction, "PRAGMA application_id")?;
    let version = number(&transaction, "PRAGMA user_version")?;
    let tables = number(&transaction, "SELECT count(*) FROM sqlite_schema")?;

    let fresh = owner == 0 && version == 0 && tables == 0;
    if !fresh && owner != APPLICATION_ID {
        return Err(Refused::Foreign);
    }
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    let Some(pending) = usize::try_from(version).ok().and_then(|done| STEPS.get(done..)) else {
        return Err(Refused::Newer { found: version, known });
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
