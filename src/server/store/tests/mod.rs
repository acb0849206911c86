//! The store's promises, each on a real file where a file matters.

mod archive;
mod saved;
mod tasks;

use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use super::*;
use crate::model::Code;
use crate::model::activity::Detail;

fn connection(name: &str) -> ConnectionName {
    name.parse().unwrap()
}

fn entry(queue: &str, verb: Verb, at_ms: i64) -> Entry {
    Entry {
        at_ms,
        who: "alex".into(),
        connection: connection("local"),
        queue: Some(queue.parse().unwrap()),
        verb,
        detail: Detail::from([("messages".into(), "3".into())]),
        cli: format!("aws sqs {} --queue-url http://127.0.0.1/0/{queue}", verb.key()),
    }
}

fn all() -> ActivityQuery {
    ActivityQuery::of(connection("local"))
}

fn done() -> Outcome {
    Outcome::Succeeded { request_id: Some("4f1c".into()), detail: Detail::from([("moved".into(), "2".into())]) }
}

fn ids(found: &[Activity]) -> Vec<i64> {
    found.iter().map(|activity| activity.id.0).collect()
}

#[tokio::test]
async fn what_was_written_survives_reopening() {
    let directory = tempfile::tempdir().unwrap();
    let store = Sqlite::open(directory.path()).unwrap();
    let sent = entry("orders", Verb::SendMessage, 1_000);
    let id = store.intend(&sent).await.unwrap();
    store.conclude(id, &done(), 1_020).await.unwrap();
    let failed = store.intend(&entry("orders", Verb::PurgeQueue, 2_000)).await.unwrap();
    let refusal = Outcome::Failed { code: Code::new("AccessDenied"), request_id: None };
    store.conclude(failed, &refusal, 2_010).await.unwrap();
    drop(store);

    let store = Sqlite::open(directory.path()).unwrap();
    let found = store.activity(&all()).await.unwrap();
    assert_eq!(ids(&found), [failed.0, id.0], "newest first");
    assert_eq!(found[1], Activity { id, entry: sent, outcome: Some(done()), finished_ms: Some(1_020) });
    assert_eq!(found[0].outcome, Some(refusal));
}

#[tokio::test]
async fn an_intent_without_an_outcome_is_unknown_after_a_restart_only() {
    let directory = tempfile::tempdir().unwrap();
    let store = Sqlite::open(directory.path()).unwrap();
    store.intend(&entry("orders-dlq", Verb::StartRedrive, 1_000)).await.unwrap();
    assert_eq!(store.activity(&all()).await.unwrap()[0].outcome_words(), "Under way");

    // What lies on the disk at this moment is what a killed console would leave: the file was not closed.
    let killed = tempfile::tempdir().unwrap();
    for file in ["redrive.db", "redrive.db-wal"] {
        std::fs::copy(directory.path().join(file), killed.path().join(file)).unwrap();
    }
    let store = Sqlite::open(killed.path()).unwrap();
    let found = store.activity(&all()).await.unwrap();
    assert_eq!(
        (&found[0].outcome, found[0].finished_ms),
        (&Some(Outcome::Unknown { code: None, request_id: None }), None)
    );
    assert_eq!(found[0].outcome_words(), "Outcome unknown (the console stopped)");
}

