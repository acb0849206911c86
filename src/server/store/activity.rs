//! The audit log's statements. Values are always bound, never written into a statement.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params, params_from_iter};

use super::{ActivityQuery, StoreError};
use crate::model::activity::{Activity, ActivityId, Detail, Entry, Outcome};
use crate::model::failure::Code;

/// Marks entries without an outcome as unknown: whoever wrote them does not run any more.
pub(super) fn abandon(database: &Connection) -> Result<(), StoreError> {
    database.execute("UPDATE activity SET outcome = 'unknown' WHERE outcome IS NULL", ())?;
    Ok(())
}

/// Adds an entry.
pub(super) fn intend(database: &Connection, entry: &Entry) -> Result<ActivityId, StoreError> {
    let mut insert = database.prepare(
        "INSERT INTO activity (at_ms, who, connection, queue, verb, detail, cli) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let id = insert.insert(params![
        entry.at_ms,
        entry.who,
        entry.connection.as_str(),
        entry.queue.as_ref().map(crate::model::QueueName::as_str),
        entry.verb.key(),
        to_text(&entry.detail),
        entry.cli,
    ])?;
    Ok(ActivityId(id))
}

/// Gives an entry its outcome. One that another console took for abandoned can still be concluded: it has no end yet.
pub(super) fn conclude(
    database: &Connection,
    id: ActivityId,
    outcome: &Outcome,
    finished_ms: i64,
) -> Result<(), StoreError> {
    let (word, code, detail) = match outcome {
        Outcome::Succeeded { detail, .. } => ("succeeded", None, Some(to_text(detail))),
        Outcome::Failed { code, .. } => ("failed", Some(code.as_str()), None),
        Outcome::Unknown { code, .. } => ("unknown", code.as_ref().map(Code::as_str), None),
    };
    let mut update = database.prepare(
        "UPDATE activity SET outcome = ?2, code = ?3, request_id = ?4, outcome_detail = ?5, finished_ms = ?6
         WHERE id = ?1 AND finished_ms IS NULL",
    )?;
    match update.execute(params![id.0, word, code, outcome.request_id(), detail, finished_ms])? {
        1 => Ok(()),
        _ => Err(StoreError::NotPending(id)),
    }
}

/// The entries asked for, newest first.
pub(super) fn find(database: &Connection, query: &ActivityQuery) -> Result<Vec<Activity>, StoreError> {
    let (mut conditions, mut values) = conditions(query);
    if let Some(before) = query.before {
        conditions.push_str(" AND id < ?");
        values.push(before.0.into());
    }
    values.push(i64::from(query.limit).into());
    let mut select = database.prepare(&format!(
        "SELECT id, at_ms, who, connection, queue, verb, detail, cli, outcome, code, request_id, outcome_detail,
         finished_ms FROM activity WHERE {conditions} ORDER BY id DESC LIMIT ?"
    ))?;
    let mut rows = select.query(params_from_iter(values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// How many there are, on all pages.
pub(super) fn count(database: &Connection, query: &ActivityQuery) -> Result<u64, StoreError> {
    let (conditions, values) = conditions(query);
    let mut select = database.prepare(&format!("SELECT count(*) FROM activity WHERE {conditions}"))?;
    let n: i64 = select.query_row(params_from_iter(values), |row| row.get(0))?;
    Ok(n.unsigned_abs())
}

/// What the query restricts, as a condition with its values in order.
fn conditions(query: &ActivityQuery) -> (String, Vec<Value>) {
    let mut conditions = String::from("connection = ?");
    let mut values: Vec<Value> = vec![query.connection.as_str().to_owned().into()];
    if let Some(queue) = &query.queue {
        conditions.push_str(" AND queue = ?");
        values.push(queue.as_str().to_owned().into());
    }
    if let Some(verb) = query.verb {
        conditions.push_str(" AND verb = ?");
        values.push(verb.key().to_owned().into());
    }
    if let Some(text) = query.text.as_deref().filter(|text| !text.is_empty()) {
        const COLUMNS: [&str; 7] = ["who", "queue", "detail", "cli", "code", "request_id", "outcome_detail"];
        let any: Vec<String> = COLUMNS.iter().map(|column| format!(r"{column} LIKE ? ESCAPE '\'")).collect();
        conditions.extend([" AND (", &any.join(" OR "), ")"]);
        values.extend(COLUMNS.iter().map(|_| Value::from(containing(text))));
    }
    (conditions, values)
}

/// The `LIKE` pattern of texts that contain this one; its own wildcards stand for themselves.
fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

fn read(row: &Row<'_>) -> Result<Activity, StoreError> {
    let id = ActivityId(row.get("id")?);
    let damaged = || StoreError::Damaged(id);
    let text = |column: &str| row.get::<_, Option<String>>(column);

    let queue = text("queue")?.map(|name| name.parse().map_err(|_| damaged())).transpose()?;
    let request_id = text("request_id")?;
    let outcome = match text("outcome")?.as_deref() {
        None => None,
        Some("succeeded") => {
            let detail = text("outcome_detail")?.as_deref().and_then(from_text).ok_or_else(damaged)?;
            Some(Outcome::Succeeded { request_id, detail })
        }
        Some("failed") => {
            Some(Outcome::Failed { code: Code::new(text("code")?.as_deref().unwrap_or_default()), request_id })
        }
        Some(_) => Some(Outcome::Unknown { code: text("code")?.as_deref().map(Code::new), request_id }),
    };
    let entry = Entry {
        at_ms: row.get("at_ms")?,
        who: row.get("who")?,
        connection: row.get::<_, String>("connection")?.parse().map_err(|_| damaged())?,
        queue,
        verb: row.get::<_, String>("verb")?.parse().map_err(|_| damaged())?,
        detail: from_text(&row.get::<_, String>("detail")?).ok_or_else(damaged)?,
        cli: row.get("cli")?,
    };
    Ok(Activity { id, entry, outcome, finished_ms: row.get("finished_ms")? })
}

fn to_text(detail: &Detail) -> String {
    // A map of texts is always JSON.
    serde_json::to_string(detail).unwrap_or_default()
}

fn from_text(text: &str) -> Option<Detail> {
    serde_json::from_str(text).ok()
}
