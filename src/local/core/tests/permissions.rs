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
    let wrong = add(&mut desk, &url, "two", json!(["me", "111111111111"]), action.clone()).unwrap_err();
    assert_eq!(
        wrong.message,
        "Value [me, 111111111111] for parameter PrincipalId is invalid. Reason: Unable to verify."
    );
    for (name, reason) in [
        ("CreateQueue", "Only the queue owner is allowed to invoke this action."),
        ("TagQueue", "Only the queue owner is allowed to invoke this action."),
        ("SendMessageBatch", "Please refer to the appropriate WSDL for a list of valid actions. "),
        ("Explode", "Please refer to the appropriate WSDL for a list of valid actions. "),
    ] {
        let error = add(&mut desk, &url, "two", account.clone(), json!([name])).unwrap_err();
        assert_eq!(error.message, format!("Value SQS:{name} for parameter ActionName is invalid. Reason: {reason}"));
    }
    assert!(add(&mut desk, &url, "a b", account.clone(), action.clone()).is_err());
    assert_eq!(add(&mut desk, &url, "two", json!([]), action.clone()).unwrap_err().code, "MissingParameter");
    assert_eq!(add(&mut desk, &url, "two", account.clone(), json!([])).unwrap_err().code, "MissingParameter");
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
    let error = add(&mut desk, &url, "two", account, eight).unwrap_err();
    assert_eq!((error.code.as_ref(), error.status), ("OverLimit", 403));
    assert_eq!(error.message, "8 Actions were found, maximum allowed is 7.");
}

#[test]
fn a_policy_has_its_limits_however_it_grows() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({}));
    let action = json!(["SendMessage"]);
    for n in 0..20 {
        add(&mut desk, &url, &n.to_string(), json!(["111111111111"]), action.clone()).unwrap();
    }
    let error = add(&mut desk, &url, "20", json!(["111111111111"]), action.clone()).unwrap_err();
    assert_eq!((error.code.as_ref(), error.status), ("OverLimit", 403));
    assert_eq!(error.message, "21 Statements were found, maximum allowed is 20.");
    let many: Vec<_> = (0..51).map(|n| format!("{n:012}")).collect();
    desk.set(&url, "Policy", "").unwrap();
    assert_eq!(add(&mut desk, &url, "x", json!(many), action.clone()).unwrap_err().code, "OverLimit");
    let full = (0..20).find_map(|n| add(&mut desk, &url, &n.to_string(), json!(many[..50]), action.clone()).err());
    assert_eq!(full.unwrap().message, "Submitted policy is over max allowed size.");
    assert!(desk.attribute(&url, "Policy").unwrap().len() <= 8192);
}

#[test]
fn a_permission_joins_the_policy_that_is_there() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({}));
    let policy = r#"{"Version":"2012-10-17","Id":"mine","Statement":{"Sid":"old","Effect":"Deny","Principal":"*","Action":"sqs:*"}}"#;
    desk.set(&url, "Policy", policy).unwrap();
    desk.wait(5000);
    add(&mut desk, &url, "new", json!(["111111111111"]), json!(["SendMessage"])).unwrap();
    let grown: Value = serde_json::from_str(&desk.attribute(&url, "Policy").unwrap()).unwrap();
    assert_eq!((&grown["Id"], &grown["Version"]), (&json!("mine"), &json!("2012-10-17")));
    let labels: Vec<_> = grown["Statement"].as_array().unwrap().iter().map(|each| each["Sid"].clone()).collect();
    assert_eq!(labels, ["old", "new"]);
    assert_eq!(desk.attribute(&url, "LastModifiedTimestamp").as_deref(), Some("1700000005"));
    desk.ok("RemovePermission", json!({"QueueUrl": url, "Label": "old"}));
    assert!(!desk.attribute(&url, "Policy").unwrap().contains("Deny"));
}