#[tokio::test]
async fn an_outcome_is_written_once_and_only_for_an_intent() {
    let store = Sqlite::in_memory().unwrap();
    let id = store.intend(&entry("orders", Verb::DeleteMessage, 1)).await.unwrap();
    store.conclude(id, &done(), 2).await.unwrap();
    assert!(
        matches!(store.conclude(id, &Outcome::Unknown { code: None, request_id: None }, 3).await, Err(StoreError::NotPending(it)) if it == id)
    );
    assert!(store.conclude(ActivityId(99), &done(), 3).await.is_err());
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition() {
    let store = Sqlite::in_memory().unwrap();
    for at in 0..25 {
        store.intend(&entry("orders", Verb::Look, at)).await.unwrap();
    }
    let mut query = ActivityQuery { limit: 10, ..all() };
    let mut seen = Vec::new();
    loop {
        let page = store.activity(&query).await.unwrap();
        let Some(last) = page.last() else { break };
        query.before = Some(last.id);
        seen.extend(ids(&page));
    }
    assert_eq!(seen, (1..=25).rev().collect::<Vec<_>>());
    assert_eq!(store.count(&query).await.unwrap(), 25, "the page does not change the count");
}

#[tokio::test]
async fn filters_narrow_and_stay_within_their_connection() {
    let store = Sqlite::in_memory().unwrap();
    for (queue, verb) in [
        ("orders", Verb::SendMessage),
        ("orders-dlq", Verb::StartRedrive),
        ("orders", Verb::PurgeQueue),
        ("100_percent", Verb::Look),
    ] {
        store.intend(&entry(queue, verb, 0)).await.unwrap();
    }
    store.intend(&Entry { connection: connection("prod"), ..entry("orders", Verb::Look, 0) }).await.unwrap();

    let count = async |query: ActivityQuery| store.count(&query).await.unwrap();
    let text = |text: &str| ActivityQuery { text: Some(text.into()), ..all() };
    assert_eq!(count(all()).await, 4);
    assert_eq!(count(ActivityQuery { queue: Some("orders".parse().unwrap()), ..all() }).await, 2);
    assert_eq!(count(ActivityQuery { verb: Some(Verb::PurgeQueue), ..all() }).await, 1);
    assert_eq!(count(text("ORDERS-D")).await, 1, "letters in any case");
    assert_eq!(count(text("0_p")).await, 1, "wildcards stand for themselves");
    assert_eq!(count(text("%")).await, 0);
    assert_eq!(count(text("")).await, 4);
}

#[tokio::test]
async fn hostile_texts_come_back_as_they_went_in() {
    let store = Sqlite::in_memory().unwrap();
    for hostile in
        ["'); DROP TABLE activity; --", "<script>alert(1)</script>", "a\0b\u{202e}\\%_\"'\n", "😀 订单 עברית"]
    {
        let mut wanted = entry("orders", Verb::SendMessage, i64::MIN);
        wanted.who = hostile.into();
        wanted.cli = hostile.into();
        wanted.detail = Detail::from([(hostile.into(), hostile.into())]);
        let outcome = Outcome::Succeeded { request_id: Some(hostile.into()), detail: wanted.detail.clone() };
        let id = store.intend(&wanted).await.unwrap();
        store.conclude(id, &outcome, i64::MAX).await.unwrap();
        let found = store.activity(&ActivityQuery { limit: 1, ..all() }).await.unwrap();
        assert_eq!(found, [Activity { id, entry: wanted, outcome: Some(outcome), finished_ms: Some(i64::MAX) }]);
        store.count(&ActivityQuery { text: Some(hostile.into()), ..all() }).await.unwrap();
    }
    assert_eq!(store.count(&all()).await.unwrap(), 4);
}

#[tokio::test]
async fn the_file_is_for_its_owner_alone() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("not/there/yet");
    let store = Sqlite::open(&data).unwrap();
    store.intend(&entry("orders", Verb::Look, 0)).await.unwrap();
    for file in ["redrive.db", "redrive.db-wal", "redrive.db-shm"] {
        let mode = std::fs::metadata(data.join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    assert_eq!(std::fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn files_of_other_programs_and_newer_versions_are_refused_untouched() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("redrive.db");
    drop(Sqlite::open(directory.path()).unwrap());
    let change = |sql: &str| rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();

    change("PRAGMA user_version = 99");
    let before = std::fs::read(&path).unwrap();
    let error = Sqlite::open(directory.path()).unwrap_err();
    assert!(error.to_string().contains("newer version of the console (schema 99, this one knows 7)"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before);

    change("PRAGMA application_id = 7");
    assert!(matches!(Sqlite::open(directory.path()), Err(StoreError::Foreign { .. })));

    std::fs::write(&path, "not a database at all, but long enough to look at".repeat(40)).unwrap();
    assert!(matches!(Sqlite::open(directory.path()), Err(StoreError::Database(_))));

    let file = directory.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert!(matches!(Sqlite::open(&file), Err(StoreError::File { .. })));
}

#[tokio::test]
async fn many_entries_are_found_quickly() {
    let store = Sqlite::in_memory().unwrap();
    let started = Instant::now();
    for at in 0..1_000 {
        store.intend(&entry(if at % 10 == 0 { "orders-dlq" } else { "orders" }, Verb::Look, at)).await.unwrap();
    }
    let query = ActivityQuery { queue: Some("orders-dlq".parse().unwrap()), text: Some("LOOK".into()), ..all() };
    assert_eq!(store.activity(&query).await.unwrap().len(), 100);
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_second_console_on_the_same_directory_is_refused_until_the_first_has_gone() {
    let directory = tempfile::tempdir().unwrap();
    let first = Sqlite::open(directory.path()).unwrap();
    let pending = first.intend(&entry("orders", Verb::PurgeQueue, 1_000)).await.unwrap();
    assert!(matches!(Sqlite::open(directory.path()), Err(StoreError::InUse { .. })));
    first.conclude(pending, &done(), 1_010).await.unwrap();
    drop(first);
    let second = Sqlite::open(directory.path()).unwrap();
    assert_eq!(second.activity(&all()).await.unwrap()[0].outcome, Some(done()), "nobody took it for abandoned");
}

#[tokio::test]
async fn what_is_known_of_receives_survives_reopening() {
    let directory = tempfile::tempdir().unwrap();
    let store = Sqlite::open(directory.path()).unwrap();
    let (local, orders) = (connection("local"), "orders".parse().unwrap());
    let known = |most, at_ms| Some(Receives { most, at_ms });
    store.keep_receives(&local, &orders, known(6, 1_000)).await.unwrap();
    store.keep_receives(&local, &orders, known(7, 2_000)).await.unwrap();
    store.keep_receives(&local, &"gone".parse().unwrap(), known(1, 1)).await.unwrap();
    store.keep_receives(&local, &"gone".parse().unwrap(), None).await.unwrap();
    drop(store);
    let store = Sqlite::open(directory.path()).unwrap();
    assert_eq!(store.receives(&local).await.unwrap(), [(orders, Receives { most: 7, at_ms: 2_000 })]);
    assert_eq!(store.receives(&connection("other")).await.unwrap(), []);
}
