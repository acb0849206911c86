//! Reading rows back.

use std::collections::BTreeMap;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, params, params_from_iter};

use super::journal::{CLOSED, DONE, INTENDED, SENT};
use super::{RowKey, RowQuery, Shape, Tally, kept::damaged, kept::to_text};
use crate::model::journal::{JournalRow, Origin, QueueNo, RedriveId, Stage};
use crate::model::{ConnectionName, MessageId, QueueArn};
use crate::server::store::StoreError;

const COLUMNS: &str =
    "id, destination, grouped, sequence, attempts, refused, extra, first_ms, stage, closing, copy, sent_ms, came_back";
/// What a report tells rows apart by.
const SHAPE: &str = "stage, coalesce(kind, ''), attempts > refused";
/// Of what there may be more than one: [`JournalRow::may_be_duplicated`].
const TWICE: &str = "(extra > 0 OR coalesce(kind, '') IN ('Damaged', 'NotDeleted', 'Undecided', 'SentEarlier'))";

/// All of a redrive, in the order in which they became known.
pub(super) fn all(database: &Connection, no: i64, id: &RedriveId) -> Result<Vec<JournalRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM redrive_row WHERE redrive = ?1 ORDER BY no");
    collect(database, &sql, params![no], id)
}

/// Those of other redrives of the same queue that ended after then, or have not: what these sent may come by again, and
/// what they left in doubt is in doubt.
pub(super) fn earlier(
    database: &Connection,
    no: i64,
    source: &QueueArn,
    since_ms: i64,
) -> Result<Vec<JournalRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM redrive_row WHERE redrive IN
           (SELECT no FROM redrive WHERE source = ?1 AND no <> ?2 AND (ended_ms IS NULL OR ended_ms >= ?3))
         AND (copy IS NOT NULL OR attempts > refused) ORDER BY no DESC"
    );
    collect(database, &sql, params![source.as_str(), no, since_ms], &RedriveId::new("earlier"))
}

fn collect(
    database: &Connection,
    sql: &str,
    values: impl rusqlite::Params,
    id: &RedriveId,
) -> Result<Vec<JournalRow>, StoreError> {
    let mut select = database.prepare(sql)?;
    let mut found = select.query(values)?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        rows.push(read(row)?.ok_or_else(|| damaged(id))?);
    }
    Ok(rows)
}

/// How many of each shape, with one of each. One that has ended is not counted again.
pub(super) fn tally(database: &Connection, id: &RedriveId) -> Result<Vec<Tally>, StoreError> {
    let mut select = database.prepare("SELECT no, counts FROM redrive WHERE id = ?1")?;
    let found = select.query_row(params![id.as_str()], |row| Ok((row.get(0)?, row.get::<_, Option<String>>(1)?)));
    match found.optional()? {
        None => Ok(Vec::new()),
        Some((_, Some(counts))) => serde_json::from_str(&counts).map_err(|_| damaged(id)),
        Some((no, None)) => count(database, no, id),
    }
}

/// The same from the rows, with the newest of each shape.
fn count(database: &Connection, no: i64, id: &RedriveId) -> Result<Vec<Tally>, StoreError> {
    // With a single max(), SQLite takes the other columns from the row that has it.
    let sql = format!(
        "SELECT {COLUMNS}, {SHAPE}, count(*), sum({TWICE}), sum(came_back), max(no) FROM redrive_row
         WHERE redrive = ?1 GROUP BY {SHAPE}"
    );
    let mut select = database.prepare(&sql)?;
    let mut found = select.query(params![no])?;
    let number = |value: i64| u64::try_from(value).unwrap_or_default();
    let mut tallies = Vec::new();
    while let Some(row) = found.next()? {
        tallies.push(Tally {
            example: read(row)?.ok_or_else(|| damaged(id))?,
            shape: Shape { stage: row.get(13)?, kind: row.get(14)?, open: row.get(15)? },
            rows: number(row.get(16)?),
            duplicates: number(row.get(17)?),
            came_back: number(row.get(18)?),
        });
    }
    Ok(tallies)
}

/// What the rows came to, to be kept when they are forgotten: of the examples only what a report tells shapes apart by.
pub(super) fn counts(database: &Connection, no: i64, id: &RedriveId) -> Result<String, StoreError> {
    let mut tallies = count(database, no, id)?;
    for tally in &mut tallies {
        let row = JournalRow::new(MessageId::new(""));
        let JournalRow { attempts, refused, ref stage, .. } = tally.example;
        tally.example = JournalRow { attempts, refused, stage: stage.clone(), ..row };
    }
    Ok(to_text(&tallies))
}

/// The rows asked for, and how many there are.
pub(super) fn find(
    database: &Connection,
    id: &RedriveId,
    query: &RowQuery,
) -> Result<(Vec<JournalRow>, u64), StoreError> {
    let (conditions, values) = conditions(id, query);
    let sql = format!("SELECT count(*) FROM redrive_row WHERE {conditions}");
    let total: i64 = database.query_row(&sql, params_from_iter(&values), |row| row.get(0))?;
    let (rows, _) = page(database, id, query, &conditions, values)?;
    Ok((rows, u64::try_from(total).unwrap_or_default()))
}

