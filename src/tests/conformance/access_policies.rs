//! The access policy of a queue: what is one, and how large it may be.

use serde_json::{Map, Value, json};

use super::{Sqs, cases};

fn statement() -> Value {
    json!({
        "Sid": "s", "Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "sqs:SendMessage",
        "Resource": "*",
    })
}

/// A policy of one statement with another value of a member.
fn with(member: &str, value: Value) -> Value {
    let mut statement = statement();
    statement[member] = value;
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

async fn set(sqs: &Sqs, url: &str, policy: &str) {
    sqs.set(url, json!({"Policy": policy})).await;
}

async fn refused(sqs: &Sqs, url: &str, policy: &str) -> (String, u16, String) {
    let input = json!({"QueueUrl": url, "Attributes": {"Policy": policy}});
    let refused = sqs.refused("SetQueueAttributes", input).await;
    (refused.code, refused.status, refused.message)
}

/// Asserts that a policy is too much, and says why.
async fn is_over_limit(sqs: &Sqs, url: &str, policy: &Value, why: &str) {
    let (code, status, message) = refused(sqs, url, &policy.to_string()).await;
    assert_eq!((code.as_str(), status), ("OverLimit", 403), "{message}");
    assert!(message.contains(why), "{message}");
}

cases! {
    "API reference, SetQueueAttributes: Policy (recorded)"
    async fn a_policy_is_answered_as_it_was_set(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let policy = with("Sid", json!("mine")).to_string();
        set(&sqs, &url, &policy).await;
        let read: Value = serde_json::from_str(&sqs.attribute(&url, "Policy").await).unwrap();
        assert_eq!(read, serde_json::from_str::<Value>(&policy).unwrap());
        assert!(sqs.attributes(&url).await["Policy"].is_string(), "among all attributes, too");
    }

    "API reference, CreateQueue: Policy"
    async fn a_queue_can_be_made_with_a_policy(sqs) {
        let policy = with("Effect", json!("Deny")).to_string();
        let url = sqs.queue("orders", json!({"Policy": policy})).await;
        assert!(sqs.attribute(&url, "Policy").await.contains("Deny"));
        let input = json!({"QueueName": sqs.name("others"), "Attributes": {"Policy": "{"}});
        assert_eq!(sqs.refused("CreateQueue", input).await.code, "InvalidAttributeValue");
    }

    "API reference, SetQueueAttributes: Policy (recorded)"
    async fn an_empty_text_removes_the_policy(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        set(&sqs, &url, "").await;
        set(&sqs, &url, &with("Sid", json!("mine")).to_string()).await;
        set(&sqs, &url, "").await;
        assert_eq!(sqs.attributes(&url).await.get("Policy"), None);
    }

    "API reference, SetQueueAttributes: Policy, a valid policy"
    async fn what_is_no_policy_is_refused(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for policy in ["policy", "{", "[]", "1", "\"policy\"", "{}", r#"{"Version":"2012-10-17","Statement":[]}"#] {
            let (code, status, message) = refused(&sqs, &url, policy).await;
            assert_eq!((code.as_str(), status), ("InvalidAttributeValue", 400), "{policy}");
            assert_eq!(message, "Invalid value for the parameter Policy.");
        }
        assert_eq!(sqs.attribute(&url, "Policy").await, "");
    }

    "IAM user guide, JSON policy elements: Effect, Principal, Action"
    async fn a_statement_says_who_may_or_may_not_do_what(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for policy in [
            with("Effect", json!("Maybe")),
            with("Action", json!([])),
            with("Action", json!({})),
            with("Principal", json!("111111111111")),
            with("Colour", json!("red")),
            json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}),
        ] {
            assert_eq!(refused(&sqs, &url, &policy.to_string()).await.0, "InvalidAttributeValue", "{policy}");
        }
        for policy in [
            with("Principal", json!("*")),
            with("Principal", json!({"Service": "sns.amazonaws.com"})),
            with("Action", json!(["sqs:SendMessage", "SQS:ReceiveMessage"])),
            with("Condition", json!({"ArnEquals": {"aws:SourceArn": "arn:aws:sns:eu-west-1:111111111111:a"}})),
            json!({"Version": "2012-10-17", "Id": "one", "Statement": statement()}),
        ] {
            set(&sqs, &url, &policy.to_string()).await;
        }
    }

    "IAM user guide, JSON policy elements: Version"
    async fn a_policy_is_of_one_of_two_versions(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for version in ["2008-10-17", "2012-10-17"] {
            set(&sqs, &url, &json!({"Version": version, "Statement": [statement()]}).to_string()).await;
        }
        let policy = json!({"Version": "2020-01-01", "Statement": [statement()]}).to_string();
        assert_eq!(refused(&sqs, &url, &policy).await.0, "InvalidAttributeValue");
    }

    "Developer guide, Amazon SQS policy quotas: Bytes 8,192"
    async fn a_policy_has_8192_bytes_at_most(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let of_length = |length: usize| {
            let least = with("Sid", json!("")).to_string().len();
            with("Sid", json!("s".repeat(length - least)))
        };
        is_over_limit(&sqs, &url, &of_length(8193), "Submitted policy is over max allowed size").await;
        set(&sqs, &url, &of_length(8192).to_string()).await;
    }

    "Developer guide, Amazon SQS policy quotas: Statements 20"
    async fn a_policy_has_twenty_statements_at_most(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let statements = |count: usize| json!({"Version": "2012-10-17", "Statement": vec![statement(); count]});
        is_over_limit(&sqs, &url, &statements(21), "21 statements were found in the submitted policy").await;
        set(&sqs, &url, &statements(20).to_string()).await;
    }

    "Developer guide, Amazon SQS policy quotas: Actions per statement 7"
    async fn a_statement_has_seven_actions_at_most(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let all = [
            "SendMessage", "ReceiveMessage", "DeleteMessage", "PurgeQueue", "GetQueueUrl", "GetQueueAttributes",
            "ChangeMessageVisibility", "ListDeadLetterSourceQueues",
        ];
        let actions = |count: usize| -> Vec<_> { all[..count].iter().map(|action| format!("sqs:{action}")).collect() };
        is_over_limit(&sqs, &url, &with("Action", json!(actions(8))), "8 actions were found").await;
        set(&sqs, &url, &with("Action", json!(actions(7))).to_string()).await;
    }

    "Developer guide, Amazon SQS policy quotas: Principals 50"
    async fn a_statement_has_fifty_principals_at_most(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let accounts = |count: usize| -> Vec<_> { (0..count).map(|number| format!("{number:012}")).collect() };
        is_over_limit(&sqs, &url, &with("Principal", json!({"AWS": accounts(51)})), "51 principals").await;
        set(&sqs, &url, &with("Principal", json!({"AWS": accounts(50)})).to_string()).await;
    }

    "Developer guide, Amazon SQS policy quotas: Conditions 10"
    async fn a_statement_has_ten_conditions_at_most(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let conditions = |count: usize| -> Value {
            let keys: Map<_, _> = (0..count).map(|number| (format!("aws:PrincipalTag/{number}"), json!("v"))).collect();
            json!({"StringEquals": keys})
        };
        is_over_limit(&sqs, &url, &with("Condition", conditions(11)), "11 conditions").await;
        set(&sqs, &url, &with("Condition", conditions(10)).to_string()).await;
    }
}
