//! What was taken back, and what that put where.

use std::collections::{BTreeMap, HashSet};

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::journal::DONE;
use crate::model::journal::{PutBack, QueueNo, RedriveId};
use crate::model::{MessageId, QueueArn};
use crate::server::store::StoreError;

/// What tells the copies of a redrive that nobody has taken back yet; ?1 is its id, ?2 the stage of what was moved.
const LEFT: &str = "
    redrive = (SELECT no FROM redrive WHERE id = ?1) AND stage = ?2 AND NOT came_back
    AND copy IS NOT NULL AND destination IS NOT NULL
    AND copy NOT IN (SELECT back.id FROM redrive AS undo CROSS JOIN redrive_row AS back ON back.redrive = undo.no
                     WHERE undo.undoes = ?1 AND back.copy IS NOT NULL)";

/// What tells that a redrive sent a row's message on, and that it is gone from where it was: an original that stays is still
/// there.
const SENT_ON: &str = "onward.copy IS NOT NULL AND coalesce(onward.kind, '') NOT IN ('Kept', 'NotDeleted')";

/// The copies of a redrive that nobody has taken back yet.
pub(super) fn copies_left(database: &Connection, id: &RedriveId) -> Result<Vec<(QueueNo, MessageId)>, StoreError> {
    let sql = format!("SELECT destination, copy FROM redrive_row WHERE {LEFT} ORDER BY no");
    let mut select = database.prepare(&sql)?;
    let found = select.query_map(params![id.as_str(), DONE], |row| Ok((QueueNo(row.get(0)?), id_of(row, 1)?)))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// How many these are, by the queue that they were sent to.
pub(super) fn count_copies_left(database: &Connection, id: &RedriveId) -> Result<BTreeMap<QueueNo, u64>, StoreError> {
    let sql = format!("SELECT destination, count(*) FROM redrive_row WHERE {LEFT} GROUP BY destination");
    let mut select = database.prepare(&sql)?;
    let found = select.query_map(params![id.as_str(), DONE], |row| Ok((QueueNo(row.get(0)?), count(row, 1)?)))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// A redrive that takes back what had been redriven from a queue.
struct Undo {
    no: i64,
    /// The redrive that it takes back.
    undone_no: i64,
    undone: RedriveId,
}

fn undos_into(database: &Connection, queue: &QueueArn, since_ms: i64) -> Result<Vec<Undo>, StoreError> {
    let mut select = database.prepare(
        "SELECT undo.no, undone.no, undone.id FROM redrive AS undo CROSS JOIN redrive AS undone ON undone.id = undo.undoes
         WHERE undo.undoes IS NOT NULL AND undone.source = ?1 AND (undo.ended_ms IS NULL OR undo.ended_ms >= ?2)
         ORDER BY undo.no",
    )?;
    let found = select.query_map(params![queue.as_str(), since_ms], |row| {
        Ok(Undo { no: row.get(0)?, undone_no: row.get(1)?, undone: RedriveId::new(row.get::<_, String>(2)?) })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// What later redrives of a queue have sent on, as a set: it is gathered once for all rows. ?1 is the undo, ?2 the queue.
fn gone_on() -> String {
    format!(
        "(SELECT onward.id FROM redrive AS later CROSS JOIN redrive_row AS onward ON onward.redrive = later.no
          WHERE later.source = ?2 AND later.no > ?1 AND {SENT_ON})"
    )
}

/// What was put back into a queue by taking back what had been redriven from there.
pub(super) fn put_back(database: &Connection, queue: &QueueArn, since_ms: i64) -> Result<Vec<PutBack>, StoreError> {
    // The plus keeps SQLite from looking through all rows of the other redrive for each: there is an index of copies.
    let mut select = database.prepare(&format!(
        "SELECT back.copy, row.id, row.destination, back.copy IN {}
         FROM redrive_row AS back CROSS JOIN redrive_row AS row ON row.copy = back.id
         WHERE back.redrive = ?1 AND back.copy IS NOT NULL AND +row.redrive = ?3 AND row.destination IS NOT NULL
         ORDER BY back.no",
        gone_on()
    ))?;
    let mut put_back = Vec::new();
    for undo in undos_into(database, queue, since_ms)? {
        let rows = select.query_map(params![undo.no, queue.as_str(), undo.undone_no], |row| {
            let (original, from) = (id_of(row, 1)?, QueueNo(row.get(2)?));
            Ok(PutBack { id: id_of(row, 0)?, undone: undo.undone.clone(), original, from, gone_on: row.get(3)? })
        })?;
        for row in rows {
            put_back.push(row?);
        }
    }
    Ok(put_back)
}

/// How much of that is still there, as far as the journal tells.
pub(super) fn count_put_back(database: &Connection, queue: &QueueArn, since_ms: i64) -> Result<u64, StoreError> {
    let mut select = database.prepare(&format!(
        "SELECT count(*) FROM redrive_row AS back
         WHERE back.redrive = ?1 AND back.copy IS NOT NULL AND back.copy NOT IN {}",
        gone_on()
    ))?;
    let mut there = 0;
    for undo in undos_into(database, queue, since_ms)? {
        there += select.query_row(params![undo.no, queue.as_str()], |row| count(row, 0))?;
    }
    Ok(there)
}

/// The same of these messages alone, with what each had been before it was put back.
pub(super) fn put_back_among(
    database: &Connection,
    queue: &QueueArn,
    since_ms: i64,
    ids: &[MessageId],
) -> Result<Vec<PutBack>, StoreError> {
    let undos = undos_into(database, queue, since_ms)?;
    let mut back = database.prepare("SELECT id FROM redrive_row WHERE copy = ?1 AND +redrive = ?2")?;
    let mut row = database.prepare(
        "SELECT id, destination FROM redrive_row WHERE copy = ?1 AND +redrive = ?2 AND destination IS NOT NULL",
    )?;
    let mut on = database.prepare(&format!(
        "SELECT EXISTS (SELECT 1 FROM redrive AS later CROSS JOIN redrive_row AS onward
                        ON onward.redrive = later.no AND onward.id = ?3
                        WHERE later.source = ?2 AND later.no > ?1 AND {SENT_ON})"
    ))?;
    let (mut put_back, mut asked) = (Vec::new(), ids.to_vec());
    let mut met: HashSet<MessageId> = ids.iter().cloned().collect();
    while let Some(id) = asked.pop() {
        for undo in &undos {
            let copy: Option<String> = back.query_row(params![id.as_str(), undo.no], |row| row.get(0)).optional()?;
            let Some(copy) = copy else { continue };
            let found = row
                .query_row(params![copy, undo.undone_no], |row| Ok((id_of(row, 0)?, QueueNo(row.get(1)?))))
                .optional()?;
            let Some((original, from)) = found else { continue };
            let gone_on = on.query_row(params![undo.no, queue.as_str(), id.as_str()], |row| row.get(0))?;
            if met.insert(original.clone()) {
                asked.push(original.clone());
            }
            put_back.push(PutBack { id: id.clone(), undone: undo.undone.clone(), original, from, gone_on });
        }
    }
    Ok(put_back)
}

fn id_of(row: &Row<'_>, column: usize) -> rusqlite::Result<MessageId> {
    Ok(MessageId::new(row.get::<_, String>(column)?))
}

fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::super::tests::{intent, new, record};
    use super::super::{NewRedrive, RedriveStore as _};
    use crate::model::MessageId;
    use crate::model::journal::{Change, Closing, Ended, EndedHow, PutBack, QueueNo, Record, RedriveId};
    use crate::server::store::Sqlite;

    fn moved(id: &str, copy: &str) -> Vec<Record> {
        let sent = Change::Sent { copy: MessageId::new(copy), at_ms: 5 };
        [intent(1, 0), sent, Change::Done].map(|change| record(id, change)).into()
    }

    /// A redrive that is there and back in one go.
    async fn redrive(store: &Sqlite, new: NewRedrive, records: Vec<Vec<Record>>, ended_ms: Option<i64>) {
        let id = new.kept.id.clone();
        assert!(store.add_redrive(new).await.unwrap());
        let token = store.claim_redrive(&id, 0).await.unwrap().unwrap().token;
        store.commit_records(&id, token, records.concat().into()).await.unwrap();
        if let Some(at_ms) = ended_ms {
            let how = EndedHow::Finished { may_remain: None };
            store.end_redrive(&id, token, Ended { at_ms, how }).await.unwrap();
        }
    }

    fn undo(id: &str, of: &str) -> NewRedrive {
        let mut new = new(id, "orders");
        new.kept.undoes = Some(RedriveId::new(of));
        new
    }

    #[tokio::test]
    async fn what_was_taken_back_is_known_from_both_ends() {
        let store = Sqlite::in_memory().unwrap();
        let there = vec![moved("a", "a1"), moved("b", "b1"), moved("c", "c1"), moved("d", "d1")];
        redrive(&store, new("r", "dlq"), [there, vec![vec![record("d", Change::CameBack)]]].concat(), Some(10)).await;
        let id = RedriveId::new("r");
        let left = || async {
            let left = store.copies_left(&id).await.unwrap();
            left.into_iter().map(|(to, copy)| (to.0, copy.to_string())).collect::<Vec<_>>()
        };
        let copies = |names: &[&str]| names.iter().map(|name| (1, (*name).to_owned())).collect::<Vec<_>>();
        assert_eq!(left().await, copies(&["a1", "b1", "c1"]), "what came back needs no undo");

        let missing = vec![record("b1", Change::Closed(Closing::NotFound))];
        redrive(&store, undo("u", "r"), vec![moved("a1", "a2"), missing], Some(20)).await;
        assert_eq!(left().await, copies(&["b1", "c1"]), "the rest");
        assert_eq!(store.count_copies_left(&id).await.unwrap(), [(QueueNo(1), 2)].into());
        let undos = store.undos(&id).await.unwrap();
        assert_eq!(undos.iter().map(|kept| kept.id.as_str()).collect::<Vec<_>>(), ["u"]);

        let dlq = new("x", "dlq").kept.source;
        let put = PutBack {
            id: MessageId::new("a2"),
            undone: id.clone(),
            original: MessageId::new("a"),
            from: QueueNo(1),
            gone_on: false,
        };
        assert_eq!(store.put_back(&dlq, 0).await.unwrap(), std::slice::from_ref(&put));
        assert!(store.put_back(&dlq, 21).await.unwrap().is_empty(), "too long ago to be there");
        assert!(store.put_back(&new("x", "orders").kept.source, 0).await.unwrap().is_empty());
        assert_eq!(store.count_put_back(&dlq, 0).await.unwrap(), 1);
        let among = |id: &str| {
            let (store, dlq, ids) = (&store, dlq.clone(), [MessageId::new(id)]);
            async move { store.put_back_among(&dlq, 0, &ids).await.unwrap() }
        };
        assert_eq!((among("a2").await, among("a1").await), (vec![put.clone()], Vec::new()));

        let kept = [moved("a2", "a3"), vec![record("a2", Change::Closed(Closing::Kept))]];
        redrive(&store, new("s", "dlq"), kept.into(), Some(30)).await;
        assert_eq!(store.put_back(&dlq, 0).await.unwrap(), std::slice::from_ref(&put), "the original stayed");
        redrive(&store, new("t", "dlq"), vec![moved("a2", "a4")], None).await;
        assert!(store.put_back(&dlq, 0).await.unwrap()[0].gone_on);
        assert!(among("a2").await[0].gone_on && store.count_put_back(&dlq, 0).await.unwrap() == 0);

        redrive(&store, undo("v", "t"), vec![moved("a4", "a5")], Some(40)).await;
        let ids: Vec<_> = among("a5").await.into_iter().map(|put| (put.id.to_string(), put.gone_on)).collect();
        assert_eq!(ids, [("a5".to_owned(), false), ("a2".to_owned(), true)], "with what it had been before");
    }

    #[tokio::test]
    async fn a_large_redrive_is_taken_back_in_a_moment() {
        const MANY: usize = 20_000;
        let store = Sqlite::in_memory().unwrap();
        let all = |from: &str, to: &str| (0..MANY).map(|n| moved(&format!("{from}{n}"), &format!("{to}{n}"))).collect();
        redrive(&store, new("r", "dlq"), all("a", "b"), Some(10)).await;
        let began = Instant::now();
        assert_eq!(store.copies_left(&RedriveId::new("r")).await.unwrap().len(), MANY);
        let first = began.elapsed();
        redrive(&store, undo("u", "r"), all("b", "c"), Some(20)).await;
        // Later ones in number, which have to do with others.
        for n in 0..20 {
            let others = (0..100).map(|row| moved(&format!("x{n}-{row}"), &format!("y{n}-{row}"))).collect();
            redrive(&store, new(&format!("s{n}"), "dlq"), others, Some(30)).await;
        }
        let began = Instant::now();
        assert!(store.copies_left(&RedriveId::new("r")).await.unwrap().is_empty());
        assert!(store.count_copies_left(&RedriveId::new("r")).await.unwrap().is_empty());
        let dlq = new("x", "dlq").kept.source;
        assert_eq!(store.put_back(&dlq, 0).await.unwrap().len(), MANY);
        assert_eq!(store.count_put_back(&dlq, 0).await.unwrap(), MANY as u64);
        let second = began.elapsed();
        // Whoever looks at every row for every row takes minutes.
        assert!(first + second < Duration::from_secs(5), "{first:?}, {second:?}");
    }
}
