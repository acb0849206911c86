//! What looking and holding promise, with the effect log and the call counts of the embedded SQS as the witnesses:
//! whatever dies, nothing stays hidden for longer than promised; no look moves a message to a dead-letter queue; and a
//! hundred pages cost what one does.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::time::{Instant, sleep};

use super::console::{Setup, Shown, TestConsole};
use super::holding::{console_with, ended, free, hold, short};
use super::messages::{depth, effects, until};
use crate::local::{Clock, ManualClock};
use crate::server::services::messages::Terms;

/// How many message groups there are, each of five of the two thousand messages: what is received at once ends with a
/// group, because the rest of one would be blocked.
const GROUPS: usize = 400;

/// Leases as long as in life, so that only the console itself can have given something back.
fn leased() -> Terms {
    Terms { lease: 120, ..short() }
}

async fn send(console: &TestConsole, queue: &str, messages: usize) {
    let url = console.sqs("GetQueueUrl", json!({ "QueueName": queue })).await["QueueUrl"].clone();
    let numbers: Vec<usize> = (0..messages).collect();
    for ten in numbers.chunks(10) {
        let entry = |n: &usize| {
            let mut entry = json!({ "Id": n.to_string(), "MessageBody": n.to_string() });
            if queue.ends_with(".fifo") {
                entry["MessageGroupId"] = format!("g{}", n % GROUPS).into();
                entry["MessageDeduplicationId"] = n.to_string().into();
            }
            entry
        };
        let entries: Vec<Value> = ten.iter().map(entry).collect();
        console.sqs("SendMessageBatch", json!({ "QueueUrl": url, "Entries": entries })).await;
    }
}

/// Waits until so many messages are in flight.
async fn in_flight(console: &TestConsole, queue: &str, messages: usize) {
    let began = Instant::now();
    while depth(console, queue).await.1 != messages {
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", depth(console, queue).await);
        sleep(Duration::from_millis(20)).await;
    }
}

#[test]
fn what_a_killed_console_held_is_free_after_its_lease() {
    // Whatever runs there stops between two instructions when it is shut down, as in a killed process. The SQS of the
    // test answers without it.
    let (killed, after) = (Runtime::new().unwrap(), Runtime::new().unwrap());
    let console = killed.block_on(async {
        let console = console_with(short(), "orders", json!({}), 25).await;
        hold(&console, "orders").await;
        let page = console.open_page("orders").await;
        sleep(Duration::from_millis(2_500)).await;
        assert_eq!(depth(&console, "orders").await, (0, 25), "past the first lease");
        std::mem::forget(page);
        console
    });
    killed.shutdown_background();
    after.block_on(async {
        let seen = console.effects().len();
        assert_eq!(depth(&console, "orders").await, (0, 25), "nobody was left to give anything back");
        let took = free(&console, "orders").await;
        assert!(took <= Duration::from_millis(2_100), "{took:?}");
        assert_eq!(console.effects().len(), seen, "the lease ended by itself");
    });
}

#[test]
fn what_a_killed_console_looked_at_is_free_within_thirty_seconds() {
    let (killed, after) = (Runtime::new().unwrap(), Runtime::new().unwrap());
    let time = ManualClock::at(1_790_000_000_000);
    let console = killed.block_on(async {
        let setup = Setup { time: Clock::Manual(time.clone()), ..Setup::default() };
        let console = TestConsole::with(setup).await;
        console.queue("orders", json!({})).await;
        send(&console, "orders", 20).await;
        console.dial(&json!([{ "operation": "ReceiveMessage", "nth": 2, "action": "hang" }])).await;
        let fields = [("connection", "local"), ("queue", "orders")];
        tokio::select! {
            page = console.submit("messages/look", &fields) => panic!("it ended: {}", page.html),
            () = in_flight(&console, "orders", 10) => {}
        }
        console
    });
    killed.shutdown_background();
    after.block_on(async {
        time.advance(Duration::from_millis(29_900));
        assert_eq!(depth(&console, "orders").await, (10, 10));
        time.advance(Duration::from_millis(100));
        assert_eq!(depth(&console, "orders").await, (20, 0));
    });
}

