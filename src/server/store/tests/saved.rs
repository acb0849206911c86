//! The saved filters' promises: names are unique in a queue, nothing of another queue, and no more than there may be.

use super::*;
use crate::model::filter::saved::MOST;

fn place(connection: &str, queue: &str) -> (ConnectionName, QueueName) {
    (connection.parse().unwrap(), queue.parse().unwrap())
}

fn saved(name: &str, query: &str) -> Saved {
    Saved { name: name.parse().unwrap(), query: query.into() }
}

/// Carries out a change in `local` and `orders`.
async fn change(store: &Sqlite, change: Change) -> Changed {
    let (connection, queue) = place("local", "orders");
    store.change_filter(&connection, &queue, &change).await.unwrap()
}

async fn all(store: &Sqlite) -> Vec<Saved> {
    let (connection, queue) = place("local", "orders");
    store.saved_filters(&connection, &queue).await.unwrap()
}

#[tokio::test]
async fn they_come_back_after_a_restart_to_their_own_queue_alone() {
    let directory = tempfile::tempdir().unwrap();
    let store = Sqlite::open(directory.path()).unwrap();
    let hostile = saved("'); DROP TABLE saved_filter; --", "filter=%00\0<script>");
    assert_eq!(change(&store, Change::Save(hostile.clone())).await, Changed::Done);
    drop(store);
    let store = Sqlite::open(directory.path()).unwrap();
    assert_eq!(all(&store).await, [hostile]);
    for (connection, queue) in [place("local", "orders-dlq"), place("other", "orders")] {
        assert_eq!(store.saved_filters(&connection, &queue).await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_name_is_there_once_and_is_replaced_renamed_and_forgotten() {
    let store = Sqlite::in_memory().unwrap();
    assert_eq!(change(&store, Change::Save(saved("Ärger", "filter=a"))).await, Changed::Done);
    assert_eq!(change(&store, Change::Save(saved("äRGER", "filter=b"))).await, Changed::Taken);
    assert_eq!(change(&store, Change::Save(saved("big", "filter=c"))).await, Changed::Done);
    assert_eq!(change(&store, Change::Replace(saved("ärger", "filter=d"))).await, Changed::Done);
    assert_eq!(all(&store).await, [saved("big", "filter=c"), saved("Ärger", "filter=d")]);
    let name = |name: &str| saved(name, "").name;
    assert_eq!(change(&store, Change::Rename(name("big"), name("ÄRGER"))).await, Changed::Taken);
    assert_eq!(change(&store, Change::Rename(name("big"), name("BIG"))).await, Changed::Done);
    assert_eq!(change(&store, Change::Delete(name("Ärger"))).await, Changed::Done);
    assert_eq!(all(&store).await, [saved("BIG", "filter=c")]);
    let gone = [Change::Replace(saved("x", "")), Change::Rename(name("x"), name("y")), Change::Delete(name("x"))];
    for missing in gone {
        assert_eq!(change(&store, missing).await, Changed::Gone);
    }
}

#[tokio::test]
async fn a_queue_has_so_many_and_no_more() {
    let store = Sqlite::in_memory().unwrap();
    for n in 0..MOST {
        assert_eq!(change(&store, Change::Save(saved(&format!("n{n}"), "filter=a"))).await, Changed::Done);
    }
    assert_eq!(change(&store, Change::Save(saved("one more", "filter=a"))).await, Changed::Full);
    assert_eq!(change(&store, Change::Save(saved("n1", "filter=a"))).await, Changed::Taken);
    assert_eq!(all(&store).await.len(), MOST);
    let (connection, queue) = place("local", "another");
    let elsewhere = store.change_filter(&connection, &queue, &Change::Save(saved("x", "filter=a"))).await;
    assert_eq!(elsewhere.unwrap(), Changed::Done);
}
