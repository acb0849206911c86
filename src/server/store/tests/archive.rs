//! The archive's promises: all or none, nothing of another connection, room is made from the old end.

use super::super::archive;
use super::*;
use crate::model::MessageId;
use crate::model::archive::Reason;

fn connection(name: &str) -> ConnectionName {
    name.parse().unwrap()
}

fn id(n: u64) -> CopyId {
    format!("{n:032x}").parse().unwrap()
}

fn copy(n: u64, queue: &str, deletion: &str) -> KeptCopy {
    KeptCopy {
        id: id(n),
        deletion: deletion.into(),
        connection: connection("local"),
        queue: queue.parse().unwrap(),
        at_ms: 1_000,
        who: "'); DROP TABLE archive; --".into(),
        reason: Reason::Delete,
        message: MessageId::new(format!("m{n}\0<script>")),
        sent_ms: n.is_multiple_of(2).then_some(500),
        size: n,
        key: None,
        expires_ms: 10_000,
        restored: None,
    }
}

fn all() -> CopyQuery {
    let (connection, queue, deletion) = (connection("local"), None, None);
    CopyQuery { connection, queue, deletion, ids: None, now_ms: 1_000, skip: 0, limit: 100 }
}

async fn ids(store: &Sqlite, query: CopyQuery) -> Vec<CopyId> {
    let listed = store.list_copies(&query).await.unwrap();
    assert!(store.count_copies(&query).await.unwrap() >= listed.len() as u64);
    listed.into_iter().map(|copy| copy.id).collect()
}

/// A store with so many copies of ten bytes.
async fn filled(copies: u64) -> Sqlite {
    let store = Sqlite::in_memory().unwrap();
    let copies = (1..=copies).map(|n| (copy(n, "orders", "d"), vec![0; 10])).collect();
    store.keep(copies, 1_000).await.unwrap();
    store
}

#[tokio::test]
async fn a_copy_comes_back_as_it_was_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let store = Sqlite::open(directory.path()).unwrap();
    let wanted = (copy(1, "orders", "d"), b"\0record".to_vec());
    store.keep(vec![wanted.clone()], 1_000).await.unwrap();
    drop(store);
    let store = Sqlite::open(directory.path()).unwrap();
    assert_eq!(store.open_copy(&connection("local"), &id(1), 9_999).await.unwrap(), Some(wanted.clone()));
    assert_eq!(store.copies(&all()).await.unwrap(), [(wanted.0, Some(wanted.1))]);
    assert_eq!(store.open_copy(&connection("local"), &id(1), 10_000).await.unwrap(), None, "it has expired");
    assert_eq!(store.open_copy(&connection("prod"), &id(1), 0).await.unwrap(), None, "of another connection");
}

#[tokio::test]
async fn all_are_kept_or_none() {
    let store = Sqlite::in_memory().unwrap();
    let twice = vec![(copy(1, "orders", "d"), vec![]), (copy(1, "orders", "d"), vec![])];
    assert!(matches!(store.keep(twice, 1_000).await, Err(StoreError::Database(_))));
    assert_eq!(ids(&store, all()).await, []);
    assert_eq!(store.archive(&connection("local"), None).await.unwrap(), Archive::default());
}

#[tokio::test]
async fn the_oldest_make_room_and_what_is_new_never_does() {
    let store = filled(5).await;
    store.keep(vec![(copy(6, "orders", "e"), vec![0; 25])], 50).await.unwrap();
    assert_eq!(ids(&store, all()).await, [id(6), id(5), id(4)]);
    let archive = store.archive(&connection("local"), Some(&"orders".parse().unwrap())).await.unwrap();
    assert_eq!((archive.bytes, archive.dropped, archive.dropped_ms), (45, 3, Some(1_000)));
    let elsewhere = store.archive(&connection("local"), Some(&"other".parse().unwrap())).await.unwrap();
    assert_eq!((elsewhere.bytes, elsewhere.dropped), (45, 0));

    let large = store.keep(vec![(copy(7, "orders", "f"), vec![0; 51])], 50).await;
    assert!(matches!(large, Err(StoreError::NoRoom { bytes: 51, most: 50 })));
    assert_eq!(ids(&store, all()).await, [id(6), id(5), id(4)], "and nothing went for it");
}

#[tokio::test]
async fn a_deletion_never_drops_what_it_kept_itself() {
    let store = filled(5).await;
    for n in 6..=9 {
        store.keep(vec![(copy(n, "orders", "long"), vec![0; 12])], 50).await.unwrap();
    }
    assert_eq!(ids(&store, all()).await, [id(9), id(8), id(7), id(6)]);
    let more = store.keep(vec![(copy(10, "orders", "long"), vec![0; 12])], 50).await;
    assert!(matches!(more, Err(StoreError::NoRoom { bytes: 60, most: 50 })));
    assert_eq!(ids(&store, all()).await, [id(9), id(8), id(7), id(6)], "all that was promised is there");
}