/// The page's computer stops answering, without a word: its system drops whatever comes.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_a_vanished_page_held_is_given_back() {
    use crate::server::http::listen::Patience;

    let patience = Patience { unacknowledged: Duration::from_secs(1), ..Patience::default() };
    let console = TestConsole::with(Setup { terms: leased(), patience, ..Setup::default() }).await;
    console.queue("orders", json!({})).await;
    send(&console, "orders", 5).await;
    hold(&console, "orders").await;
    let vanished = console.open_socket("orders").await;
    let drop_all = [socket2::SockFilter::new(0x06, 0, 0, 0)];
    sleep(Duration::from_millis(1_500)).await;
    assert_eq!(depth(&console, "orders").await, (0, 5));
    socket2::SockRef::from(&vanished).attach_filter(&drop_all).unwrap();
    // News for the page, sooner than the next sign of life. It is not acknowledged.
    send(&console, "orders", 1).await;
    let took = free(&console, "orders").await;
    assert!(took < Duration::from_secs(7), "{took:?}");
    assert_eq!(ended(&console).await, "the last page was closed");
    drop(vanished);
}

#[tokio::test]
async fn thousands_are_given_back_when_the_console_stops_each_group_in_its_order() {
    let console = TestConsole::holding(leased()).await;
    console.queue("orders.fifo", json!({})).await;
    send(&console, "orders.fifo", 2_000).await;
    let fields = [("connection", "local"), ("queue", "orders.fifo"), ("messages", "2000")];
    let started = console.submit("messages/hold", &fields).await;
    assert_eq!(started.status, 200, "{}", started.html);
    let _page = console.open_page("orders.fifo").await;
    until(&console, "/local/queues/orders.fifo/messages", |page| !page.says("data-progress")).await;
    assert_eq!(depth(&console, "orders.fifo").await.1, 2_000);
    // A round trip within a region.
    console.dial(&json!([{ "action": { "delay": { "ms": 8 } } }])).await;
    let before = console.effects().len();
    console.terminate();
    let took = free(&console, "orders.fifo").await;
    assert!(took < Duration::from_secs(2), "{took:?}");
    let mut last = BTreeMap::new();
    let sent: Vec<Value> = console.effects().into_iter().filter(|effect| effect["effect"] == "sent").collect();
    let place: BTreeMap<&str, usize> =
        sent.iter().enumerate().map(|(n, effect)| (effect["message_id"].as_str().unwrap(), n)).collect();
    let freed = console.effects().split_off(before);
    let freed = freed.iter().filter(|effect| effect["effect"] == "hidden");
    for n in freed.map(|effect| place[effect["message_id"].as_str().unwrap()]) {
        let earlier = last.insert(n % GROUPS, n);
        assert!(earlier.is_none_or(|earlier| earlier < n), "{n} after {earlier:?}");
    }
    assert_eq!(last.len(), GROUPS);
}

/// A queue with ten messages that moves them after so many receives.
async fn dying(console: &TestConsole, queue: &str, max: u32) {
    let dead = if queue.ends_with(".fifo") { "dead.fifo" } else { "dead" };
    console.queue(dead, json!({})).await;
    let arn = console.attributes(dead).await.unwrap()["QueueArn"].clone();
    let policy = json!({ "deadLetterTargetArn": arn, "maxReceiveCount": max }).to_string();
    console.queue(queue, json!({ "RedrivePolicy": policy })).await;
    send(console, queue, 10).await;
}

/// A look, with the name typed where that is asked for.
async fn look(console: &TestConsole, queue: &str, typed: bool) -> Shown {
    let mut fields = vec![("connection", "local"), ("queue", queue), ("limit", "10")];
    if typed {
        fields.extend([("spend", "on"), ("confirm", queue)]);
    }
    console.submit("messages/look", &fields).await
}

/// That everything is where it was, received so often.
async fn untouched(console: &TestConsole, queue: &str, receives: usize) {
    assert_eq!(effects(console, "moved").len(), 0);
    assert_eq!(depth(console, queue).await, (10, 0));
    let counts = effects(console, "received");
    assert!(counts.len() == if receives == 0 { 0 } else { 10 }, "{counts:?}");
    assert!(counts.values().all(|count| *count == receives), "{counts:?}");
}

#[tokio::test]
async fn looks_move_nothing_to_the_dead_letter_queue() {
    for (max, looks) in [(1, 4), (2, 4), (3, 4), (4, 6), (10, 12)] {
        for queue in ["orders", "orders.fifo"] {
            wear_out(queue, max, looks).await;
        }
    }
}

#[tokio::test]
async fn nor_does_a_thousand_of_them() {
    wear_out("orders", 1_000, 1_000).await;
}

