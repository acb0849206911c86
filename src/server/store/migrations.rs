//! The schema's history. A step is never edited once it was released: a change is a new step at the end.

use std::path::Path;

use rusqlite::Connection;

use super::StoreError;

/// Marks the file as the console's (`PRAGMA application_id`): "RDRV".
const APPLICATION_ID: i64 = 0x5244_5256;

/// Step n brings a database from version n to n + 1 (`PRAGMA user_version`).
const STEPS: [&str; 7] = [AUDIT_LOG, ARCHIVE, RECEIVES, SAVED_FILTERS, BYTES_OF_A_DELETION, REDRIVES, MOVE_TASKS];

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

/// Copies of what was removed, in the order in which they were made; `archive_total` has one row.
const ARCHIVE: &str = "
    CREATE TABLE archive (
        seq         INTEGER PRIMARY KEY AUTOINCREMENT,
        id          TEXT NOT NULL UNIQUE,
        deletion    TEXT NOT NULL,
        connection  TEXT NOT NULL,
        queue       TEXT NOT NULL,
        at_ms       INTEGER NOT NULL,
        who         TEXT NOT NULL,
        reason      TEXT NOT NULL,
        message_id  TEXT NOT NULL,
        sent_ms     INTEGER,
        size        INTEGER NOT NULL,
        key         TEXT,
        expires_ms  INTEGER NOT NULL,
        restored_ms INTEGER,
        restored_as TEXT,
        bytes       INTEGER NOT NULL,
        record      BLOB NOT NULL
    ) STRICT;
    CREATE INDEX archive_by_queue ON archive (connection, queue, seq);
    CREATE INDEX archive_by_connection ON archive (connection, seq);
    CREATE INDEX archive_by_deletion ON archive (deletion);
    CREATE INDEX archive_by_expiry ON archive (expires_ms);
    CREATE TABLE archive_total (bytes INTEGER NOT NULL) STRICT;
    INSERT INTO archive_total VALUES (0);
    CREATE TRIGGER archive_more AFTER INSERT ON archive BEGIN UPDATE archive_total SET bytes = bytes + new.bytes; END;
    CREATE TRIGGER archive_less AFTER DELETE ON archive BEGIN UPDATE archive_total SET bytes = bytes - old.bytes; END;
    CREATE TABLE archive_dropped (
        connection TEXT NOT NULL,
        queue      TEXT NOT NULL,
        copies     INTEGER NOT NULL,
        last_ms    INTEGER NOT NULL,
        PRIMARY KEY (connection, queue)
    ) STRICT;
    CREATE TABLE archive_off (connection TEXT NOT NULL, queue TEXT NOT NULL, PRIMARY KEY (connection, queue)) STRICT;
";

/// How many receives a message of a queue is known to have had at the most.
const RECEIVES: &str = "
    CREATE TABLE receives (
        connection TEXT NOT NULL,
        queue      TEXT NOT NULL,
        most       INTEGER NOT NULL,
        at_ms      INTEGER NOT NULL,
        PRIMARY KEY (connection, queue)
    ) STRICT;
";

/// Saved filters. `key` is the name in small letters, `query` what the address of the list said.
const SAVED_FILTERS: &str = "
    CREATE TABLE saved_filter (
        connection TEXT NOT NULL,
        queue      TEXT NOT NULL,
        key        TEXT NOT NULL,
        name       TEXT NOT NULL,
        query      TEXT NOT NULL,
        PRIMARY KEY (connection, queue, key)
    ) STRICT;
";

/// How many bytes a deletion has kept is asked before every ten copies; the rows themselves are as large as messages.
const BYTES_OF_A_DELETION: &str = "
    DROP INDEX archive_by_deletion;
    CREATE INDEX archive_by_deletion ON archive (deletion, bytes);
";

/// Selective redrives. `owner` is the fencing token; one redrive of a queue is open at a time. A row's number is the order
/// in which its message became known, so that what is written together lies together. `kind` is the kind of `closing`.
/// `counts` is what the rows came to in the end: it outlives them.
const REDRIVES: &str = "
    CREATE TABLE redrive (
        no           INTEGER PRIMARY KEY AUTOINCREMENT,
        id           TEXT NOT NULL UNIQUE,
        connection   TEXT NOT NULL,
        source       TEXT NOT NULL,
        queue        TEXT NOT NULL,
        destinations TEXT NOT NULL,
        who          TEXT NOT NULL,
        how          TEXT NOT NULL,
        messages     INTEGER,
        undoes       TEXT,
        started_ms   INTEGER NOT NULL,
        wish         TEXT NOT NULL,
        owner        INTEGER NOT NULL DEFAULT 0,
        paused       INTEGER NOT NULL DEFAULT 0,
        approved     INTEGER NOT NULL DEFAULT 0,
        cancelled    INTEGER NOT NULL DEFAULT 0,
        ended_ms     INTEGER,
        ended_how    TEXT CHECK (ended_how IN ('finished', 'cancelled')),
        may_remain   INTEGER,
        counts       TEXT
    ) STRICT;
    CREATE UNIQUE INDEX redrive_open ON redrive (source) WHERE ended_ms IS NULL;
    CREATE INDEX redrive_by_source ON redrive (source, no);
    CREATE INDEX redrive_by_connection ON redrive (connection, no);
    CREATE TABLE redrive_row (
        no          INTEGER PRIMARY KEY,
        redrive     INTEGER NOT NULL,
        id          TEXT NOT NULL,
        destination INTEGER,
        grouped     TEXT,
        sequence    TEXT,
        attempts    INTEGER NOT NULL DEFAULT 0,
        refused     INTEGER NOT NULL DEFAULT 0,
        extra       INTEGER NOT NULL DEFAULT 0,
        first_ms    INTEGER NOT NULL DEFAULT 0,
        stage       INTEGER NOT NULL,
        kind        TEXT,
        closing     TEXT,
        copy        TEXT,
        sent_ms     INTEGER,
        came_back   INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE UNIQUE INDEX redrive_row_by_id ON redrive_row (redrive, id);
    CREATE INDEX redrive_row_in_order ON redrive_row (redrive, no);
    CREATE INDEX redrive_row_by_copy ON redrive_row (copy) WHERE copy IS NOT NULL;
    CREATE TABLE redrive_edit (
        redrive  INTEGER NOT NULL,
        id       TEXT NOT NULL,
        revision INTEGER NOT NULL,
        draft    TEXT,
        PRIMARY KEY (redrive, id)
    ) STRICT, WITHOUT ROWID;
";

/// Move tasks. `started_ms` is NULL until one that was started through the console was seen.
const MOVE_TASKS: &str = "
    CREATE TABLE move_task (
        id              INTEGER PRIMARY KEY AUTOINCREMENT,
        connection      TEXT NOT NULL,
        source          TEXT NOT NULL,
        started_ms      INTEGER,
        destination     TEXT,
        rate            INTEGER,
        status          TEXT NOT NULL,
        moved           INTEGER NOT NULL DEFAULT 0,
        to_move         INTEGER,
        failure         TEXT,
        handle          TEXT,
        who             TEXT,
        asked_ms        INTEGER NOT NULL,
        cancelled_by    TEXT,
        cancelled_ms    INTEGER,
        cancelled_moved INTEGER,
        seen_ms         INTEGER NOT NULL,
        UNIQUE (connection, source, started_ms)
    ) STRICT;
    CREATE INDEX move_task_active ON move_task (connection, source) WHERE status IN ('Running', 'Cancelling');
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
