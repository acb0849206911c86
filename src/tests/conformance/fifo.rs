//! FIFO queues: order within a group, and groups that block.

use serde_json::{Value, json};

use super::cases;
use super::sqs::{Sqs, bodies};

/// A FIFO queue with these messages, group and body of each.
async fn queue_of(sqs: &Sqs, timeout: &str, messages: &[(&str, &str)]) -> String {
    let url = sqs.queue("orders.fifo", json!({"VisibilityTimeout": timeout})).await;
    for (group, body) in messages {
        sqs.send_in_group(&url, group, body).await;
    }
    url
}

async fn most(sqs: &Sqs, url: &str, most: u32) -> Vec<Value> {
    sqs.receive_with(url, json!({"MaxNumberOfMessages": most})).await
}

cases! {
    "Developer guide, FIFO delivery logic: a group with a message in flight gives no more"
    async fn a_group_is_blocked_until_its_messages_are_deleted(sqs) {
        let url = sqs.queue("orders.fifo", json!({})).await;
        for (group, body) in [("a", "a1"), ("b", "b1"), ("a", "a2")] {
            sqs.send_in_group(&url, group, body).await;
        }
        let first = sqs.receive_with(&url, json!({"MaxNumberOfMessages": 1})).await;
        assert_eq!(bodies(&first), ["a1"]);
        assert_eq!(bodies(&sqs.receive(&url).await), ["b1"]);
        assert!(sqs.receive(&url).await.is_empty());
        sqs.delete(&url, &first[0]).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["a2"]);
    }

    "Developer guide, FIFO delivery logic: as many messages of one group as possible"
    async fn a_receive_takes_of_one_group_first_in_its_order(sqs) {
        let url = queue_of(&sqs, "30", &[("1", "a1"), ("2", "b1"), ("1", "a2"), ("1", "a3")]).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["a1", "a2", "a3", "b1"]);
    }

    "Developer guide, FIFO delivery logic: at most ten of a group at once"
    async fn ten_of_a_group_at_once_and_no_more_until_they_are_deleted(sqs) {
        let url = sqs.queue("orders.fifo", json!({})).await;
        for n in 0..12 {
            sqs.send_in_group(&url, "g", &n.to_string()).await;
        }
        let first = sqs.receive(&url).await;
        assert_eq!(first.len(), 10);
        for message in &first[..9] {
            assert!(sqs.receive(&url).await.is_empty());
            sqs.delete(&url, message).await;
        }
        sqs.delete(&url, &first[9]).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["10", "11"]);
    }

    "Developer guide, FIFO delivery logic: several consumers, several groups"
    async fn groups_do_not_block_each_other(sqs) {
        let url = queue_of(&sqs, "30", &[("1", "a1"), ("1", "a2"), ("2", "b1"), ("3", "c1")]).await;
        assert_eq!(bodies(&most(&sqs, &url, 1).await), ["a1"]);
        assert_eq!(bodies(&most(&sqs, &url, 1).await), ["b1"]);
        assert_eq!(bodies(&most(&sqs, &url, 10).await), ["c1"]);
    }

    "Developer guide, FIFO delivery logic: order is kept when messages come back"
    async fn what_was_not_deleted_comes_back_in_order(sqs) {
        let url = queue_of(&sqs, "2", &[("g", "1"), ("g", "2"), ("g", "3")]).await;
        assert_eq!(most(&sqs, &url, 2).await.len(), 2);
        sqs.pass(2).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["1", "2", "3"]);
    }

    "Developer guide, Terminating the visibility timeout (as recorded from SQS): the first message of a group"
    async fn the_first_message_released_alone_comes_alone(sqs) {
        let url = queue_of(&sqs, "30", &[("1", "a1"), ("1", "a2"), ("2", "b1")]).await;
        let got = most(&sqs, &url, 2).await;
        sqs.hide(&url, &got[0], 0).await;
        assert_eq!(bodies(&most(&sqs, &url, 3).await), ["b1", "a1"]);
    }

    "Developer guide, FIFO delivery logic: a released message waits for the earlier ones"
    async fn a_later_message_released_first_still_comes_later(sqs) {
        let url = queue_of(&sqs, "30", &[("g", "1"), ("g", "2"), ("g", "3")]).await;
        let got = most(&sqs, &url, 2).await;
        sqs.hide(&url, &got[1], 0).await;
        assert!(sqs.receive(&url).await.is_empty());
        sqs.hide(&url, &got[0], 0).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["1", "2", "3"]);
    }

    "Developer guide, Amazon SQS visibility timeout (as recorded from SQS): one message of a group hidden for longer"
    async fn a_message_hidden_for_longer_holds_back_those_behind_it(sqs) {
        for (hidden, got) in [(0, vec![]), (1, vec!["foo"]), (2, vec!["foo", "bar"])] {
            let url = sqs.queue(&format!("orders{hidden}.fifo"), json!({"VisibilityTimeout": "1"})).await;
            for body in ["foo", "bar", "baz"] {
                sqs.send_in_group(&url, "1", body).await;
            }
            let all = sqs.receive(&url).await;
            sqs.hide(&url, &all[hidden], 5).await;
            sqs.pass(2).await;
            assert_eq!(bodies(&sqs.receive(&url).await), got);
        }
    }

    "Developer guide, FIFO delivery logic (as recorded from SQS): the rest of a group after a partial deletion"
    async fn a_group_waits_for_every_message_in_flight(sqs) {
        let url = queue_of(&sqs, "30", &[("1", "a1"), ("2", "b1"), ("1", "a2"), ("2", "b2"), ("1", "a3"), ("3", "c1")]).await;
        let got = most(&sqs, &url, 2).await;
        assert_eq!(bodies(&got), ["a1", "a2"]);
        sqs.delete(&url, &got[0]).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["b1", "b2", "c1"]);
    }

    "Developer guide, FIFO delivery logic (order of groups as recorded from SQS)"
    async fn a_group_whose_first_messages_are_deleted_keeps_the_place_of_the_next(sqs) {
        let url = queue_of(&sqs, "30", &[("1", "a1"), ("2", "b1"), ("1", "a2"), ("2", "b2"), ("1", "a3"), ("1", "a4"), ("3", "c1")]).await;
        for message in most(&sqs, &url, 2).await {
            sqs.delete(&url, &message).await;
        }
        assert_eq!(bodies(&sqs.receive(&url).await), ["b1", "b2", "a3", "a4", "c1"]);
    }

    "Developer guide, FIFO delivery logic (order of groups as recorded from SQS)"
    async fn groups_hidden_for_no_time_go_behind_those_that_waited(sqs) {
        let url = queue_of(&sqs, "30", &[("1", "a1"), ("2", "b1"), ("2", "b2"), ("3", "c1"), ("1", "a2")]).await;
        let look = |most: u32| json!({"MaxNumberOfMessages": most, "VisibilityTimeout": 0});
        assert_eq!(bodies(&sqs.receive_with(&url, look(3)).await), ["a1", "a2", "b1"]);
        assert_eq!(bodies(&sqs.receive_with(&url, look(10)).await), ["c1", "a1", "a2", "b1", "b2"]);
    }

    "Developer guide, FIFO delivery logic (as recorded from SQS): a group that was emptied"
    async fn an_emptied_group_takes_new_messages(sqs) {
        let url = queue_of(&sqs, "30", &[("g", "1")]).await;
        let got = sqs.receive(&url).await;
        sqs.delete(&url, &got[0]).await;
        assert!(sqs.receive(&url).await.is_empty());
        sqs.send_in_group(&url, "g", "2").await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["2"]);
    }

    "API reference, ApproximateNumberOfMessagesNotVisible (as recorded from SQS): the rest of a group is visible"
    async fn only_received_messages_count_as_in_flight(sqs) {
        let url = queue_of(&sqs, "30", &[("1", "a1"), ("1", "a2"), ("2", "b1"), ("2", "b2"), ("3", "c1")]).await;
        most(&sqs, &url, 1).await;
        most(&sqs, &url, 1).await;
        let attributes = sqs.attributes(&url).await;
        assert_eq!(attributes["ApproximateNumberOfMessages"], "3");
        assert_eq!(attributes["ApproximateNumberOfMessagesNotVisible"], "2");
    }

    "Developer guide, Amazon SQS visibility timeout (as recorded from SQS): a FIFO handle expires with it"
    async fn an_expired_handle_does_not_delete(sqs) {
        let url = queue_of(&sqs, "1", &[("g", "a")]).await;
        let got = sqs.receive(&url).await;
        sqs.pass(1).await;
        let handle = got[0]["ReceiptHandle"].as_str().unwrap();
        let refused = sqs.refused("DeleteMessage", json!({"QueueUrl": url, "ReceiptHandle": handle})).await;
        assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
        assert_eq!(refused.message,
            format!("Value {handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired."));
        let batch = json!({"QueueUrl": url, "Entries": [{"Id": "a", "ReceiptHandle": handle}]});
        let failed = &sqs.call("DeleteMessageBatch", batch).await.unwrap()["Failed"][0];
        assert_eq!((&failed["Id"], &failed["SenderFault"]), (&json!("a"), &json!(true)));
        assert!(failed["Message"].as_str().unwrap().contains("expired"), "{failed}");
        assert_eq!(sqs.receive(&url).await.len(), 1);
    }

    "Developer guide, Amazon SQS visibility timeout (as recorded from SQS): a FIFO handle extended in time"
    async fn an_extended_handle_deletes(sqs) {
        let url = queue_of(&sqs, "1", &[("g", "a")]).await;
        let got = sqs.receive(&url).await;
        sqs.hide(&url, &got[0], 5).await;
        sqs.pass(2).await;
        sqs.delete(&url, &got[0]).await;
        assert!(sqs.receive(&url).await.is_empty());
        sqs.delete(&url, &got[0]).await;
    }

    "API reference, ChangeMessageVisibility: a FIFO handle is good while it hides its message"
    async fn an_expired_handle_does_not_hide(sqs) {
        let url = queue_of(&sqs, "1", &[("g", "a")]).await;
        let got = sqs.receive(&url).await;
        sqs.pass(1).await;
        let change = json!({"QueueUrl": url, "ReceiptHandle": got[0]["ReceiptHandle"], "VisibilityTimeout": 9});
        assert_eq!(sqs.refused("ChangeMessageVisibility", change.clone()).await.code, "InvalidParameterValue");
        assert_eq!(sqs.receive(&url).await.len(), 1);
        assert_eq!(sqs.refused("ChangeMessageVisibility", change).await.code, "InvalidParameterValue", "received anew");
    }

    "API reference, ReceiveMessage: ReceiveRequestAttemptId, the same set of messages"
    async fn a_receive_with_the_same_attempt_id_gives_the_same_messages(sqs) {
        let url = queue_of(&sqs, "5", &[("g", "1"), ("g", "2"), ("g", "3")]).await;
        let attempt = json!({"MaxNumberOfMessages": 2, "ReceiveRequestAttemptId": "try-1"});
        let first = sqs.receive_with(&url, attempt.clone()).await;
        assert_eq!(bodies(&first), ["1", "2"]);
        assert!(sqs.receive(&url).await.is_empty());
        sqs.pass(3).await;
        let again = sqs.receive_with(&url, attempt).await;
        let handles = |messages: &[Value]| messages.iter().map(|got| got["ReceiptHandle"].clone()).collect::<Vec<_>>();
        assert_eq!(handles(&again), handles(&first));
        sqs.pass(3).await;
        assert!(sqs.receive(&url).await.is_empty(), "the visibility timeout began anew");
        sqs.delete(&url, &first[0]).await;
    }

    "API reference, ReceiveMessage: ReceiveRequestAttemptId, unless a message was deleted or its visibility changed"
    async fn an_attempt_whose_messages_were_touched_cannot_be_repeated(sqs) {
        let url = queue_of(&sqs, "30", &[("1", "a"), ("2", "b")]).await;
        let attempt = |id: &str| json!({"QueueUrl": url, "MaxNumberOfMessages": 1, "ReceiveRequestAttemptId": id});
        let one = sqs.call("ReceiveMessage", attempt("one")).await.unwrap()["Messages"][0].take();
        let two = sqs.call("ReceiveMessage", attempt("two")).await.unwrap()["Messages"][0].take();
        sqs.delete(&url, &one).await;
        sqs.hide(&url, &two, 60).await;
        for id in ["one", "two"] {
            let refused = sqs.refused("ReceiveMessage", attempt(id)).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
            assert!(refused.message.contains("ReceiveRequestAttemptId"), "{}", refused.message);
        }
    }

    "API reference, ReceiveMessage: ReceiveRequestAttemptId, for five minutes"
    #[only(embedded)]
    async fn an_attempt_id_is_forgotten_after_five_minutes(sqs) {
        let url = queue_of(&sqs, "600", &[("1", "a"), ("2", "b")]).await;
        let attempt = json!({"MaxNumberOfMessages": 1, "ReceiveRequestAttemptId": "try"});
        assert_eq!(bodies(&sqs.receive_with(&url, attempt.clone()).await), ["a"]);
        sqs.pass(299).await;
        assert_eq!(bodies(&sqs.receive_with(&url, attempt.clone()).await), ["a"]);
        sqs.pass(1).await;
        assert_eq!(bodies(&sqs.receive_with(&url, attempt).await), ["b"]);
    }

    "API reference, ReceiveMessage: ReceiveRequestAttemptId, 128 letters, digits and punctuation; FIFO queues only"
    async fn an_attempt_id_has_a_form_and_is_for_fifo_queues(sqs) {
        let fifo = queue_of(&sqs, "30", &[]).await;
        let standard = sqs.queue("orders", json!({})).await;
        let attempt = |url: &str, id: &str| json!({"QueueUrl": url, "ReceiveRequestAttemptId": id});
        let long = "x".repeat(129);
        for input in [attempt(&fifo, &long), attempt(&fifo, "a b"), attempt(&standard, "a")] {
            let refused = sqs.refused("ReceiveMessage", input).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
        }
        for id in [&long[..128], "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"] {
            sqs.call("ReceiveMessage", attempt(&fifo, id)).await.unwrap();
        }
    }
}