#[tokio::test]
async fn what_is_perhaps_not_deleted_says_so() {
    let store = filled(2).await;
    store.doubt_copies(&connection("prod"), &[id(1)]).await.unwrap();
    store.doubt_copies(&connection("local"), &[id(2)]).await.unwrap();
    let reasons: Vec<Reason> = store.list_copies(&all()).await.unwrap().iter().map(|copy| copy.reason).collect();
    assert_eq!(reasons, [Reason::Doubtful, Reason::Delete]);
}

#[tokio::test]
async fn a_large_record_is_not_part_of_a_list() {
    let store = Sqlite::in_memory().unwrap();
    store.keep(vec![(copy(1, "orders", "d"), vec![0; 16_385])], 1 << 20).await.unwrap();
    assert_eq!(store.copies(&all()).await.unwrap()[0].1, None);
}

#[tokio::test]
async fn lists_are_of_a_queue_of_a_deletion_and_in_pages() {
    let store = Sqlite::in_memory().unwrap();
    let rows = [(1, "orders", "a"), (2, "other", "b"), (3, "orders", "b"), (4, "orders", "a")];
    store.keep(rows.map(|(n, queue, deletion)| (copy(n, queue, deletion), vec![])).to_vec(), 1_000).await.unwrap();
    let of = |queue: &str| CopyQuery { queue: Some(queue.parse().unwrap()), ..all() };
    assert_eq!(ids(&store, of("orders")).await, [id(4), id(3), id(1)]);
    assert_eq!(ids(&store, CopyQuery { deletion: Some("a".into()), ..of("orders") }).await, [id(4), id(1)]);
    assert_eq!(ids(&store, CopyQuery { skip: 1, limit: 2, ..all() }).await, [id(3), id(2)]);
    assert_eq!(ids(&store, CopyQuery { connection: connection("prod"), ..all() }).await, []);
    store.keep(vec![(copy(0, "orders", "c"), vec![])], 1_000).await.unwrap();
    let marked = CopyQuery { ids: Some([id(4), id(0), id(2), id(9)].into()), ..of("orders") };
    assert_eq!(ids(&store, marked).await, [id(0), id(4)], "in the order in which they were made");
    assert_eq!(ids(&store, CopyQuery { ids: Some(Default::default()), ..all() }).await, []);
}

#[tokio::test]
async fn of_two_who_restore_a_copy_one_does() {
    let store = filled(1).await;
    let claim = async |now, before| store.claim_copy(&connection("local"), &id(1), now, before).await.unwrap();
    assert!(claim(2_000, None).await && !claim(2_001, None).await);
    assert!(!claim(2_002, Some(2_000)).await, "a second click");
    assert!(claim(9_000, Some(4_000)).await, "asked for once more");
    let done = Some(Restored { at_ms: 9_500, message: Some(MessageId::new("new")) });
    store.copy_restored(&id(1), done.clone()).await.unwrap();
    assert_eq!(store.list_copies(&all()).await.unwrap()[0].restored, done);
    store.copy_restored(&id(1), None).await.unwrap();
    assert!(claim(9_001, None).await, "it was not sent");
}

#[tokio::test]
async fn what_is_forgotten_or_expired_is_gone_and_leaves_room() {
    let store = filled(3).await;
    assert_eq!(store.forget_copies(&connection("prod"), &[id(1)]).await.unwrap(), 0);
    assert_eq!(store.forget_copies(&connection("local"), &[id(1), id(9)]).await.unwrap(), 1);
    assert_eq!(store.expire_copies(9_999, i64::MAX / 2).await.unwrap(), 0);
    assert_eq!(store.archive(&connection("local"), None).await.unwrap().bytes, 20);
    assert_eq!(store.expire_copies(9_999, 8_000).await.unwrap(), 2, "kept for a shorter time from now on");
    assert_eq!(store.archive(&connection("local"), None).await.unwrap().bytes, 0);
}

#[test]
fn a_sweep_writes_only_what_changes() {
    let mut database = rusqlite::Connection::open_in_memory().unwrap();
    migrations::migrate(&mut database, std::path::Path::new(":memory:")).unwrap();
    archive::keep(&database, &[(copy(1, "orders", "d"), vec![0; 10])], 1_000).unwrap();
    let before = database.total_changes();
    archive::expire(&database, 2_000, 9_000).unwrap();
    assert_eq!(database.total_changes(), before, "a row is as large as its record");
}

#[tokio::test]
async fn a_queue_opts_out_and_in_again() {
    let store = Sqlite::in_memory().unwrap();
    let (local, orders) = (connection("local"), "orders".parse().unwrap());
    let out = async || store.archive(&local, Some(&orders)).await.unwrap().opted_out;
    assert!(!out().await);
    for (keep, wanted) in [(false, true), (false, true), (true, false), (true, false)] {
        store.opt(&local, &orders, keep).await.unwrap();
        assert_eq!(out().await, wanted);
    }
    assert!(!store.archive(&connection("prod"), Some(&orders)).await.unwrap().opted_out);
}
