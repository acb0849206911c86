//! The journal in SQLite: it says what the engine's own fold says, and nobody writes who is not the owner.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;

use super::{NewRedrive, RedriveStore as _, RowKey, RowQuery, Wanted};
use crate::model::journal::{
    Change, Closing, Ended, EndedHow, Intent, JournalRow, KeptRedrive, Obstacle, QueueNo, Record, RedriveId,
};
use crate::model::{Code, Draft, MessageId};
use crate::server::store::{Sqlite, StoreError};

pub(super) fn new(id: &str, queue: &str) -> NewRedrive {
    let arn = |name: &str| format!("arn:aws:sqs:eu-west-1:000000000000:{name}").parse().unwrap();
    NewRedrive {
        kept: KeptRedrive {
            id: RedriveId::new(id),
            connection: "local".parse().unwrap(),
            source: arn(queue),
            destinations: vec![arn("orders"), arn("orders-eu")],
            who: "somebody".into(),
            how: "marked by hand".into(),
            messages: Some(3),
            undoes: None,
            edits: 0,
            started_ms: 5,
            paused: false,
            approved: false,
            cancelled: false,
            ended: None,
        },
        order: "{}".into(),
        edits: BTreeMap::new(),
    }
}

pub(super) fn record(id: &str, change: Change) -> Record {
    Record { id: MessageId::new(id), change }
}

pub(super) fn intent(attempt: u32, extra: u32) -> Change {
    let (group, sequence) = (Some("g".to_owned()), Some(18_870_000_000_000_000_000_u128));
    Change::Intend(Intent { to: QueueNo(1), attempt, extra, first_ms: 7, group, sequence })
}

fn change() -> impl Strategy<Value = Change> {
    let closing = prop_oneof![
        Just(Closing::Gone),
        Just(Closing::Kept),
        Just(Closing::NotDeleted),
        Just(Closing::NotReached),
        Just(Closing::SentEarlier { copy: MessageId::new("copy") }),
        Just(Closing::Obstacle(Obstacle::TooLarge { size: 9, most: 8 })),
        Just(Closing::Refused(Code::new("X"))),
        Just(Closing::Blocked { by: MessageId::new("z") }),
        Just(Closing::Damaged { copy: MessageId::new("c") }),
    ];
    prop_oneof![
        (1_u32..4, 0_u32..3).prop_map(|(attempt, extra)| intent(attempt, extra)),
        (1_u32..3, 0_u32..3).prop_map(|(refused, extra)| Change::Refused { code: Code::new("T"), refused, extra }),
        (0_i64..9).prop_map(|at_ms| Change::Sent { copy: MessageId::new(format!("copy {at_ms}")), at_ms }),
        Just(Change::Done),
        closing.prop_map(Change::Closed),
        Just(Change::CameBack),
    ]
}

/// Runs something to its end.
fn block<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// SQL and [`JournalRow::apply`] make the same of the same records, however these are cut into commits, and though
    /// each commit is written twice.
    #[test]
    fn the_fold_in_sql_is_the_fold(changes in proptest::collection::vec((0_u8..4, change()), 1..60), cut in 1_usize..20) {
        // A message's first record says that it is about to be sent, or that it will not be.
        let mut rows: BTreeMap<String, JournalRow> = BTreeMap::new();
        let mut records = Vec::new();
        for (id, change) in changes {
            let id = format!("m{id}");
            if !rows.contains_key(&id) && !matches!(change, Change::Intend(_) | Change::Closed(_)) {
                continue;
            }
            let row = rows.entry(id.clone()).or_insert_with(|| JournalRow::new(MessageId::new(&id)));
            row.apply(change.clone());
            records.push(record(&id, change));
        }
        let (found, tallied) = block(async {
            let store = Sqlite::in_memory().unwrap();
            prop_assert!(store.add_redrive(new("r", "dlq")).await.unwrap());
            let id = RedriveId::new("r");
            let token = store.claim_redrive(&id, 0).await.unwrap().unwrap().token;
            for commit in records.chunks(cut) {
                let commit: Arc<[Record]> = commit.into();
                for _ in 0..2 {
                    store.commit_records(&id, token, Arc::clone(&commit)).await.unwrap();
                }
            }
            let found = store.claim_redrive(&id, 0).await.unwrap().unwrap().rows;
            Ok((found, store.redrive_tally(&id).await.unwrap()))
        })?;
        let found: BTreeMap<String, JournalRow> = found.into_iter().map(|row| (row.id.to_string(), row)).collect();
        prop_assert_eq!(&found, &rows);
        let tallied: u64 = tallied.iter().map(|tally| tally.rows).sum();
        prop_assert_eq!(tallied, rows.len() as u64);
    }
}

