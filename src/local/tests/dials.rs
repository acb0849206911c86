//! Every dial that changes how a call ends and how its answer arrives, over real connections, with the effect log as the
//! witness of what was done.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::Kind;
use super::super::core::NAMES;
use super::super::faults::PRESETS;
use super::{Server, body_of, effects, server};

/// A server with a queue `a`, a message for it, and rules.
async fn dialled(rules: Value) -> (Server, Value) {
    let server = server(true).await;
    let url = server.create("a").await;
    server.dial(rules).await;
    (server, json!({"QueueUrl": url, "MessageBody": "b"}))
}

#[tokio::test]
async fn a_preset_answers_its_error_and_does_nothing() {
    for (preset, code, _) in PRESETS {
        let (server, message) = dialled(json!([{"operation": "SendMessage", "action": preset}])).await;
        let answer = server.call("SendMessage", message.clone()).await;
        let error = super::super::core::ApiError::named(code, "");
        assert!(answer.starts_with(&format!("HTTP/1.1 {} ", error.status)), "{answer}");
        let fault = if error.status < 500 { "Sender" } else { "Receiver" };
        assert!(answer.contains(&format!("x-amzn-query-error: {};{fault}\r\n", error.code)), "{answer}");
        assert!(body_of(&answer)["__type"].as_str().unwrap().ends_with(&format!("#{}", error.shape)), "{answer}");
        assert!(effects(&server).await.is_empty(), "{preset}");
    }
    let teapot = json!({"answer": {"code": "Surprise", "message": "x", "status": 418}});
    let (server, message) = dialled(json!([{"action": teapot}])).await;
    assert!(server.call("SendMessage", message).await.starts_with("HTTP/1.1 418 "));
}

#[tokio::test]
async fn the_connection_ends_before_or_after_the_effect() {
    let (server, message) = dialled(json!([{"queue": "a", "action": {"drop": "before"}}])).await;
    assert_eq!(server.call("SendMessage", message.clone()).await, "");
    assert!(effects(&server).await.is_empty());
    server.dial(json!([{"queue": "a", "action": {"drop": "after"}}])).await;
    assert_eq!(server.call("SendMessage", message.clone()).await, "");
    assert_eq!(effects(&server).await, ["sent"]);
    let (_, rules) = server.control("GET", "/_dials", json!(null)).await;
    assert_eq!((&rules[0]["seen"], &rules[0]["hits"]), (&json!(1), &json!(1)));
    assert_eq!(server.control("GET", "/_calls", json!(null)).await.1["SendMessage"], 2);
    assert_eq!(server.control("DELETE", "/_dials", json!(null)).await.1, json!([]));
    assert_eq!(server.control("PUT", "/_dials", json!([{"action": "explode"}])).await.0, "400");
}

