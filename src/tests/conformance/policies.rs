//! RedrivePolicy and RedriveAllowPolicy: what they may say, which queues they may name, and how they read afterwards.

use serde_json::{Value, json};

use super::clients::Refusal;
use super::sqs::{Sqs, bodies};
use super::{NO_QUEUE, cases};

/// A RedrivePolicy.
fn redrive(target: &str, count: impl Into<Value>) -> String {
    json!({"deadLetterTargetArn": target, "maxReceiveCount": count.into()}).to_string()
}

/// A RedriveAllowPolicy of `byQueue`.
fn by_queue(arns: &[String]) -> String {
    json!({"redrivePermission": "byQueue", "sourceQueueArns": arns}).to_string()
}

async fn set(sqs: &Sqs, url: &str, attribute: &str, value: &str) {
    sqs.set(url, json!({attribute: value})).await;
}

async fn unset(sqs: &Sqs, url: &str, attribute: &str, value: &str) -> Refusal {
    sqs.refused("SetQueueAttributes", json!({"QueueUrl": url, "Attributes": {attribute: value}})).await
}

/// What SQS says of a policy it read and did not like.
fn refused_for(refused: &Refusal, attribute: &str, text: &str, reason: &str) {
    assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400), "{text}: {}", refused.message);
    let sentence = format!("Value {text} for parameter {attribute} is invalid. Reason: ");
    assert!(refused.message.starts_with(&sentence), "{}", refused.message);
    assert!(refused.message.contains(reason), "{reason} is not in: {}", refused.message);
}

/// What SQS says of a policy it could not read.
fn unreadable(refused: &Refusal, attribute: &str, text: &str) {
    assert_eq!((refused.code.as_str(), refused.status), ("InvalidAttributeValue", 400), "{text}: {}", refused.message);
    let sentence = format!("Invalid value for the parameter {attribute}. Reason: ");
    assert!(refused.message.starts_with(&sentence), "{text}: {}", refused.message);
}

