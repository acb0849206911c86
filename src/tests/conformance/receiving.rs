//! Receiving: how many messages, with which attributes, and when there are none.

use serde_json::{Value, json};

use super::sqs::{Sqs, bodies};
use super::{NO_QUEUE, cases};

/// Receives one message with nothing asked for but these members.
async fn one(sqs: &Sqs, url: &str, members: Value) -> Value {
    let mut input = members;
    input["QueueUrl"] = url.into();
    sqs.call("ReceiveMessage", input).await.unwrap()["Messages"][0].take()
}

/// The names in a map, in one row.
fn names(map: &Value) -> String {
    let mut names: Vec<_> = map.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.join(" ")
}

cases! {
    "API reference, ReceiveMessage: MaxNumberOfMessages, Default: 1"
    async fn a_receive_gives_one_message_unless_it_asks_for_more(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for body in ["a", "b", "c"] {
            sqs.send(&url, body).await;
        }
        let got = sqs.call("ReceiveMessage", json!({"QueueUrl": url})).await.unwrap();
        assert_eq!(got["Messages"].as_array().unwrap().len(), 1);
        assert_eq!(sqs.receive_with(&url, json!({"MaxNumberOfMessages": 2})).await.len(), 2);
    }

    "API reference, ReceiveMessage: MaxNumberOfMessages, Valid values: 1 to 10"
    async fn a_receive_asks_for_one_to_ten_messages(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for most in [-1, 0, 11] {
            let refused = sqs.refused("ReceiveMessage", json!({"QueueUrl": url, "MaxNumberOfMessages": most})).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
            let said = format!("Value {most} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.");
            assert_eq!(refused.message, said);
        }
        assert!(sqs.receive_with(&url, json!({"MaxNumberOfMessages": 10})).await.is_empty());
    }

    "API reference, ReceiveMessage: VisibilityTimeout, 0 to 43200"
    async fn a_receive_hides_for_twelve_hours_at_most(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for seconds in [-1, 43_201] {
            let refused = sqs.refused("ReceiveMessage", json!({"QueueUrl": url, "VisibilityTimeout": seconds})).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
            assert!(refused.message.contains("VisibilityTimeout"), "{}", refused.message);
        }
        sqs.send(&url, "a").await;
        assert_eq!(sqs.receive_with(&url, json!({"VisibilityTimeout": 43_200})).await.len(), 1);
    }

    "API reference, ReceiveMessage: an empty queue returns no list of messages"
    #[only(http)]
    async fn an_empty_receive_has_no_list(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let headers = [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", "AmazonSQS.ReceiveMessage")];
        let answer = sqs.http("POST", "/", &headers, &json!({"QueueUrl": url}).to_string()).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "{}"));
    }

    "API reference, ReceiveMessage: QueueDoesNotExist"
    async fn a_queue_that_is_not_there_gives_no_messages(sqs) {
        let url = sqs.queue("orders", json!({})).await.replace("orders", "others");
        let refused = sqs.refused("ReceiveMessage", json!({"QueueUrl": url})).await;
        assert_eq!((refused.code.as_str(), refused.status), (NO_QUEUE, 400));
    }

    "API reference, Message: what is not asked for is not given"
    async fn attributes_are_given_only_when_asked_for(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let sent = sqs.call("SendMessage", json!({
            "QueueUrl": url, "MessageBody": "Grüße 🚀",
            "MessageAttributes": {"a": {"DataType": "String", "StringValue": "1"}},
        })).await.unwrap();
        let got = one(&sqs, &url, json!({})).await;
        assert_eq!(names(&got), "Body MD5OfBody MessageId ReceiptHandle");
        assert_eq!(got["Body"], "Grüße 🚀");
        assert_eq!((&got["MessageId"], &got["MD5OfBody"]), (&sent["MessageId"], &sent["MD5OfMessageBody"]));
    }

    "API reference, ReceiveMessage: MessageSystemAttributeNames, All"
    async fn all_system_attributes_of_a_standard_queue(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        sqs.send(&url, "a").await;
        let got = one(&sqs, &url, json!({"MessageSystemAttributeNames": ["All"]})).await;
        let all = "ApproximateFirstReceiveTimestamp ApproximateReceiveCount SenderId SentTimestamp";
        assert_eq!(names(&got["Attributes"]), all);
    }

    "API reference, ReceiveMessage: MessageSystemAttributeNames, All"
    async fn all_system_attributes_of_a_fifo_queue(sqs) {
        let url = sqs.queue("orders.fifo", json!({})).await;
        let sent = sqs.send_in_group(&url, "g", "a").await;
        let got = one(&sqs, &url, json!({"MessageSystemAttributeNames": ["All"]})).await;
        let attributes = &got["Attributes"];
        assert_eq!(names(attributes), "ApproximateFirstReceiveTimestamp ApproximateReceiveCount MessageDeduplicationId \
            MessageGroupId SenderId SentTimestamp SequenceNumber");
        assert_eq!((&attributes["MessageGroupId"], &attributes["MessageDeduplicationId"]), (&json!("g"), &json!("a")));
        assert_eq!(attributes["SequenceNumber"], sent["SequenceNumber"]);
    }

    "API reference, ReceiveMessage: MessageSystemAttributeNames, by name"
    async fn system_attributes_are_given_by_name(sqs) {
        let url = sqs.queue("orders", json!({"VisibilityTimeout": "0"})).await;
        sqs.send(&url, "a").await;
        for (wanted, given) in [
            (json!(["SenderId"]), "SenderId"),
            (json!(["SenderId", "SequenceNumber"]), "SenderId"),
            (json!(["AWSTraceHeader"]), ""),
            (json!([]), ""),
        ] {
            let got = one(&sqs, &url, json!({"MessageSystemAttributeNames": wanted})).await;
            assert_eq!(names(&got["Attributes"]), given, "{wanted}");
        }
    }

    "API reference, ReceiveMessage: AttributeNames is discontinued and still supported"
    async fn the_old_name_of_the_list_still_counts(sqs) {
        let url = sqs.queue("orders", json!({"VisibilityTimeout": "0"})).await;
        sqs.send(&url, "a").await;
        let all = "ApproximateFirstReceiveTimestamp ApproximateReceiveCount SenderId SentTimestamp";
        for (members, given) in [
            (json!({"AttributeNames": ["All"]}), all),
            (json!({"AttributeNames": ["SentTimestamp"]}), "SentTimestamp"),
            (json!({"AttributeNames": ["SenderId"], "MessageSystemAttributeNames": ["All"]}), all),
            (json!({"AttributeNames": ["SenderId"], "MessageSystemAttributeNames": ["SentTimestamp"]}),
                "SenderId SentTimestamp"),
        ] {
            let got = one(&sqs, &url, members.clone()).await;
            assert_eq!(names(&got["Attributes"]), given, "{members}");
        }
    }

    "API reference, ReceiveMessage: AttributeNames lists SqsManagedSseEnabled"
    async fn the_encryption_of_the_queue_may_be_asked_for(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        sqs.send(&url, "a").await;
        assert_eq!(one(&sqs, &url, json!({"AttributeNames": ["SqsManagedSseEnabled", "SenderId"]})).await["Body"], "a");
    }

    "API reference, InvalidAttributeName: the attribute does not exist"
    async fn an_unknown_system_attribute_is_refused(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for list in ["MessageSystemAttributeNames", "AttributeNames"] {
            let refused = sqs.refused("ReceiveMessage", json!({"QueueUrl": url, list: ["Colour"]})).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidAttributeName", 400));
            assert!(refused.message.contains("Colour"), "{}", refused.message);
        }
    }

    "API reference, ReceiveMessage: ApproximateReceiveCount, ApproximateFirstReceiveTimestamp, SentTimestamp"
    async fn every_receive_counts_and_the_first_one_stays_known(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let sent = sqs.now();
        sqs.send(&url, "a").await;
        sqs.pass(2).await;
        let mut handles = Vec::new();
        for count in 1..=3 {
            let got = &sqs.receive_with(&url, json!({"VisibilityTimeout": 0})).await[0];
            let attribute = |name: &str| got["Attributes"][name].as_str().unwrap().parse::<u64>().unwrap();
            assert_eq!(attribute("ApproximateReceiveCount"), count, "a look that hides nothing counts too");
            assert!(attribute("SentTimestamp").abs_diff(sent) < 1500);
            let first = attribute("ApproximateFirstReceiveTimestamp");
            assert!((1900..4000).contains(&first.abs_diff(sent)), "in milliseconds, and not moved by later ones");
            handles.push(got["ReceiptHandle"].as_str().unwrap().to_owned());
            sqs.pass(1).await;
        }
        handles.dedup();
        assert_eq!(handles.len(), 3, "every receive has a handle of its own");
    }

    "API reference, ReceiveMessage: MessageAttributeNames (digests as recorded from SQS)"
    async fn message_attributes_are_given_by_name_prefix_or_all(sqs) {
        let url = sqs.queue("orders", json!({"VisibilityTimeout": "0"})).await;
        let text = |value: &str| json!({"DataType": "String", "StringValue": value});
        let attributes = json!({"Help.Me": text("Me"), "Hello": text("There"), "General": text("Kenobi")});
        let sent = json!({"QueueUrl": url, "MessageBody": "msg", "MessageAttributes": attributes});
        sqs.call("SendMessage", sent).await.unwrap();
        let all = ("General Hello Help.Me", "4c360f3fdafd970e05fae2f149d997f5");
        for (wanted, (given, digest)) in [
            (json!([]), ("", "")),
            (json!(["All"]), all),
            (json!(["*"]), all),
            (json!([".*"]), all),
            (json!(["Foo", "Help"]), ("", "")),
            (json!(["hello"]), ("", "")),
            (json!(["Hello", "General"]), ("General Hello", "fca026605781cb4126a1e9044df24232")),
            (json!(["Foo", "Hello"]), ("Hello", "a311262e065454b75da111d535b8dacd")),
            (json!(["Hel.*"]), ("Hello Help.Me", "83fee93c1bcd8b9a5a923ffacdc636c7")),
            (json!(["AWS."]), ("", "")),
            (json!(["..foo"]), ("", "")),
        ] {
            let got = one(&sqs, &url, json!({"MessageAttributeNames": wanted})).await;
            assert_eq!(names(&got["MessageAttributes"]), given, "{wanted}");
            assert_eq!(got["MD5OfMessageAttributes"].as_str().unwrap_or_default(), digest, "{wanted}");
        }
    }

    "Developer guide, Amazon SQS delay queues and message timers"
    async fn a_delayed_message_cannot_be_received(sqs) {
        let url = sqs.queue("orders", json!({"DelaySeconds": "2"})).await;
        sqs.send(&url, "of the queue").await;
        sqs.call("SendMessage", json!({"QueueUrl": url, "MessageBody": "its own", "DelaySeconds": 5})).await.unwrap();
        sqs.call("SendMessage", json!({"QueueUrl": url, "MessageBody": "none", "DelaySeconds": 0})).await.unwrap();
        assert_eq!(bodies(&sqs.receive(&url).await), ["none"]);
        sqs.pass(2).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["of the queue"]);
        sqs.pass(3).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["its own"]);
    }

    "API reference, SetQueueAttributes: MessageRetentionPeriod"
    async fn a_message_is_gone_when_its_retention_ends_also_in_flight(sqs) {
        let url = sqs.queue("orders", json!({"MessageRetentionPeriod": "60", "VisibilityTimeout": "60"})).await;
        sqs.send(&url, "a").await;
        sqs.send(&url, "b").await;
        sqs.pass(5).await;
        let held = sqs.receive_with(&url, json!({"MaxNumberOfMessages": 1})).await;
        sqs.pass(56).await;
        assert!(sqs.receive(&url).await.is_empty());
        sqs.pass(5).await;
        assert!(sqs.receive(&url).await.is_empty(), "nor when its visibility timeout ends");
        sqs.delete(&url, &held[0]).await;
    }

    "Developer guide, Available CloudWatch metrics: received three times or more, to the back of the queue"
    #[only(embedded)]
    async fn a_message_that_nobody_can_handle_goes_to_the_back(sqs) {
        let url = sqs.queue("orders", json!({"VisibilityTimeout": "0"})).await;
        sqs.send(&url, "poison").await;
        sqs.send(&url, "next").await;
        for _ in 0..3 {
            assert_eq!(bodies(&sqs.receive_with(&url, json!({"MaxNumberOfMessages": 1})).await), ["poison"]);
        }
        assert_eq!(bodies(&sqs.receive_with(&url, json!({"MaxNumberOfMessages": 1})).await), ["next"]);
    }
}
