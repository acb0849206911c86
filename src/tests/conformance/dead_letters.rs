//! Dead-letter queues: when a message moves there, what it takes along, and when it stays after all.

use serde_json::{Value, json};

use super::cases;
use super::sqs::{Sqs, bodies};

/// Receives and releases once: what a consumer does that fails.
async fn try_once(sqs: &Sqs, url: &str) -> Vec<Value> {
    let got = sqs.receive(url).await;
    for message in &got {
        sqs.hide(url, message, 0).await;
    }
    got
}

cases! {
    "Developer guide, Using dead-letter queues: maxReceiveCount"
    async fn a_message_moves_on_the_receive_after_the_last_allowed_one(sqs) {
        let dead_letters = sqs.queue("failures", json!({})).await;
        let url = sqs.source("orders", &dead_letters, 2).await;
        sqs.send(&url, "a").await;
        for _ in 0..2 {
            let got = sqs.receive(&url).await;
            sqs.hide(&url, &got[0], 0).await;
        }
        assert!(sqs.receive(&url).await.is_empty());
        let moved = sqs.receive(&dead_letters).await;
        assert_eq!(bodies(&moved), ["a"]);
        assert_eq!(moved[0]["Attributes"]["DeadLetterQueueSourceArn"], sqs.arn(&url).await);
    }

    "API reference, SetQueueAttributes: when the ReceiveCount exceeds the maxReceiveCount"
    async fn until_somebody_asks_the_message_stays(sqs) {
        let dead_letters = sqs.queue("failures", json!({})).await;
        let url = sqs.source("orders", &dead_letters, 1).await;
        sqs.send(&url, "a").await;
        assert_eq!(try_once(&sqs, &url).await.len(), 1);
        assert_eq!(sqs.attribute(&url, "ApproximateNumberOfMessages").await, "1");
        assert_eq!(sqs.attribute(&dead_letters, "ApproximateNumberOfMessages").await, "0");
        assert!(sqs.receive(&url).await.is_empty());
        assert_eq!(sqs.attribute(&url, "ApproximateNumberOfMessages").await, "0");
        assert_eq!(sqs.attribute(&dead_letters, "ApproximateNumberOfMessages").await, "1");
    }

    "As recorded from SQS: a message in a dead-letter queue"
    async fn a_dead_letter_keeps_its_id_its_content_and_its_count(sqs) {
        let dead_letters = sqs.queue("failures", json!({})).await;
        let url = sqs.source("orders", &dead_letters, 1).await;
        let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
        let sent = sqs.call("SendMessage", json!({
            "QueueUrl": url, "MessageBody": "message-1",
            "MessageAttributes": {"MyAttribute": {"DataType": "String", "StringValue": "foobar"}},
            "MessageSystemAttributes": {"AWSTraceHeader": {"DataType": "String", "StringValue": trace}},
        })).await.unwrap();
        let first = try_once(&sqs, &url).await.remove(0);
        assert_eq!(first["Attributes"]["ApproximateReceiveCount"], "1");
        assert_eq!(first["Attributes"].get("DeadLetterQueueSourceArn"), None);
        assert!(sqs.receive(&url).await.is_empty());
        let dead = sqs.receive(&dead_letters).await.remove(0);
        assert_eq!(dead["MessageId"], sent["MessageId"]);
        assert_eq!(dead["Body"], "message-1");
        assert_eq!(dead["MD5OfMessageAttributes"], "adb59cd4678ea5a855436b949cd07ab6");
        assert_eq!(dead["MessageAttributes"]["MyAttribute"]["StringValue"], "foobar");
        let attributes = &dead["Attributes"];
        assert_eq!(attributes["AWSTraceHeader"], trace);
        assert_eq!(attributes["DeadLetterQueueSourceArn"], sqs.arn(&url).await);
        assert_eq!(attributes["SentTimestamp"], first["Attributes"]["SentTimestamp"]);
        let count: u32 = attributes["ApproximateReceiveCount"].as_str().unwrap().parse().unwrap();
        assert!(count >= 2, "the count goes on: {count}");
    }

    "Developer guide, Using dead-letter queues: several messages given up by one receive"
    async fn a_receive_gives_up_many_and_returns_the_others(sqs) {
        let dead_letters = sqs.queue("failures", json!({})).await;
        let url = sqs.source("orders", &dead_letters, 1).await;
        for n in 0..15 {
            sqs.send(&url, &n.to_string()).await;
        }
        let seen: Vec<_> = try_once(&sqs, &url).await.iter().map(|got| got["Body"].clone()).collect();
        assert_eq!(seen.len(), 10);
        let rest = sqs.receive(&url).await;
        assert_eq!(rest.len(), 5);
        assert!(rest.iter().all(|got| !seen.contains(&got["Body"])));
        assert_eq!(sqs.receive(&dead_letters).await.len(), 10);
    }

    "Developer guide, Visibility timeout: viewing a message counts against the redrive policy"
    async fn a_look_that_hides_nothing_counts(sqs) {
        let dead_letters = sqs.queue("failures", json!({})).await;
        let url = sqs.source("orders", &dead_letters, 2).await;
        sqs.send(&url, "a").await;
        for _ in 0..2 {
            assert_eq!(sqs.receive_with(&url, json!({"VisibilityTimeout": 0})).await.len(), 1);
        }
        assert!(sqs.receive_with(&url, json!({"VisibilityTimeout": 0})).await.is_empty());
        assert_eq!(bodies(&sqs.receive(&dead_letters).await), ["a"]);
    }

    "API reference, SetQueueAttributes: RedrivePolicy"
    async fn without_a_policy_a_message_never_moves(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        sqs.send(&url, "a").await;
        for count in 1..=12 {
            let got = try_once(&sqs, &url).await;
            assert_eq!(got[0]["Attributes"]["ApproximateReceiveCount"], count.to_string());
        }
    }

    "Developer guide, Message retention in dead-letter queues: standard queues keep the enqueue time"
    async fn a_dead_letter_of_a_standard_queue_keeps_its_age(sqs) {
        let dead_letters = sqs.queue("failures", json!({"MessageRetentionPeriod": "60"})).await;
        let url = sqs.source("orders", &dead_letters, 1).await;
        sqs.send(&url, "a").await;
        try_once(&sqs, &url).await;
        sqs.pass(50).await;
        sqs.receive(&url).await;
        assert_eq!(try_once(&sqs, &dead_letters).await.len(), 1);
        sqs.pass(11).await;
        assert!(try_once(&sqs, &dead_letters).await.is_empty());
    }

    "Developer guide, Message retention in dead-letter queues: FIFO queues reset the enqueue time"
    async fn a_dead_letter_of_a_fifo_queue_starts_anew(sqs) {
        let dead_letters = sqs.queue("failures.fifo", json!({"MessageRetentionPeriod": "60"})).await;
        let url = sqs.source("orders.fifo", &dead_letters, 1).await;
        sqs.send_in_group(&url, "g", "a").await;
        try_once(&sqs, &url).await;
        sqs.pass(50).await;
        sqs.receive(&url).await;
        sqs.pass(11).await;
        assert_eq!(try_once(&sqs, &dead_letters).await.len(), 1);
        sqs.pass(50).await;
        assert!(try_once(&sqs, &dead_letters).await.is_empty());
    }

    "Developer guide, dead-letter queue redrive: the deduplication ID will be replaced with the original message's ID"
    async fn the_deduplication_id_of_a_dead_letter_is_its_message_id(sqs) {
        let dead_letters = sqs.queue("failures.fifo", json!({})).await;
        let urls = [
            sqs.source("one.fifo", &dead_letters, 1).await,
            sqs.source("two.fifo", &dead_letters, 1).await,
        ];
        let mut ids = Vec::new();
        for url in &urls {
            ids.push(sqs.send_in_group(url, "g", "same").await["MessageId"].clone());
            try_once(&sqs, url).await;
            assert!(sqs.receive(url).await.is_empty());
        }
        let dead = sqs.receive(&dead_letters).await;
        let shown: Vec<_> = dead.iter().map(|message| message["Attributes"]["MessageDeduplicationId"].clone()).collect();
        assert_eq!(shown, ids, "so that neither is taken for the other");
        assert!(dead.iter().all(|message| message["Attributes"]["MessageGroupId"] == "g"));
    }

    "Developer guide, FIFO delivery logic: a group moves on without its given-up message"
    async fn a_dead_letter_frees_its_group(sqs) {
        let dead_letters = sqs.queue("failures.fifo", json!({})).await;
        let url = sqs.source("orders.fifo", &dead_letters, 1).await;
        for body in ["1", "2", "3"] {
            sqs.send_in_group(&url, "g", body).await;
        }
        sqs.receive_with(&url, json!({"MaxNumberOfMessages": 1, "VisibilityTimeout": 0})).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["2", "3"]);
        assert_eq!(bodies(&sqs.receive(&dead_letters).await), ["1"]);
        sqs.send_in_group(&url, "g", "4").await;
        assert!(sqs.receive(&url).await.is_empty());
    }

    "Developer guide, FIFO delivery logic: a hidden message is not given up, and blocks"
    async fn a_group_is_blocked_while_its_first_message_is_hidden(sqs) {
        let dead_letters = sqs.queue("failures.fifo", json!({})).await;
        let url = sqs.source("orders.fifo", &dead_letters, 1).await;
        for body in ["1", "2"] {
            sqs.send_in_group(&url, "g", body).await;
        }
        sqs.receive_with(&url, json!({"MaxNumberOfMessages": 1, "VisibilityTimeout": 2})).await;
        assert!(sqs.receive(&url).await.is_empty());
        assert!(sqs.receive(&dead_letters).await.is_empty());
        sqs.pass(2).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["2"]);
        assert_eq!(bodies(&sqs.receive(&dead_letters).await), ["1"]);
    }

    "API reference, SetQueueAttributes: maxReceiveCount is that of the source queue"
    async fn a_chain_of_dead_letter_queues_counts_in_each(sqs) {
        let last = sqs.queue("last", json!({})).await;
        let middle = sqs.source("middle", &last, 1).await;
        let first = sqs.source("first", &middle, 1).await;
        sqs.send(&first, "a").await;
        let mut counts = Vec::new();
        for url in [&first, &middle, &last] {
            counts.push(try_once(&sqs, url).await[0]["Attributes"]["ApproximateReceiveCount"].clone());
            if *url != last {
                assert!(sqs.receive(url).await.is_empty());
            }
        }
        assert_eq!(counts, ["1", "2", "3"], "while what is shown goes on");
        let source = &sqs.receive(&last).await[0]["Attributes"]["DeadLetterQueueSourceArn"];
        assert_eq!(*source, sqs.arn(&middle).await);
    }

    "API reference, DeleteQueue; what becomes of the sources is not documented"
    async fn without_their_dead_letter_queue_messages_stay(sqs) {
        let dead_letters = sqs.queue("failures", json!({})).await;
        let url = sqs.source("orders", &dead_letters, 1).await;
        sqs.call("DeleteQueue", json!({"QueueUrl": dead_letters})).await.unwrap();
        sqs.send(&url, "a").await;
        for _ in 0..3 {
            assert_eq!(bodies(&try_once(&sqs, &url).await), ["a"]);
        }
    }
}