/// The rows asked for after a key, and the key of the last.
pub(super) fn next(
    database: &Connection,
    id: &RedriveId,
    query: &RowQuery,
    after: RowKey,
) -> Result<(Vec<JournalRow>, RowKey), StoreError> {
    let (mut conditions, mut values) = conditions(id, query);
    conditions.push_str(" AND no > ?");
    values.push(after.0.into());
    let (rows, last) = page(database, id, query, &conditions, values)?;
    Ok((rows, last.unwrap_or(after)))
}

/// The rows that meet the conditions, from the first to the last that is asked for.
fn page(
    database: &Connection,
    id: &RedriveId,
    query: &RowQuery,
    conditions: &str,
    mut values: Vec<Value>,
) -> Result<(Vec<JournalRow>, Option<RowKey>), StoreError> {
    let skip = i64::try_from(query.skip).unwrap_or(i64::MAX);
    values.extend([Value::from(i64::from(query.limit)), Value::from(skip)]);
    let sql = format!("SELECT {COLUMNS}, no FROM redrive_row WHERE {conditions} ORDER BY no LIMIT ? OFFSET ?");
    let mut select = database.prepare(&sql)?;
    let mut found = select.query(params_from_iter(&values))?;
    let (mut rows, mut last) = (Vec::new(), None);
    while let Some(row) = found.next()? {
        rows.push(read(row)?.ok_or_else(|| damaged(id))?);
        last = Some(RowKey(row.get(13)?));
    }
    Ok((rows, last))
}

/// What a query asks for, in SQL, and the values in it.
fn conditions(id: &RedriveId, query: &RowQuery) -> (String, Vec<Value>) {
    let mut conditions = "redrive = (SELECT no FROM redrive WHERE id = ?)".to_owned();
    let mut values: Vec<Value> = vec![id.as_str().to_owned().into()];
    if !query.text.is_empty() {
        // A copy that may be damaged is no row's copy: its id stands in the closing.
        conditions.push_str(
            " AND (instr(id, ?) OR instr(copy, ?) OR instr(grouped, ?) OR instr(json_extract(closing, '$.Damaged.copy'), ?))",
        );
        values.extend(std::iter::repeat_n(Value::from(query.text.clone()), 4));
    }
    if let Some(shapes) = &query.shapes {
        let places = vec!["(?, ?, ?)"; shapes.len()].join(", ");
        conditions = format!(
            "{conditions} AND ({SHAPE}) IN (VALUES {})",
            if places.is_empty() { "(-1, '', 0)" } else { &places }
        );
        for Shape { stage, kind, open } in shapes {
            values.extend([Value::from(*stage), Value::from(kind.clone()), Value::from(i64::from(*open))]);
        }
    }
    if query.duplicates {
        conditions = format!("{conditions} AND {TWICE}");
    }
    if query.came_back {
        conditions.push_str(" AND came_back");
    }
    (conditions, values)
}

/// Where copies come from.
pub(super) fn origins(
    database: &Connection,
    connection: &ConnectionName,
    copies: &[MessageId],
) -> Result<BTreeMap<MessageId, Origin>, StoreError> {
    let mut select = database.prepare(
        "SELECT r.id, row.id, r.who, row.sent_ms,
           EXISTS (SELECT 1 FROM redrive_edit AS e WHERE e.redrive = row.redrive AND e.id = row.id)
         FROM redrive_row AS row JOIN redrive AS r ON r.no = row.redrive
         WHERE row.copy = ?1 AND r.connection = ?2 ORDER BY row.no DESC LIMIT 1",
    )?;
    let mut origins = BTreeMap::new();
    for copy in copies {
        let mut found = select.query(params![copy.as_str(), connection.as_str()])?;
        if let Some(row) = found.next()? {
            let origin = Origin {
                redrive: RedriveId::new(row.get::<_, String>(0)?),
                original: MessageId::new(row.get::<_, String>(1)?),
                who: row.get(2)?,
                at_ms: row.get::<_, Option<i64>>(3)?.unwrap_or_default(),
                edited: row.get(4)?,
            };
            origins.insert(copy.clone(), origin);
        }
    }
    Ok(origins)
}

/// `None` where a row holds what this program never writes.
fn read(row: &Row<'_>) -> rusqlite::Result<Option<JournalRow>> {
    let text = |at: usize| row.get::<_, Option<String>>(at);
    let stage = match row.get::<_, i64>(8)? {
        INTENDED => Some(Stage::Intended),
        SENT => Some(Stage::Sent),
        DONE => Some(Stage::Done),
        CLOSED => text(9)?.and_then(|closing| serde_json::from_str(&closing).ok()).map(Stage::Closed),
        _ => None,
    };
    let Some(stage) = stage else { return Ok(None) };
    Ok(Some(JournalRow {
        id: MessageId::new(row.get::<_, String>(0)?),
        to: row.get::<_, Option<u16>>(1)?.map(QueueNo),
        group: text(2)?,
        sequence: text(3)?.and_then(|sequence| sequence.parse().ok()),
        attempts: row.get(4)?,
        refused: row.get(5)?,
        extra: row.get(6)?,
        first_ms: row.get(7)?,
        stage,
        copy: text(10)?.map(MessageId::new),
        sent_ms: row.get(11)?,
        came_back: row.get(12)?,
    }))
}