#[tokio::test]
async fn a_call_is_late_or_never_done() {
    let (server, message) = dialled(json!([{"action": {"delay": {"ms": 150}}}])).await;
    let started = Instant::now();
    assert!(server.call("SendMessage", message.clone()).await.starts_with("HTTP/1.1 200 "));
    assert!(started.elapsed() >= Duration::from_millis(150));
    server.dial(json!([{"action": "hang"}])).await;
    let hanging = tokio::time::timeout(Duration::from_millis(300), server.call("SendMessage", message)).await;
    assert!(hanging.is_err());
    assert_eq!(effects(&server).await, ["sent"], "the second one is not done");
    server.shutdown.cancel();
    server.serving.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_ends_all_connections_and_lets_nobody_in() {
    let refuse = json!([{"operation": "SendMessage", "nth": 2, "action": {"refuse": {"ms": 600_000}}}]);
    let (server, message) = dialled(refuse).await;
    assert!(server.call("SendMessage", message.clone()).await.starts_with("HTTP/1.1 200 "));
    let mut other = TcpStream::connect(server.address).unwrap();
    other.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // A connection counts once it was answered.
    other.write_all(b"GET /_health HTTP/1.1\r\nHost: local\r\n\r\n").unwrap();
    let mut answer = [0; 4096];
    assert!(other.read(&mut answer).unwrap() > 0);
    assert_eq!(server.call("SendMessage", message).await, "");
    let ended = other.read(&mut answer);
    let timed_out = |kind| matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut);
    assert!(ended.as_ref().map_or_else(|error| !timed_out(error.kind()), |read| *read == 0), "{ended:?}");
    let started = Instant::now();
    while TcpStream::connect(server.address).err().map(|error| error.kind()) != Some(ErrorKind::ConnectionRefused) {
        assert!(started.elapsed() < Duration::from_secs(20), "nobody was refused");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let log: Vec<_> = server.local.effects().iter().map(|effect| effect.effect).collect();
    assert_eq!(log, [Kind::Sent], "the call that began it is not done");
    // Stopping does not wait for it.
    server.shutdown.cancel();
    tokio::time::timeout(Duration::from_secs(20), server.serving).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_over_after_its_time() {
    let (server, message) = dialled(json!([{"count": 1, "action": {"refuse": {"ms": 100}}}])).await;
    assert_eq!(server.call("SendMessage", message.clone()).await, "");
    let started = Instant::now();
    // A connection that was made before the door closed may break.
    while !server.call("SendMessage", message.clone()).await.starts_with("HTTP/1.1 200 ") {
        assert!(started.elapsed() < Duration::from_secs(20), "nobody is let in again");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(server.local.effects().iter().all(|effect| effect.effect == Kind::Sent));
    assert_eq!(server.control("GET", "/_dials", json!(null)).await.1[0]["hits"], 1);
}

#[tokio::test]
async fn entries_fail_and_have_no_effect() {
    let server = server(true).await;
    let url = server.create("a").await;
    let batch = json!({"QueueUrl": url, "Entries": [{"Id": "1", "MessageBody": "b"}, {"Id": "2", "MessageBody": "b"}]});
    let one = json!({"fail_entries": {"ids": ["2"], "code": "KmsThrottled"}});
    server.dial(json!([{"operation": "SendMessageBatch", "action": one}])).await;
    let results = body_of(&server.call("SendMessageBatch", batch.clone()).await);
    assert_eq!(results["Successful"][0]["Id"], "1");
    assert_eq!(
        (&results["Failed"][0]["Id"], &results["Failed"][0]["Code"]),
        (&json!("2"), &json!("KMS.ThrottlingException"))
    );
    server.dial(json!([{"action": {"fail_entries": {}}}])).await;
    let results = body_of(&server.call("SendMessageBatch", batch.clone()).await);
    assert_eq!((results["Successful"].as_array().unwrap().len(), results["Failed"].as_array().unwrap().len()), (0, 2));
    assert_eq!(effects(&server).await, ["sent"], "what fails has no effect");
    server.dial(json!([{"seed": 3, "action": {"fail_entries": {"chance": 0.5}}}])).await;
    let mut sent = 1;
    for _ in 0..20 {
        let results = body_of(&server.call("SendMessageBatch", batch.clone()).await);
        sent += results["Successful"].as_array().unwrap().len();
    }
    assert!((10..32).contains(&sent), "{sent}");
    assert_eq!(effects(&server).await.len(), sent);
}

#[tokio::test]
async fn digests_are_wrong_where_they_are_to_be() {
    let (server, mut message) = dialled(json!([{"action": "wrong_md5"}])).await;
    message["MessageAttributes"] = json!({"k": {"DataType": "String", "StringValue": "v"}});
    let (wrong, body) = ("0".repeat(32), "92eb5ffee6ae2fec3ad71c777531578f");
    let sent = body_of(&server.call("SendMessage", message.clone()).await);
    assert_eq!(sent["MD5OfMessageBody"], wrong);
    assert_ne!(sent["MD5OfMessageAttributes"], wrong);
    server.dial(json!([{"action": "wrong_md5_of_attributes"}])).await;
    let sent = body_of(&server.call("SendMessage", message.clone()).await);
    assert_eq!((&sent["MD5OfMessageBody"], &sent["MD5OfMessageAttributes"]), (&json!(body), &json!(wrong)));
    let receive = json!({"QueueUrl": message["QueueUrl"], "MessageAttributeNames": ["All"]});
    let received = &body_of(&server.call("ReceiveMessage", receive).await)["Messages"][0];
    assert_eq!((&received["MD5OfBody"], &received["MD5OfMessageAttributes"]), (&json!(body), &json!(wrong)));
    assert_eq!(effects(&server).await, ["sent", "sent", "received"]);
    assert_eq!(server.local.effects()[0].md5.as_deref(), Some(body), "the log has the true one");
}

#[tokio::test]
async fn the_date_is_wrong_by_the_skew() {
    let (server, message) = dialled(json!([])).await;
    let date = async || {
        let answer = server.call("SendMessage", message.clone()).await;
        let dates: Vec<_> = answer.lines().filter_map(|line| line.strip_prefix("date: ")).map(str::to_owned).collect();
        assert_eq!(dates.len(), 1, "{answer}");
        dates[0].clone()
    };
    let now = date().await;
    assert!(now.ends_with(" GMT") && now.len() == 29, "{now}");
    // A week ago is the same day of the week.
    server.dial(json!([{"action": {"skew": {"ms": -604_800_000}}}])).await;
    let then = date().await;
    assert_eq!((&then[..3], then.len()), (&now[..3], 29), "{now} {then}");
    assert_ne!(then[5..16], now[5..16]);
    assert_eq!(effects(&server).await.len(), 2);
}

#[tokio::test]
async fn an_answer_comes_slowly_or_not_whole() {
    let (server, message) = dialled(json!([{"action": {"trickle": {"bytes": 16, "ms": 30}}}])).await;
    let started = Instant::now();
    let slow = server.call("SendMessage", message.clone()).await;
    assert!(body_of(&slow)["MessageId"].is_string());
    assert!(started.elapsed() >= Duration::from_millis(150), "more than 80 bytes in pieces of 16");
    server.dial(json!([{"action": {"truncate": {"bytes": 20}}}])).await;
    let cut = server.call("SendMessage", message.clone()).await;
    let (head, body) = cut.split_once("\r\n\r\n").unwrap();
    assert_eq!(body.len(), 20);
    assert!(head.contains("content-length: ") && !head.contains("content-length: 20\r\n"), "{head}");
    assert_eq!(effects(&server).await, ["sent", "sent"]);
}

#[tokio::test]
async fn a_rule_is_addressed_by_operation_queue_turn_and_chance() {
    let rules = json!([{"operation": ["SendMessage", "SendMessageBatch"], "queue": "a", "nth": 2, "every": 2, "count": 2,
        "action": "throttle"}]);
    let (server, message) = dialled(rules).await;
    let other = json!({"QueueUrl": server.create("other").await, "MessageBody": "b"});
    let mut ok = Vec::new();
    for _ in 0..7 {
        assert!(server.call("SendMessage", other.clone()).await.starts_with("HTTP/1.1 200 "));
        ok.push(server.call("SendMessage", message.clone()).await.starts_with("HTTP/1.1 200 "));
    }
    assert_eq!(ok, [true, false, true, false, true, true, true]);
    let mut runs = Vec::new();
    for _ in 0..2 {
        server.dial(json!([{"chance": 0.5, "seed": 11, "action": "server_error"}])).await;
        let mut run = Vec::new();
        for _ in 0..12 {
            run.push(server.call("SendMessage", message.clone()).await.starts_with("HTTP/1.1 200 "));
        }
        runs.push(run);
    }
    assert_eq!(runs[0], runs[1], "repeatable");
    assert!(runs[0].contains(&true) && runs[0].contains(&false));
    assert_eq!(NAMES.len(), 23);
}
