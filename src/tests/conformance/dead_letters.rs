//! Dead-letter queues: when a message moves, what it takes along, and which queues send theirs where.

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

/// The sources of a dead-letter queue and the token of the next page.
async fn sources(sqs: &Sqs, url: &str, members: Value) -> (Vec<Value>, Value) {
    let mut input = members;
    input["QueueUrl"] = json!(url);
    let mut answer = sqs.call("ListDeadLetterSourceQueues", input).await.unwrap();
    (answer["queueUrls"].as_array().cloned().unwrap_or_default(), answer["NextToken"].take())
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

    "Developer guide, Using dead-letter queues"
    async fn what_stands_behind_a_dead_letter_is_delivered(sqs) {
        let dead_letters = sqs.queue("failures", json!({})).await;
        let url = sqs.source("orders", &dead_letters, 1).await;
        sqs.send(&url, "bad").await;
        try_once(&sqs, &url).await;
        sqs.send(&url, "good").await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["good"]);
        assert_eq!(bodies(&sqs.receive(&dead_letters).await), ["bad"]);
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

    "Developer guide, Using dead-letter queues: message retention periods, standard queues"
    #[only(embedded)]
    async fn a_dead_letter_of_a_standard_queue_keeps_its_age(sqs) {
        let dead_letters = sqs.queue("failures", json!({"MessageRetentionPeriod": "100"})).await;
        let url = sqs.source("orders", &dead_letters, 1).await;
        sqs.send(&url, "a").await;
        try_once(&sqs, &url).await;
        sqs.pass(60).await;
        assert!(sqs.receive(&url).await.is_empty());
        sqs.pass(39).await;
        assert_eq!(sqs.attribute(&dead_letters, "ApproximateNumberOfMessages").await, "1");
        sqs.pass(1).await;
        assert_eq!(sqs.attribute(&dead_letters, "ApproximateNumberOfMessages").await, "0");
    }

    "Developer guide, Using dead-letter queues: message retention periods, FIFO queues"
    #[only(embedded)]
    async fn a_dead_letter_of_a_fifo_queue_starts_anew(sqs) {
        let dead_letters = sqs.queue("failures.fifo", json!({"MessageRetentionPeriod": "100"})).await;
        let url = sqs.source("orders.fifo", &dead_letters, 1).await;
        sqs.send_in_group(&url, "g", "a").await;
        try_once(&sqs, &url).await;
        sqs.pass(60).await;
        assert!(sqs.receive(&url).await.is_empty());
        sqs.pass(99).await;
        assert_eq!(sqs.attribute(&dead_letters, "ApproximateNumberOfMessages").await, "1");
        sqs.pass(1).await;
        assert_eq!(sqs.attribute(&dead_letters, "ApproximateNumberOfMessages").await, "0");
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

    "Developer guide, FIFO queue delivery logic; As recorded from SQS"
    async fn a_dead_letter_frees_its_group(sqs) {
        let dead_letters = sqs.queue("failures.fifo", json!({})).await;
        let url = sqs.source("orders.fifo", &dead_letters, 1).await;
        sqs.send_in_group(&url, "g", "bad").await;
        try_once(&sqs, &url).await;
        sqs.send_in_group(&url, "g", "good").await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["good"]);
        assert_eq!(bodies(&sqs.receive(&dead_letters).await), ["bad"]);
    }

    "As recorded from SQS: a chain of dead-letter queues"
    async fn a_dead_letter_queue_may_have_one_itself(sqs) {
        let last = sqs.queue("last", json!({})).await;
        let middle = sqs.source("middle", &last, 3).await;
        let url = sqs.source("first", &middle, 1).await;
        sqs.send(&url, "a").await;
        try_once(&sqs, &url).await;
        assert!(sqs.receive(&url).await.is_empty());
        for _ in 0..4 {
            try_once(&sqs, &middle).await;
        }
        let dead = sqs.receive(&last).await;
        assert_eq!(bodies(&dead), ["a"]);
        assert_eq!(dead[0]["Attributes"]["DeadLetterQueueSourceArn"], sqs.arn(&middle).await);
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

    "API reference, ListDeadLetterSourceQueues"
    async fn the_queues_that_name_a_dead_letter_queue_are_its_sources(sqs) {
        let dead_letters = sqs.queue("failures", json!({})).await;
        assert_eq!(sources(&sqs, &dead_letters, json!({})).await, (vec![], Value::Null));
        let mut urls = Vec::new();
        for name in ["one", "two", "three"] {
            urls.push(json!(sqs.source(name, &dead_letters, 5).await));
        }
        sqs.queue("stranger", json!({})).await;
        let (mut listed, token) = sources(&sqs, &dead_letters, json!({})).await;
        listed.sort_by_key(|url| urls.iter().position(|known| known == url));
        assert_eq!((listed, token), (urls.clone(), Value::Null));
        let input = json!({"QueueUrl": urls[0], "Attributes": {"RedrivePolicy": ""}});
        sqs.call("SetQueueAttributes", input).await.unwrap();
        sqs.call("DeleteQueue", json!({"QueueUrl": urls[1]})).await.unwrap();
        assert_eq!(sources(&sqs, &dead_letters, json!({})).await.0, urls[2..]);
        assert_eq!(sources(&sqs, urls[2].as_str().unwrap(), json!({})).await.0, [Value::Null; 0]);
    }

    "API reference, ListDeadLetterSourceQueues: queueUrls"
    #[only(http)]
    async fn no_sources_are_an_empty_list(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let headers = [
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amz-target", "AmazonSQS.ListDeadLetterSourceQueues"),
        ];
        let answer = sqs.http("POST", "/", &headers, &json!({"QueueUrl": url}).to_string()).await;
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((answer.status, body), (200, json!({"queueUrls": []})));
    }

    "API reference, ListDeadLetterSourceQueues: MaxResults, NextToken"
    async fn sources_come_in_pages(sqs) {
        let dead_letters = sqs.queue("failures", json!({})).await;
        let mut all = Vec::new();
        for n in 0..5 {
            all.push(json!(sqs.source(&format!("source{n}"), &dead_letters, 5).await));
        }
        let mut seen = Vec::new();
        let mut members = json!({"MaxResults": 2});
        for size in [2, 2, 1] {
            let (page, token) = sources(&sqs, &dead_letters, members.clone()).await;
            assert_eq!(page.len(), size);
            seen.extend(page);
            assert_eq!(token.is_null(), size == 1, "{token}");
            members["NextToken"] = token;
        }
        seen.sort_by_key(|url| all.iter().position(|known| known == url));
        assert_eq!(seen, all);
        assert_eq!(sources(&sqs, &dead_letters, json!({"MaxResults": 5})).await.1, Value::Null);
    }

    "API reference, ListDeadLetterSourceQueues: MaxResults, value range is 1 to 1000"
    async fn a_page_of_sources_has_its_range(sqs) {
        let url = sqs.queue("failures", json!({})).await;
        for most in [-1, 0, 1001] {
            let input = json!({"QueueUrl": url, "MaxResults": most});
            let refused = sqs.refused("ListDeadLetterSourceQueues", input).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400), "{most}");
            assert!(refused.message.contains("MaxResults"), "{}", refused.message);
        }
        for most in [1, 1000] {
            sources(&sqs, &url, json!({"MaxResults": most})).await;
        }
    }

    "API reference, ListDeadLetterSourceQueues: NextToken"
    async fn a_token_belongs_to_its_list_and_needs_a_size(sqs) {
        let dead_letters = sqs.queue("failures", json!({})).await;
        let other = sqs.queue("others", json!({})).await;
        for n in 0..2 {
            sqs.source(&format!("source{n}"), &dead_letters, 5).await;
        }
        let (_, token) = sources(&sqs, &dead_letters, json!({"MaxResults": 1})).await;
        for input in [
            json!({"QueueUrl": dead_letters, "MaxResults": 1, "NextToken": "rubbish"}),
            json!({"QueueUrl": dead_letters, "NextToken": token}),
            json!({"QueueUrl": other, "MaxResults": 1, "NextToken": token}),
        ] {
            let refused = sqs.refused("ListDeadLetterSourceQueues", input).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
        }
    }

    "API reference, ListDeadLetterSourceQueues: Errors, QueueDoesNotExist"
    async fn only_an_existing_queue_has_sources(sqs) {
        let url = sqs.queue("failures", json!({})).await;
        let refused = sqs.refused("ListDeadLetterSourceQueues", json!({"QueueUrl": format!("{url}-none")})).await;
        assert_eq!((refused.code.as_str(), refused.status), ("AWS.SimpleQueueService.NonExistentQueue", 400));
    }
}
