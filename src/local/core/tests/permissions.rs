//! Permissions.

use super::*;

fn add(desk: &mut Desk, url: &str, label: &str, accounts: Value, actions: Value) -> Result<Value, ApiError> {
    desk.call("AddPermission", json!({"QueueUrl": url, "Label": label, "AWSAccountIds": accounts, "Actions": actions}))
}

#[test]
fn a_permission_is_a_statement_of_the_policy() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({}));
    add(&mut desk, &url, "one", json!(["111111111111"]), json!(["ReceiveMessage"])).unwrap();
    add(&mut desk, &url, "two", json!(["111111111111", "222222222222"]), json!(["SendMessage", "*"])).unwrap();
    let policy: Value = serde_json::from_str(&desk.attribute(&url, "Policy").unwrap()).unwrap();
    assert_eq!(
        policy,
        json!({"Version": "2008-10-17", "Id": format!("{}/SQSDefaultPolicy", arn("a")), "Statement": [
            {"Sid": "one", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
                "Action": "SQS:ReceiveMessage", "Resource": arn("a")},
            {"Sid": "two", "Effect": "Allow",
                "Principal": {"AWS": ["arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:root"]},
                "Action": ["SQS:SendMessage", "SQS:*"], "Resource": arn("a")},
        ]})
    );
    for label in ["one", "two"] {
        desk.ok("RemovePermission", json!({"QueueUrl": url, "Label": label}));
    }
    assert_eq!(desk.attribute(&url, "Policy"), None);
}

#[test]
fn labels_are_unique_and_what_is_wrong_is_refused() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({}));
    let (account, action) = (json!(["111111111111"]), json!(["SendMessage"]));
    add(&mut desk, &url, "one", account.clone(), action.clone()).unwrap();
    let again = add(&mut desk, &url, "one", account.clone(), action.clone()).unwrap_err();
    assert_eq!(again.message, "Value one for parameter Label is invalid. Reason: Already exists.");
    let absent = desk.err("RemovePermission", json!({"QueueUrl": url, "Label": "two"}));
    assert_eq!(absent.message, "Value two for parameter Label is invalid. Reason: can't find label.");
    assert!(add(&mut desk, &url, "two", json!(["me"]), action.clone()).is_err());
    assert!(add(&mut desk, &url, "two", account.clone(), json!(["CreateQueue"])).is_err());
    assert!(add(&mut desk, &url, "a b", account.clone(), action.clone()).is_err());
    assert_eq!(add(&mut desk, &url, "two", json!([]), action).unwrap_err().code, "MissingParameter");
    let eight = json!([
        "SendMessage",
        "ReceiveMessage",
        "DeleteMessage",
        "PurgeQueue",
        "GetQueueUrl",
        "GetQueueAttributes",
        "ChangeMessageVisibility",
        "ListDeadLetterSourceQueues"
    ]);
    assert_eq!(add(&mut desk, &url, "two", account, eight).unwrap_err().code, "OverLimit");
}