cases! {
    "API reference, SetQueueAttributes: RedrivePolicy, maxReceiveCount"
    async fn the_count_is_a_number_or_a_text_and_reads_as_a_number(sqs) {
        let dead_letters = sqs.queue("failures", json!({})).await;
        let target = sqs.arn(&dead_letters).await;
        for count in [json!(42), json!("42"), json!(1), json!(1000), json!("1000")] {
            let url = sqs.queue("orders", json!({})).await;
            set(&sqs, &url, "RedrivePolicy", &redrive(&target, count.clone())).await;
            let shown: Value = serde_json::from_str(&sqs.attribute(&url, "RedrivePolicy").await).unwrap();
            let number: u64 = count.as_u64().unwrap_or_else(|| count.as_str().unwrap().parse().unwrap());
            assert_eq!(shown, json!({"deadLetterTargetArn": target, "maxReceiveCount": number}));
        }
    }

    "API reference, CreateQueue: RedrivePolicy"
    async fn a_queue_can_be_made_with_its_dead_letter_queue(sqs) {
        let dead_letters = sqs.queue("failures", json!({})).await;
        let url = sqs.source("orders", &dead_letters, 7).await;
        let shown: Value = serde_json::from_str(&sqs.attribute(&url, "RedrivePolicy").await).unwrap();
        assert_eq!(shown, json!({"deadLetterTargetArn": sqs.arn(&dead_letters).await, "maxReceiveCount": 7}));
        assert_eq!(sqs.attributes(&dead_letters).await.get("RedrivePolicy"), None);
    }

    "API reference, SetQueueAttributes: RedrivePolicy, as a JSON object"
    async fn a_redrive_policy_is_a_json_object(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for text in [" ", "{", "not json", "[]", "4", "null", "\"x\""] {
            unreadable(&unset(&sqs, &url, "RedrivePolicy", text).await, "RedrivePolicy", text);
            let input = json!({"QueueName": sqs.name("new"), "Attributes": {"RedrivePolicy": text}});
            unreadable(&sqs.refused("CreateQueue", input).await, "RedrivePolicy", text);
        }
        assert_eq!(sqs.attribute(&url, "RedrivePolicy").await, "");
    }

    "API reference, SetQueueAttributes: RedrivePolicy, deadLetterTargetArn and maxReceiveCount"
    async fn a_redrive_policy_has_both_members(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let target = sqs.arn(&url).await;
        for (text, missing) in [
            ("{}".to_owned(), "maxReceiveCount"),
            (json!({"deadLetterTargetArn": target}).to_string(), "maxReceiveCount"),
            (json!({"maxReceiveCount": 5}).to_string(), "deadLetterTargetArn"),
        ] {
            let reason = format!("Redrive policy does not contain mandatory attribute: {missing}.");
            refused_for(&unset(&sqs, &url, "RedrivePolicy", &text).await, "RedrivePolicy", &text, &reason);
        }
    }

    "API reference, SetQueueAttributes: RedrivePolicy, the parameters are as follows"
    async fn a_redrive_policy_has_no_other_member(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let policy = json!({"deadLetterTargetArn": sqs.arn(&url).await, "maxReceiveCount": 5, "delay": 1});
        let text = policy.to_string();
        let refused = unset(&sqs, &url, "RedrivePolicy", &text).await;
        refused_for(&refused, "RedrivePolicy", &text, "Only following attributes are supported");
    }

    "Developer guide, Using dead-letter queues: maxReceiveCount"
    async fn the_count_is_between_1_and_1000(sqs) {
        let dead_letters = sqs.queue("failures", json!({})).await;
        let url = sqs.queue("orders", json!({})).await;
        let target = sqs.arn(&dead_letters).await;
        for count in [json!(0), json!(-1), json!(1001), json!("0"), json!("1001"), json!("many"), json!(1.5)] {
            let text = redrive(&target, count.clone());
            let said = count.as_str().map_or_else(|| count.to_string(), str::to_owned);
            let reason = format!("maxReceiveCount: {said}, valid values are from 1 to 1000 both inclusive.");
            refused_for(&unset(&sqs, &url, "RedrivePolicy", &text).await, "RedrivePolicy", &text, &reason);
        }
    }

    "API reference, SetQueueAttributes: deadLetterTargetArn, the Amazon Resource Name (ARN) of the dead-letter queue"
    async fn the_target_is_the_arn_of_a_queue(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let sns = sqs.arn(&url).await.replace(":sqs:", ":sns:");
        for (target, reason) in [
            ("dummy", "should be fully qualified ARN"),
            ("arn:aws:sqs:eu-west-1:orders", "should be fully qualified ARN"),
            (sns.as_str(), "Only SQS queues are valid resources for deadLetterTargetArn"),
        ] {
            let text = redrive(target, 5);
            refused_for(&unset(&sqs, &url, "RedrivePolicy", &text).await, "RedrivePolicy", &text, reason);
        }
    }

    "Developer guide, Using dead-letter queues: you must first create a new queue"
    async fn the_dead_letter_queue_must_exist(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let text = redrive(&format!("{}-none", sqs.arn(&url).await), 5);
        let refused = unset(&sqs, &url, "RedrivePolicy", &text).await;
        refused_for(&refused, "RedrivePolicy", &text, "Dead letter target does not exist.");
        let input = json!({"QueueName": sqs.name("new"), "Attributes": {"RedrivePolicy": text}});
        let refused = sqs.refused("CreateQueue", input).await;
        refused_for(&refused, "RedrivePolicy", &text, "Dead letter target does not exist.");
        let refused = sqs.refused("GetQueueUrl", json!({"QueueName": sqs.name("new")})).await;
        assert_eq!(refused.code, NO_QUEUE, "and no queue was made");
    }

    "API reference, SetQueueAttributes: the dead-letter queue of a FIFO queue must also be a FIFO queue"
    async fn the_dead_letter_queue_is_of_the_same_type(sqs) {
        let standard = sqs.queue("failures", json!({})).await;
        let fifo = sqs.queue("failures.fifo", json!({})).await;
        let reason = "Dead-letter queue must be same type of queue as the source.";
        for (name, target) in [("orders", &fifo), ("orders.fifo", &standard)] {
            let text = redrive(&sqs.arn(target).await, 5);
            let mut attributes = json!({"RedrivePolicy": text});
            if name.ends_with(".fifo") {
                attributes["FifoQueue"] = json!("true");
            }
            let input = json!({"QueueName": sqs.name(name), "Attributes": attributes});
            refused_for(&sqs.refused("CreateQueue", input).await, "RedrivePolicy", &text, reason);
            let url = sqs.queue(name, json!({})).await;
            refused_for(&unset(&sqs, &url, "RedrivePolicy", &text).await, "RedrivePolicy", &text, reason);
        }
    }

    "API reference, SetQueueAttributes: in this Amazon Web Services account in the same Region"
    async fn the_dead_letter_queue_is_of_the_same_account_and_region(sqs) {
        let dead_letters = sqs.queue("failures", json!({})).await;
        let url = sqs.queue("orders", json!({})).await;
        let target = sqs.arn(&dead_letters).await;
        let [.., region, account, _] = target.split(':').collect::<Vec<_>>()[..] else { panic!("{target}") };
        for (other, reason) in [
            (target.replace(account, "210987654321"), "owner should be same as the source"),
            (target.replace(region, "ap-south-1"), "must be in same region as the source"),
        ] {
            let text = redrive(&other, 5);
            refused_for(&unset(&sqs, &url, "RedrivePolicy", &text).await, "RedrivePolicy", &text, reason);
        }
    }

    "As recorded from SQS: SetQueueAttributes, RedrivePolicy"
    async fn a_queue_may_be_its_own_dead_letter_queue(sqs) {
        let url = sqs.queue("orders", json!({"VisibilityTimeout": "0"})).await;
        set(&sqs, &url, "RedrivePolicy", &redrive(&sqs.arn(&url).await, 1)).await;
        sqs.send(&url, "a").await;
        for _ in 0..3 {
            assert_eq!(bodies(&sqs.receive(&url).await), ["a"], "it stays where it is");
        }
    }

    "As recorded from SQS: SetQueueAttributes, RedrivePolicy"
    async fn an_empty_text_removes_a_redrive_policy(sqs) {
        let dead_letters = sqs.queue("failures", json!({})).await;
        let url = sqs.source("orders", &dead_letters, 1).await;
        set(&sqs, &url, "RedrivePolicy", "").await;
        assert_eq!(sqs.attributes(&url).await.get("RedrivePolicy"), None);
        set(&sqs, &url, "RedrivePolicy", "").await;
        let listed = sqs.call("ListDeadLetterSourceQueues", json!({"QueueUrl": dead_letters})).await.unwrap();
        assert_eq!(listed.get("queueUrls"), None);
    }

    "API reference, SetQueueAttributes: Errors"
    async fn a_refused_policy_changes_nothing_else(sqs) {
        let url = sqs.queue("orders", json!({"VisibilityTimeout": "7"})).await;
        let text = redrive(&format!("{}-none", sqs.arn(&url).await), 5);
        let input = json!({"QueueUrl": url, "Attributes": {"VisibilityTimeout": "8", "RedrivePolicy": text}});
        sqs.refused("SetQueueAttributes", input).await;
        assert_eq!(sqs.attribute(&url, "VisibilityTimeout").await, "7");
        assert_eq!(sqs.attribute(&url, "RedrivePolicy").await, "");
    }

    "API reference, GetQueueAttributes: LastModifiedTimestamp"
    async fn a_policy_moves_the_time_of_the_last_change(sqs) {
        let dead_letters = sqs.queue("failures", json!({})).await;
        let url = sqs.queue("orders", json!({})).await;
        let before: u64 = sqs.attribute(&url, "LastModifiedTimestamp").await.parse().unwrap();
        sqs.pass(3).await;
        set(&sqs, &url, "RedrivePolicy", &redrive(&sqs.arn(&dead_letters).await, 5)).await;
        let after: u64 = sqs.attribute(&url, "LastModifiedTimestamp").await.parse().unwrap();
        assert!(after >= before + 3, "{before} {after}");
    }

    "API reference, SetQueueAttributes: RedriveAllowPolicy, redrivePermission"
    async fn each_permission_reads_as_it_was_set(sqs) {
        let url = sqs.queue("failures", json!({})).await;
        assert_eq!(sqs.attributes(&url).await.get("RedriveAllowPolicy"), None, "allowAll without saying so");
        let source = format!("{}-source", sqs.arn(&url).await);
        for policy in [
            json!({"redrivePermission": "allowAll"}),
            json!({"redrivePermission": "denyAll"}),
            json!({"redrivePermission": "byQueue", "sourceQueueArns": [source]}),
        ] {
            set(&sqs, &url, "RedriveAllowPolicy", &policy.to_string()).await;
            let shown: Value = serde_json::from_str(&sqs.attribute(&url, "RedriveAllowPolicy").await).unwrap();
            assert_eq!(shown, policy);
        }
        set(&sqs, &url, "RedriveAllowPolicy", "").await;
        assert_eq!(sqs.attributes(&url).await.get("RedriveAllowPolicy"), None);
    }

    "API reference, SetQueueAttributes: redrivePermission, Valid values are"
    async fn a_redrive_allow_policy_is_in_its_format(sqs) {
        let url = sqs.queue("failures", json!({})).await;
        for text in [
            "badjson",
            "[]",
            "444",
            "{}",
            r#"{"redrivePermission":"some"}"#,
            r#"{"redrivePermission":"allowAll","delay":1}"#,
            r#"{"redrivePermission":"byQueue","sourceQueueArns":"arn:aws:sqs:eu-west-1:123456789012:a"}"#,
            r#"{"redrivePermission":"byQueue","sourceQueueArns":[{"a":"b"}]}"#,
        ] {
            unreadable(&unset(&sqs, &url, "RedriveAllowPolicy", text).await, "RedriveAllowPolicy", text);
            let input = json!({"QueueName": sqs.name("new"), "Attributes": {"RedriveAllowPolicy": text}});
            unreadable(&sqs.refused("CreateQueue", input).await, "RedriveAllowPolicy", text);
        }
    }

    "API reference, SetQueueAttributes: sourceQueueArns, you can specify up to 10 source queue ARNs"
    async fn by_queue_names_one_to_ten_queues(sqs) {
        let url = sqs.queue("failures", json!({})).await;
        let arn = sqs.arn(&url).await;
        let arns: Vec<_> = (0..11).map(|n| format!("{arn}-{n}")).collect();
        set(&sqs, &url, "RedriveAllowPolicy", &by_queue(&arns[..10])).await;
        for text in [by_queue(&arns), by_queue(&[]), json!({"redrivePermission": "byQueue"}).to_string()] {
            let refused = unset(&sqs, &url, "RedriveAllowPolicy", &text).await;
            refused_for(&refused, "RedriveAllowPolicy", &text, "Amazon SQS can't create the redrive allow policy.");
        }
    }

    "API reference, SetQueueAttributes: sourceQueueArns, only when the redrivePermission parameter is set to byQueue"
    async fn source_queues_are_named_with_by_queue_alone(sqs) {
        let url = sqs.queue("failures", json!({})).await;
        let source = format!("{}-source", sqs.arn(&url).await);
        for permission in ["allowAll", "denyAll"] {
            let text = json!({"redrivePermission": permission, "sourceQueueArns": [source]}).to_string();
            let refused = unset(&sqs, &url, "RedriveAllowPolicy", &text).await;
            refused_for(&refused, "RedriveAllowPolicy", &text, "you must set redrivePermission to byQueue.");
        }
    }

    "API reference, SetQueueAttributes: redrivePermission, in the same Region"
    async fn source_queues_are_of_the_same_region(sqs) {
        let url = sqs.queue("failures", json!({})).await;
        let arn = sqs.arn(&url).await;
        let region = arn.split(':').nth(3).unwrap();
        let text = by_queue(&[arn.replace(region, "ap-south-1")]);
        let refused = unset(&sqs, &url, "RedriveAllowPolicy", &text).await;
        refused_for(&refused, "RedriveAllowPolicy", &text, "must be in the same region as the current SQS queue.");
    }

    "API reference, SetQueueAttributes: denyAll, no source queues can specify this queue as the dead-letter queue"
    async fn deny_all_keeps_every_queue_away(sqs) {
        let policy = json!({"redrivePermission": "denyAll"}).to_string();
        let dead_letters = sqs.queue("failures", json!({"RedriveAllowPolicy": policy})).await;
        let text = redrive(&sqs.arn(&dead_letters).await, 5);
        let url = sqs.queue("orders", json!({})).await;
        refused_for(&unset(&sqs, &url, "RedrivePolicy", &text).await, "RedrivePolicy", &text, "");
        let input = json!({"QueueName": sqs.name("new"), "Attributes": {"RedrivePolicy": text}});
        refused_for(&sqs.refused("CreateQueue", input).await, "RedrivePolicy", &text, "");
        set(&sqs, &dead_letters, "RedriveAllowPolicy", &json!({"redrivePermission": "allowAll"}).to_string()).await;
        set(&sqs, &url, "RedrivePolicy", &text).await;
    }

    "API reference, SetQueueAttributes: byQueue, only queues specified by the sourceQueueArns parameter"
    async fn by_queue_lets_in_the_named_queues_alone(sqs) {
        let dead_letters = sqs.queue("failures", json!({})).await;
        let (friend, stranger) = (sqs.queue("friend", json!({})).await, sqs.queue("stranger", json!({})).await);
        set(&sqs, &dead_letters, "RedriveAllowPolicy", &by_queue(&[sqs.arn(&friend).await])).await;
        let text = redrive(&sqs.arn(&dead_letters).await, 5);
        set(&sqs, &friend, "RedrivePolicy", &text).await;
        refused_for(&unset(&sqs, &stranger, "RedrivePolicy", &text).await, "RedrivePolicy", &text, "");
        let input = json!({"QueueName": sqs.name("new"), "Attributes": {"RedrivePolicy": text}});
        refused_for(&sqs.refused("CreateQueue", input).await, "RedrivePolicy", &text, "");
        set(&sqs, &dead_letters, "RedriveAllowPolicy", "").await;
        set(&sqs, &stranger, "RedrivePolicy", &text).await;
    }

    "API reference, SetQueueAttributes: denyAll; what becomes of earlier sources is not documented"
    async fn a_queue_that_is_denied_later_keeps_its_messages(sqs) {
        let dead_letters = sqs.queue("failures", json!({})).await;
        let url = sqs.source("orders", &dead_letters, 1).await;
        set(&sqs, &dead_letters, "RedriveAllowPolicy", &json!({"redrivePermission": "denyAll"}).to_string()).await;
        sqs.send(&url, "a").await;
        for _ in 0..3 {
            let got = sqs.receive(&url).await;
            assert_eq!(bodies(&got), ["a"]);
            sqs.hide(&url, &got[0], 0).await;
        }
        assert!(sqs.receive(&dead_letters).await.is_empty());
    }
}