#[tokio::test]
async fn one_redrive_of_a_queue_is_open_and_one_owner_writes() {
    let store = Sqlite::in_memory().unwrap();
    assert!(store.add_redrive(new("a", "dlq")).await.unwrap());
    assert!(!store.add_redrive(new("b", "dlq")).await.unwrap(), "one at a time");
    assert!(store.add_redrive(new("c", "other-dlq")).await.unwrap());
    let id = RedriveId::new("a");
    let first = store.claim_redrive(&id, 0).await.unwrap().unwrap();
    let records: Arc<[Record]> = Arc::new([record("m", intent(1, 0))]);
    store.commit_records(&id, first.token, Arc::clone(&records)).await.unwrap();
    let second = store.claim_redrive(&id, 0).await.unwrap().unwrap();
    assert_eq!(second.rows.len(), 1, "who takes over knows what was written");
    let late = store.commit_records(&id, first.token, Arc::clone(&records)).await;
    assert!(matches!(late, Err(StoreError::Fenced)), "{late:?}");
    let ended = Ended { at_ms: 90, how: EndedHow::Finished { may_remain: Some(2) } };
    assert!(matches!(store.end_redrive(&id, first.token, ended).await, Err(StoreError::Fenced)));
    store.end_redrive(&id, second.token, ended).await.unwrap();
    assert!(store.claim_redrive(&id, 0).await.unwrap().is_none(), "it has ended");
    assert!(!store.steer_redrive(&id, Wanted::Paused).await.unwrap());
    assert!(store.add_redrive(new("b", "dlq")).await.unwrap());
    let connection = "local".parse().unwrap();
    let kept = store.redrive(&connection, &id).await.unwrap().unwrap();
    assert_eq!(kept, KeptRedrive { ended: Some(ended), ..new("a", "dlq").kept });
    let open = store.open_redrives(&connection).await.unwrap();
    assert_eq!(open.iter().map(|kept| kept.id.as_str()).collect::<Vec<_>>(), ["c", "b"]);
    let about = async |queue: &str| {
        let arn = format!("arn:aws:sqs:eu-west-1:000000000000:{queue}").parse().unwrap();
        store.redrive_about(&arn).await.unwrap().map(|kept| kept.id.as_str().to_owned())
    };
    assert_eq!(about("orders").await.as_deref(), Some("c"));
    assert_eq!(about("elsewhere").await, None);
    store.add_redrive(new("d", "orders")).await.unwrap();
    assert_eq!(about("orders").await.as_deref(), Some("d"), "who takes from it comes first");
}

#[tokio::test]
async fn what_an_earlier_redrive_sent_is_known_to_the_next_until_it_does_not_matter() {
    let store = Sqlite::in_memory().unwrap();
    let ids = ["a", "b"].map(RedriveId::new);
    store.add_redrive(new("a", "dlq")).await.unwrap();
    let token = store.claim_redrive(&ids[0], 0).await.unwrap().unwrap().token;
    let sent = Change::Sent { copy: MessageId::new("copy"), at_ms: 8 };
    let records = [
        record("sent", intent(1, 0)),
        record("sent", sent),
        record("sent", Change::Done),
        record("doubtful", intent(1, 0)),
        record("doubtful", Change::Closed(Closing::Undecided)),
        record("left", Change::Closed(Closing::Cancelled)),
    ];
    store.commit_records(&ids[0], token, Arc::new(records)).await.unwrap();
    store.end_redrive(&ids[0], token, Ended { at_ms: 100, how: EndedHow::Cancelled }).await.unwrap();
    store.add_redrive(new("b", "dlq")).await.unwrap();
    let mut earlier: Vec<String> = store
        .claim_redrive(&ids[1], 100)
        .await
        .unwrap()
        .unwrap()
        .earlier
        .iter()
        .map(|row| row.id.to_string())
        .collect();
    earlier.sort();
    assert_eq!(earlier, ["doubtful", "sent"], "what was never sent is nothing to know");
    assert!(store.claim_redrive(&ids[1], 101).await.unwrap().unwrap().earlier.is_empty());
    let copies = ["copy", "other"].map(MessageId::new);
    let origins = store.origins(&"local".parse().unwrap(), &copies).await.unwrap();
    let origin = &origins[&copies[0]];
    assert_eq!((origins.len(), origin.original.as_str(), origin.edited, origin.at_ms), (1, "sent", false, 8));
    assert_eq!(store.forget_rows(100).await.unwrap(), 0);
    let before = store.redrive_tally(&ids[0]).await.unwrap();
    assert_eq!(before.iter().map(|tally| tally.rows).sum::<u64>(), 3);
    assert!(before.iter().all(|tally| tally.example.id.as_str().is_empty()), "no id outlives the rows");
    assert_eq!(store.forget_rows(101).await.unwrap(), 3);
    assert_eq!(store.forget_rows(101).await.unwrap(), 0, "nothing is left to forget");
    assert_eq!(store.redrive_tally(&ids[0]).await.unwrap(), before, "what they came to stays");
}