/// Looks so often at a queue that moves messages after so many receives, first without and then with its name typed.
async fn wear_out(queue: &str, max: u32, looks: usize) {
    let console = TestConsole::holding(short()).await;
    dying(&console, queue, max).await;
    for _ in 0..looks {
        console.press("messages/look", &[("connection", "local"), ("queue", queue), ("limit", "10")]).await;
    }
    let passed = effects(&console, "received").into_values().max().unwrap_or(0);
    assert_eq!(passed, max.saturating_sub(3) as usize, "of {max} receives three are the consumers'");
    let page = console.get(&format!("/local/queues/{queue}/messages")).await;
    let next = match passed {
        0 => format!("of {max} before it moves"),
        _ => format!("receive {} of {}", passed + 1, crate::model::words::count(u64::from(max))),
    };
    assert!(page.says(&next) && page.says("name=\"spend\""), "{next}: {}", page.html);
    untouched(&console, queue, passed).await;

    // Who types the name may use up the rest, and not one more.
    let typed: Vec<u16> = join_looks(&console, queue, 6).await;
    assert_eq!(typed.iter().filter(|status| **status == 200).count(), 3.min(max as usize), "{typed:?}");
    untouched(&console, queue, max as usize).await;
    let page = console.get(&format!("/local/queues/{queue}/messages")).await;
    assert!(page.says("would move") && !page.says("name=\"spend\""), "{}", page.html);
    let held = [("connection", "local"), ("queue", queue), ("spend", "on"), ("confirm", queue)];
    assert_eq!(console.submit("messages/hold", &held).await.status, 409, "nor for a hold");
    untouched(&console, queue, max as usize).await;
}

async fn join_looks(console: &TestConsole, queue: &str, looks: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..looks {
        statuses.push(look(console, queue, true).await.status);
    }
    statuses
}

#[tokio::test]
async fn a_restart_forgets_no_receive() {
    let mut consoles = vec![TestConsole::holding(short()).await];
    dying(&consoles[0], "orders", 6).await;
    let mut statuses = Vec::new();
    for n in 0..8 {
        let console = consoles.last().unwrap().restarted(short()).await;
        statuses.push(look(&console, "orders", n > 3).await.status);
        consoles.push(console);
    }
    assert_eq!(statuses, [200, 200, 200, 409, 200, 200, 200, 409]);
    untouched(&consoles[0], "orders", 6).await;
}

#[tokio::test]
async fn a_receive_whose_answer_was_lost_counts() {
    let time = ManualClock::at(1_790_000_000_000);
    let setup = Setup { terms: short(), time: Clock::Manual(time.clone()), ..Setup::default() };
    let console = TestConsole::with(setup).await;
    dying(&console, "orders", 3).await;
    console.dial(&json!([{ "operation": "ReceiveMessage", "action": { "drop": "after" } }])).await;
    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(look(&console, "orders", true).await.status);
        time.advance(Duration::from_secs(31));
    }
    assert_eq!(statuses, [502, 502, 502, 409, 409]);
    untouched(&console, "orders", 3).await;
}

#[tokio::test]
async fn a_hundred_pages_ask_as_often_as_one() {
    let mut asked = Vec::new();
    for pages in [1, 100] {
        let console = console_with(short(), "orders", json!({}), 20).await;
        let mut open = Vec::new();
        for _ in 0..pages {
            open.push(console.open_page("orders").await);
            console.get("/local/queues/orders/messages").await;
        }
        assert_eq!(console.calls().await.get("ReceiveMessage"), None, "a page receives nothing");
        console.dial(&json!([{ "operation": "ReceiveMessage", "action": { "delay": { "ms": 300 } } }])).await;
        let fields = [("connection", "local"), ("queue", "orders"), ("limit", "50")];
        let looks = join_all((0..pages).map(|_| console.submit("messages/look", &fields))).await;
        for look in &looks {
            assert_eq!(look.status, 200, "{}", look.html);
        }
        let counts = |calls: &BTreeMap<String, u64>| (calls["ReceiveMessage"], calls["ChangeMessageVisibilityBatch"]);
        asked.push(counts(&console.calls().await));
        assert_eq!(effects(&console, "received").into_values().collect::<BTreeSet<_>>(), BTreeSet::from([1]));

        let held = [("connection", "local"), ("queue", "orders"), ("messages", "20")];
        let holds = join_all((0..pages).map(|_| console.submit("messages/hold", &held))).await;
        assert_eq!(holds.iter().filter(|hold| hold.status == 200).count(), 1, "one holds for all");
        in_flight(&console, "orders", 20).await;
        asked.push((console.calls().await["ReceiveMessage"], 0));
        drop(open);
    }
    assert_eq!(asked, [(4, 2), (6, 0), (4, 2), (6, 0)]);
}
