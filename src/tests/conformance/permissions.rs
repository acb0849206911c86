//! Permissions: statements of the access policy, by their labels.

use serde_json::{Value, json};

use super::clients::Refusal;
use super::{Sqs, cases};

const OTHER: &str = "111111111111";

async fn add(sqs: &Sqs, url: &str, label: &str, accounts: &[&str], actions: &[&str]) -> Result<Value, Refusal> {
    let input = json!({"QueueUrl": url, "Label": label, "AWSAccountIds": accounts, "Actions": actions});
    sqs.call("AddPermission", input).await
}

async fn remove(sqs: &Sqs, url: &str, label: &str) {
    sqs.call("RemovePermission", json!({"QueueUrl": url, "Label": label})).await.unwrap();
}

async fn policy(sqs: &Sqs, url: &str) -> Value {
    serde_json::from_str(&sqs.attribute(url, "Policy").await).unwrap_or_default()
}

cases! {
    "API reference, AddPermission: it generates a policy (recorded)"
    async fn a_permission_is_a_statement_of_the_policy(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let arn = sqs.arn(&url).await;
        add(&sqs, &url, "share", &[OTHER], &["ReceiveMessage"]).await.unwrap();
        assert_eq!(policy(&sqs, &url).await, json!({
            "Version": "2008-10-17", "Id": format!("{arn}/SQSDefaultPolicy"), "Statement": [{
                "Sid": "share", "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{OTHER}:root")},
                "Action": "SQS:ReceiveMessage", "Resource": arn,
            }],
        }));
    }

    "API reference, AddPermission: AWSAccountIds (recorded)"
    async fn a_permission_can_be_for_several_accounts(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        add(&sqs, &url, "share", &[OTHER, "222222222222"], &["ReceiveMessage"]).await.unwrap();
        let policy = policy(&sqs, &url).await;
        let mut accounts = policy["Statement"][0]["Principal"]["AWS"].as_array().unwrap().clone();
        accounts.sort_by_key(Value::to_string);
        assert_eq!(accounts, ["arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:root"]);
    }

    "API reference, AddPermission: Actions"
    async fn a_permission_can_be_for_several_actions(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        add(&sqs, &url, "share", &[OTHER], &["SendMessage", "GetQueueUrl"]).await.unwrap();
        assert_eq!(policy(&sqs, &url).await["Statement"][0]["Action"], json!(["SQS:SendMessage", "SQS:GetQueueUrl"]));
    }

    "API reference, AddPermission: Actions, the name of any action or *"
    async fn a_permission_can_be_for_everything(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        add(&sqs, &url, "share", &[OTHER], &["*"]).await.unwrap();
        assert_eq!(policy(&sqs, &url).await["Statement"][0]["Action"], "SQS:*");
    }

    "API reference, AddPermission: Actions, the name of any action or *"
    async fn an_action_that_sqs_does_not_have_is_refused(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let refused = add(&sqs, &url, "share", &[OTHER], &["SendMessage", "Explode"]).await.unwrap_err();
        assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
        assert!(refused.message.starts_with("Value SQS:Explode for parameter ActionName is invalid."));
    }

    "Developer guide, Limitations of Amazon SQS custom policies: actions that are the owner's alone"
    async fn what_is_the_owners_alone_cannot_be_shared(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for action in ["CreateQueue", "DeleteQueue", "SetQueueAttributes", "AddPermission", "TagQueue"] {
            let refused = add(&sqs, &url, "share", &[OTHER], &[action]).await.unwrap_err();
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400), "{action}");
            assert_eq!(
                refused.message,
                format!(
                    "Value SQS:{action} for parameter ActionName is invalid. \
                     Reason: Only the queue owner is allowed to invoke this action."
                )
            );
        }
    }

    "API reference, AddPermission: Label, the unique identification (recorded)"
    async fn a_label_is_given_once(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        add(&sqs, &url, "share", &[OTHER], &["ReceiveMessage"]).await.unwrap();
        let refused = add(&sqs, &url, "share", &["222222222222"], &["ReceiveMessage"]).await.unwrap_err();
        assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
        assert_eq!(refused.message, "Value share for parameter Label is invalid. Reason: Already exists.");
        add(&sqs, &url, "Share", &["222222222222"], &["ReceiveMessage"]).await.unwrap();
    }

    "API reference, AddPermission: Label, at most 80 letters, digits, hyphens and underscores"
    async fn a_label_has_eighty_letters_digits_hyphens_and_underscores_at_most(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for label in ["two words", "a.b", "ä", &"l".repeat(81)] {
            let refused = add(&sqs, &url, label, &[OTHER], &["SendMessage"]).await.unwrap_err();
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400), "{label}");
        }
        add(&sqs, &url, &format!("{:_<80}", "A-1"), &[OTHER], &["SendMessage"]).await.unwrap();
    }

    "API reference, AddPermission: AWSAccountIds, account numbers"
    async fn a_principal_is_an_account(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for account in ["me", "1111", "arn:aws:iam::111111111111:user/me"] {
            let refused = add(&sqs, &url, "share", &[account], &["SendMessage"]).await.unwrap_err();
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400), "{account}");
            assert_eq!(
                refused.message,
                format!("Value [{account}] for parameter PrincipalId is invalid. Reason: Unable to verify.")
            );
        }
    }

    "API reference, AddPermission: Label, AWSAccountIds and Actions are required"
    async fn a_permission_says_who_may_do_what(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for (label, accounts, actions) in
            [("", &[OTHER][..], &["SendMessage"][..]), ("share", &[], &["SendMessage"]), ("share", &[OTHER], &[])]
        {
            let refused = add(&sqs, &url, label, accounts, actions).await.unwrap_err();
            let said = format!("{label} {accounts:?} {actions:?}");
            assert_eq!((refused.code.as_str(), refused.status), ("MissingParameter", 400), "{said}");
        }
    }

    "API reference, AddPermission: a maximum of seven actions per statement; Errors, OverLimit"
    async fn a_permission_has_seven_actions_at_most(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let all = [
            "SendMessage", "ReceiveMessage", "DeleteMessage", "PurgeQueue", "GetQueueUrl", "GetQueueAttributes",
            "ChangeMessageVisibility", "ListDeadLetterSourceQueues",
        ];
        let refused = add(&sqs, &url, "share", &[OTHER], &all).await.unwrap_err();
        assert_eq!((refused.code.as_str(), refused.status), ("OverLimit", 403));
        assert!(refused.message.starts_with("8 Actions were found, maximum allowed is 7"), "{}", refused.message);
        add(&sqs, &url, "share", &[OTHER], &all[..7]).await.unwrap();
    }

    "API reference, AddPermission: Errors, OverLimit; developer guide, Amazon SQS policy quotas: Statements 20"
    async fn a_queue_has_twenty_permissions_at_most(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for number in 0..20 {
            add(&sqs, &url, &format!("share-{number}"), &[OTHER], &["SendMessage"]).await.unwrap();
        }
        let refused = add(&sqs, &url, "share-20", &[OTHER], &["SendMessage"]).await.unwrap_err();
        assert_eq!((refused.code.as_str(), refused.status), ("OverLimit", 403));
        remove(&sqs, &url, "share-7").await;
        add(&sqs, &url, "share-20", &[OTHER], &["SendMessage"]).await.unwrap();
    }

    "API reference, RemovePermission (recorded)"
    async fn a_permission_is_removed_by_its_label(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for label in ["one", "two"] {
            add(&sqs, &url, label, &[OTHER], &["ReceiveMessage"]).await.unwrap();
        }
        remove(&sqs, &url, "one").await;
        let policy = policy(&sqs, &url).await;
        let labels: Vec<_> = policy["Statement"].as_array().unwrap().iter().map(|each| &each["Sid"]).collect();
        assert_eq!(labels, ["two"]);
        remove(&sqs, &url, "two").await;
        assert_eq!(sqs.attributes(&url).await.get("Policy"), None, "the last one takes the policy with it");
    }

    "API reference, RemovePermission: Label (recorded)"
    async fn a_label_that_is_not_there_cannot_be_removed(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let gone = json!({"QueueUrl": url, "Label": "share"});
        for _ in 0..2 {
            let refused = sqs.refused("RemovePermission", gone.clone()).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
            assert_eq!(refused.message, "Value share for parameter Label is invalid. Reason: can't find label.");
            add(&sqs, &url, "other", &[OTHER], &["SendMessage"]).await.ok();
        }
    }

    "API reference, AddPermission: the policy of the queue"
    async fn a_permission_joins_the_policy_that_is_there(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let deny = json!({"Sid": "deny", "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*"});
        let text = json!({"Version": "2012-10-17", "Id": "mine", "Statement": [deny]}).to_string();
        sqs.set(&url, json!({"Policy": text})).await;
        add(&sqs, &url, "share", &[OTHER], &["SendMessage"]).await.unwrap();
        let joined = policy(&sqs, &url).await;
        assert_eq!((&joined["Id"], &joined["Version"]), (&json!("mine"), &json!("2012-10-17")));
        assert_eq!((&joined["Statement"][0], &joined["Statement"][1]["Sid"]), (&deny, &json!("share")));
        remove(&sqs, &url, "deny").await;
        assert_eq!(policy(&sqs, &url).await["Statement"].as_array().unwrap().len(), 1);
    }

    "API reference, GetQueueAttributes: LastModifiedTimestamp; the policy is an attribute"
    async fn a_permission_changes_the_queue(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let made = sqs.attribute(&url, "LastModifiedTimestamp").await;
        sqs.pass(2).await;
        add(&sqs, &url, "share", &[OTHER], &["SendMessage"]).await.unwrap();
        let added = sqs.attribute(&url, "LastModifiedTimestamp").await;
        assert!(added > made, "{added}");
        sqs.pass(2).await;
        remove(&sqs, &url, "share").await;
        assert!(sqs.attribute(&url, "LastModifiedTimestamp").await > added);
    }
}