#[tokio::test]
async fn rows_are_forgotten_in_portions() {
    let store = Sqlite::in_memory().unwrap();
    let id = RedriveId::new("r");
    store.add_redrive(new("r", "dlq")).await.unwrap();
    let token = store.claim_redrive(&id, 0).await.unwrap().unwrap().token;
    let records: Vec<_> =
        (0..10_001).map(|n| record(&format!("message-{n}"), Change::Closed(Closing::Cancelled))).collect();
    store.commit_records(&id, token, records.into()).await.unwrap();
    store.end_redrive(&id, token, Ended { at_ms: 100, how: EndedHow::Cancelled }).await.unwrap();
    for portion in [10_000, 1, 0] {
        assert_eq!(store.forget_rows(101).await.unwrap(), portion);
    }
    assert_eq!(store.redrive_tally(&id).await.unwrap()[0].rows, 10_001);
}

#[tokio::test]
async fn an_edit_is_forgotten_with_the_message_that_it_was_for() {
    let directory = tempfile::tempdir().unwrap();
    let secret = "4929-the-edited-body-1337";
    {
        let store = Sqlite::open(directory.path()).unwrap();
        let draft = |body: &str| (1, Arc::new(Draft { body: body.into(), ..Draft::default() }));
        let edits = BTreeMap::from([(MessageId::new("a"), draft(secret)), (MessageId::new("b"), draft("other"))]);
        store.add_redrive(NewRedrive { edits, ..new("r", "dlq") }).await.unwrap();
        let id = RedriveId::new("r");
        let claimed = store.claim_redrive(&id, 0).await.unwrap().unwrap();
        assert_eq!((claimed.edits.len(), claimed.kept.edits), (2, 2));
        let sent = Change::Sent { copy: MessageId::new("copy"), at_ms: 8 };
        let records = [record("a", intent(1, 0)), record("a", sent), record("a", Change::Done)];
        store.commit_records(&id, claimed.token, Arc::new(records)).await.unwrap();
        let claimed = store.claim_redrive(&id, 0).await.unwrap().unwrap();
        assert_eq!(claimed.edits.keys().map(MessageId::as_str).collect::<Vec<_>>(), ["b"]);
        let origins = store.origins(&"local".parse().unwrap(), &[MessageId::new("copy")]).await.unwrap();
        assert!(origins[&MessageId::new("copy")].edited, "that it was edited stays known");
    }
    let kept = std::fs::read(directory.path().join("redrive.db")).unwrap();
    let found = |needle: &str| kept.windows(needle.len()).any(|window| window == needle.as_bytes());
    assert!(found("other") && !found(secret));
}

