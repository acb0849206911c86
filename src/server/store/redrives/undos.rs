//! What was taken back, and what that put where.

use std::collections::HashSet;

use rusqlite::{Connection, params};

use super::journal::DONE;
use crate::model::journal::{PutBack, QueueNo, RedriveId};
use crate::model::{MessageId, QueueArn};
use crate::server::store::StoreError;

/// The copies of a redrive that nobody has taken back yet.
pub(super) fn copies_left(database: &Connection, id: &RedriveId) -> Result<Vec<(QueueNo, MessageId)>, StoreError> {
    let mut undos = database.prepare("SELECT no FROM redrive WHERE undoes = ?1")?;
    let mut sent = database.prepare("SELECT id FROM redrive_row WHERE redrive = ?1 AND copy IS NOT NULL")?;
    let mut taken: HashSet<String> = HashSet::new();
    for no in undos.query_map(params![id.as_str()], |row| row.get::<_, i64>(0))? {
        for copy in sent.query_map(params![no?], |row| row.get(0))? {
            taken.insert(copy?);
        }
    }
    let mut moved = database.prepare(
        "SELECT destination, copy FROM redrive_row
         WHERE redrive = (SELECT no FROM redrive WHERE id = ?1) AND stage = ?2 AND NOT came_back
           AND copy IS NOT NULL AND destination IS NOT NULL ORDER BY no",
    )?;
    let found =
        moved.query_map(params![id.as_str(), DONE], |row| Ok((QueueNo(row.get(0)?), row.get::<_, String>(1)?)))?;
    let mut left = Vec::new();
    for moved in found {
        let (to, copy) = moved?;
        if !taken.contains(&copy) {
            left.push((to, MessageId::new(copy)));
        }
    }
    Ok(left)
}

/// What was put back into a queue by taking back what had been redriven from there.
pub(super) fn put_back(database: &Connection, queue: &QueueArn, since_ms: i64) -> Result<Vec<PutBack>, StoreError> {
    let mut undos = database.prepare(
        "SELECT undo.no, undone.no, undone.id FROM redrive AS undo CROSS JOIN redrive AS undone ON undone.id = undo.undoes
         WHERE undo.undoes IS NOT NULL AND undone.source = ?1 AND (undo.ended_ms IS NULL OR undo.ended_ms >= ?2)
         ORDER BY undo.no",
    )?;
    // The plus keeps SQLite from looking through all rows of the other redrive for each: there is an index of copies. An
    // original that stays is still there, though it was sent on.
    let mut select = database.prepare(
        "SELECT back.copy, row.id, row.destination,
           EXISTS (SELECT 1 FROM redrive AS later CROSS JOIN redrive_row AS onward
                   ON onward.redrive = later.no AND onward.id = back.copy
                   WHERE later.source = ?3 AND later.no > ?1 AND onward.copy IS NOT NULL
                     AND coalesce(onward.kind, '') NOT IN ('Kept', 'NotDeleted'))
         FROM redrive_row AS back CROSS JOIN redrive_row AS row ON row.copy = back.id
         WHERE back.redrive = ?1 AND back.copy IS NOT NULL AND +row.redrive = ?2 AND row.destination IS NOT NULL
         ORDER BY back.no",
    )?;
    let found = undos.query_map(params![queue.as_str(), since_ms], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, RedriveId::new(row.get::<_, String>(2)?)))
    })?;
    let mut put_back = Vec::new();
    for undo in found {
        let (undo, no, undone) = undo?;
        let rows = select.query_map(params![undo, no, queue.as_str()], |row| {
            Ok(PutBack {
                id: MessageId::new(row.get::<_, String>(0)?),
                undone: undone.clone(),
                original: MessageId::new(row.get::<_, String>(1)?),
                from: QueueNo(row.get(2)?),
                gone_on: row.get(3)?,
            })
        })?;
        for row in rows {
            put_back.push(row?);
        }
    }
    Ok(put_back)
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

        let kept = [moved("a2", "a3"), vec![record("a2", Change::Closed(Closing::Kept))]];
        redrive(&store, new("s", "dlq"), kept.into(), Some(30)).await;
        assert_eq!(store.put_back(&dlq, 0).await.unwrap(), std::slice::from_ref(&put), "the original stayed");
        redrive(&store, new("t", "dlq"), vec![moved("a2", "a4")], None).await;
        assert!(store.put_back(&dlq, 0).await.unwrap()[0].gone_on);
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
        redrive(&store, new("s", "dlq"), Vec::new(), Some(30)).await;
        let began = Instant::now();
        assert!(store.copies_left(&RedriveId::new("r")).await.unwrap().is_empty());
        assert_eq!(store.put_back(&new("x", "dlq").kept.source, 0).await.unwrap().len(), MANY);
        let second = began.elapsed();
        // Whoever looks at every row for every row takes minutes.
        assert!(first + second < Duration::from_secs(5), "{first:?}, {second:?}");
    }
}