#[tokio::test]
async fn rows_are_found_by_what_they_say_and_by_what_became_of_them() {
    let store = Sqlite::in_memory().unwrap();
    let id = RedriveId::new("r");
    store.add_redrive(new("r", "dlq")).await.unwrap();
    let token = store.claim_redrive(&id, 0).await.unwrap().unwrap().token;
    let mut records = Vec::new();
    for n in 0..30 {
        let name = format!("message-{n:02}");
        records.push(record(&name, intent(1, u32::from(n % 10 == 0))));
        if n % 2 == 0 {
            records.push(record(&name, Change::Sent { copy: MessageId::new(format!("copy-{n:02}")), at_ms: 1 }));
        }
    }
    records.push(record("odd", Change::Closed(Closing::Damaged { copy: MessageId::new("half") })));
    records.push(record("stays", Change::Closed(Closing::NotDeleted)));
    store.commit_records(&id, token, records.into()).await.unwrap();
    let ask = |query: RowQuery| {
        let (store, id) = (&store, &id);
        async move { store.redrive_rows(id, &RowQuery { limit: 10, ..query }).await.unwrap() }
    };
    let (rows, total) = ask(RowQuery { skip: 25, ..RowQuery::default() }).await;
    assert_eq!((rows.len(), total, rows[0].id.as_str()), (7, 32, "message-25"));
    let (rows, total) = ask(RowQuery { text: "copy-1".into(), ..RowQuery::default() }).await;
    assert_eq!((rows.len(), total), (5, 5));
    let (rows, total) = ask(RowQuery { text: "half".into(), ..RowQuery::default() }).await;
    assert_eq!((rows[0].id.as_str(), total), ("odd", 1), "a copy that may be damaged is found, too");
    let (rows, total) = ask(RowQuery { duplicates: true, ..RowQuery::default() }).await;
    assert!(total == 5 && rows.iter().all(JournalRow::may_be_duplicated), "{rows:?}");
    assert_eq!(ask(RowQuery { came_back: true, ..RowQuery::default() }).await.1, 0);
    let tallies = store.redrive_tally(&id).await.unwrap();
    assert_eq!(tallies.iter().map(|tally| tally.rows).collect::<BTreeSet<_>>(), BTreeSet::from([1, 15]));
    assert_eq!(tallies.iter().map(|tally| tally.duplicates).sum::<u64>(), 5);
    for tally in tallies {
        let (rows, total) = ask(RowQuery { shapes: Some(vec![tally.shape]), ..RowQuery::default() }).await;
        assert_eq!(total, tally.rows);
        assert!(rows.iter().all(|row| row.stage == tally.example.stage));
    }
    assert_eq!(ask(RowQuery { shapes: Some(Vec::new()), ..RowQuery::default() }).await.1, 0);
}

#[tokio::test]
async fn a_walk_comes_by_every_row_once_and_sorts_nothing() {
    let store = Sqlite::in_memory().unwrap();
    let (id, other) = (RedriveId::new("r"), RedriveId::new("s"));
    store.add_redrive(new("r", "dlq")).await.unwrap();
    store.add_redrive(new("s", "other-dlq")).await.unwrap();
    let token = store.claim_redrive(&id, 0).await.unwrap().unwrap().token;
    let beside = store.claim_redrive(&other, 0).await.unwrap().unwrap().token;
    let names: Vec<String> = (0..25).map(|n| format!("message-{:02}", n * 7 % 25)).collect();
    for name in &names {
        let records: Arc<[Record]> = Arc::new([record(name, intent(1, 0))]);
        store.commit_records(&id, token, Arc::clone(&records)).await.unwrap();
        store.commit_records(&other, beside, records).await.unwrap();
    }
    let query = RowQuery { limit: 10, ..RowQuery::default() };
    let (mut walked, mut after) = (Vec::new(), RowKey::default());
    loop {
        let (rows, last) = store.next_rows(&id, &query, after).await.unwrap();
        if rows.is_empty() {
            assert_eq!(last, after, "there is nothing further on");
            break;
        }
        assert!(rows.len() <= 10);
        walked.extend(rows.iter().map(|row| row.id.to_string()));
        after = last;
    }
    assert_eq!(walked, names, "in the order in which they became known");
    let plan = store.run(|database| {
        let sql = "EXPLAIN QUERY PLAN SELECT id FROM redrive_row
            WHERE redrive = (SELECT no FROM redrive WHERE id = 'r') AND no > 5 ORDER BY no LIMIT 10 OFFSET 0";
        let mut plan = database.prepare(sql)?;
        let steps = plan.query_map((), |row| row.get::<_, String>(3))?;
        Ok(steps.collect::<Result<Vec<_>, _>>()?.join("; "))
    });
    let plan = plan.await.unwrap();
    assert!(plan.contains("redrive_row_in_order (redrive=? AND no>?)") && !plan.contains("B-TREE"), "{plan}");
}
