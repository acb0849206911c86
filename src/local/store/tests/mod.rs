//! What a restart must not change, who may use a directory, and what happens when it cannot be written.

mod history;
mod killed;

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::StoreError;
use crate::local::{ApiError, Clock, Local, ManualClock, Options, demo, peek};

/// A local SQS in a directory, by a clock that stands.
struct Shop {
    directory: tempfile::TempDir,
    clock: ManualClock,
    local: Option<Local>,
}

impl Shop {
    fn new() -> Self {
        let mut shop =
            Self { directory: tempfile::tempdir().unwrap(), clock: ManualClock::at(1_700_000_000_000), local: None };
        shop.reopen();
        shop
    }

    fn options(&self) -> Options {
        Options { clock: Clock::Manual(self.clock.clone()), ..Options::default() }
    }

    fn local(&self) -> &Local {
        self.local.as_ref().unwrap()
    }

    fn reopen(&mut self) {
        self.local = None;
        self.local = Some(Local::open(self.options(), self.directory.path()).unwrap());
    }

    async fn call(&self, operation: &str, body: Value) -> Result<Value, ApiError> {
        self.local().call(operation, body).await
    }

    async fn ok(&self, operation: &str, body: Value) -> Value {
        self.call(operation, body).await.unwrap_or_else(|error| panic!("{operation}: {error}"))
    }

    async fn code(&self, operation: &str, body: Value) -> String {
        self.call(operation, body).await.unwrap_err().code.into_owned()
    }

    async fn create(&self, name: &str, attributes: Value) -> String {
        let made = self.ok("CreateQueue", json!({"QueueName": name, "Attributes": attributes})).await;
        made["QueueUrl"].as_str().unwrap().to_owned()
    }

    async fn receive(&self, url: &str) -> Vec<Value> {
        let request = json!({"QueueUrl": url, "MaxNumberOfMessages": 10, "MessageSystemAttributeNames": ["All"],
            "MessageAttributeNames": ["All"]});
        self.ok("ReceiveMessage", request).await["Messages"].as_array().cloned().unwrap_or_default()
    }

    async fn counts(&self, url: &str) -> [String; 3] {
        let got = self.ok("GetQueueAttributes", json!({"QueueUrl": url, "AttributeNames": ["All"]})).await;
        ["", "NotVisible", "Delayed"]
            .map(|kind| got["Attributes"][format!("ApproximateNumberOfMessages{kind}")].as_str().unwrap().to_owned())
    }

    fn wait(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

#[tokio::test]
async fn handles_hiding_counts_and_content_outlive_a_restart() {
    let mut shop = Shop::new();
    let url = shop.create("a", json!({"VisibilityTimeout": "60"})).await;
    let attributes = json!({"t": {"DataType": "Number.x", "StringValue": "1"},
        "b": {"DataType": "Binary", "BinaryValue": "AP8="}});
    for body in ["first", "second \u{1f600}\t\"<", "third"] {
        shop.ok("SendMessage", json!({"QueueUrl": url, "MessageBody": body, "MessageAttributes": attributes})).await;
    }
    shop.ok("SendMessage", json!({"QueueUrl": url, "MessageBody": "late", "DelaySeconds": 90})).await;
    let before = shop.receive(&url).await;
    assert_eq!(before.len(), 3);

    shop.reopen();
    assert_eq!(shop.counts(&url).await, ["0", "3", "1"]);
    shop.wait(30);
    assert!(shop.receive(&url).await.is_empty(), "what was received stays hidden");
    let handle = |n: usize| json!({"QueueUrl": url, "ReceiptHandle": before[n]["ReceiptHandle"]});
    shop.ok("DeleteMessage", handle(0)).await;
    let mut longer = handle(1);
    longer["VisibilityTimeout"] = json!(600);
    shop.ok("ChangeMessageVisibility", longer).await;

    shop.reopen();
    shop.wait(30);
    let again = shop.receive(&url).await;
    assert_eq!(again.len(), 1, "one is deleted, one hidden for longer");
    assert_eq!(again[0]["Body"], before[2]["Body"]);
    assert_eq!(again[0]["MessageAttributes"], before[2]["MessageAttributes"]);
    assert_eq!(again[0]["MD5OfMessageAttributes"], before[2]["MD5OfMessageAttributes"]);
    assert_eq!(again[0]["Attributes"]["ApproximateReceiveCount"], "2");
    assert_eq!(
        again[0]["Attributes"]["ApproximateFirstReceiveTimestamp"],
        before[2]["Attributes"]["ApproximateFirstReceiveTimestamp"]
    );
    assert_ne!(again[0]["ReceiptHandle"], before[2]["ReceiptHandle"]);
    shop.wait(31);
    assert_eq!(shop.receive(&url).await[0]["Body"], "late");
}

#[tokio::test]
async fn windows_names_settings_and_order_outlive_a_restart() {
    let mut shop = Shop::new();
    let tags = json!({"team": "a"});
    let made = json!({"QueueName": "f.fifo", "Attributes": {"FifoQueue": "true"}, "tags": tags});
    let url = shop.ok("CreateQueue", made).await["QueueUrl"].as_str().unwrap().to_owned();
    let message = |body: &str, group: &str| json!({"QueueUrl": url, "MessageBody": body, "MessageGroupId": group, "MessageDeduplicationId": body});
    let first = shop.ok("SendMessage", message("1", "g")).await;
    for (body, group) in [("2", "g"), ("3", "h"), ("4", "g")] {
        shop.ok("SendMessage", message(body, group)).await;
    }
    let gone = shop.create("gone", json!({})).await;
    shop.ok("DeleteQueue", json!({"QueueUrl": gone})).await;
    let purged = shop.create("purged", json!({"KmsMasterKeyId": "k", "KmsDataKeyReusePeriodSeconds": "600"})).await;
    shop.ok("SendMessage", json!({"QueueUrl": purged, "MessageBody": "x"})).await;
    shop.ok("PurgeQueue", json!({"QueueUrl": purged})).await;

    shop.wait(30);
    shop.reopen();
    assert_eq!(shop.ok("SendMessage", message("1", "g")).await["MessageId"], first["MessageId"], "a duplicate");
    assert_eq!(
        shop.code("PurgeQueue", json!({"QueueUrl": purged})).await,
        "AWS.SimpleQueueService.PurgeQueueInProgress"
    );
    let recreate = json!({"QueueName": "gone"});
    assert_eq!(shop.code("CreateQueue", recreate.clone()).await, "AWS.SimpleQueueService.QueueDeletedRecently");
    assert_eq!(shop.ok("ListQueueTags", json!({"QueueUrl": url})).await["Tags"], tags);
    let shown = shop.ok("GetQueueAttributes", json!({"QueueUrl": purged, "AttributeNames": ["All"]})).await;
    assert_eq!(shown["Attributes"]["KmsDataKeyReusePeriodSeconds"], "600");
    assert_eq!(shop.counts(&purged).await, ["0", "0", "0"]);
    let order: Vec<_> = shop.receive(&url).await.iter().map(|message| message["Body"].clone()).collect();
    let of_g: Vec<_> = order.iter().filter(|body| **body != json!("3")).collect();
    assert_eq!(of_g, ["1", "2", "4"], "within a group in order");
    let later = shop.ok("SendMessage", message("5", "g")).await;
    assert!(later["SequenceNumber"].as_str() > first["SequenceNumber"].as_str());

    shop.wait(31);
    shop.ok("CreateQueue", recreate).await;
    shop.reopen();
    shop.ok("GetQueueUrl", json!({"QueueName": "gone"})).await;
    shop.wait(300);
    assert_ne!(shop.ok("SendMessage", message("1", "g")).await["MessageId"], first["MessageId"], "the window is over");
}

#[tokio::test]
async fn a_move_task_goes_on_and_retention_too() {
    let mut shop = Shop::new();
    let arn = |name: &str| format!("arn:aws:sqs:us-east-1:000000000000:{name}");
    let dlq = shop.create("dlq", json!({"MessageRetentionPeriod": "60"})).await;
    let policy = json!({"deadLetterTargetArn": arn("dlq"), "maxReceiveCount": 1}).to_string();
    let source = shop.create("a", json!({"RedrivePolicy": policy, "MessageRetentionPeriod": "300"})).await;
    for n in 0..20 {
        shop.ok("SendMessage", json!({"QueueUrl": dlq, "MessageBody": n.to_string()})).await;
    }
    let task = json!({"SourceArn": arn("dlq"), "DestinationArn": arn("a"), "MaxNumberOfMessagesPerSecond": 1});
    shop.ok("StartMessageMoveTask", task).await;
    shop.wait(5);
    assert_eq!(shop.counts(&source).await[0], "5");
    shop.reopen();
    let list = json!({"SourceArn": arn("dlq"), "MaxResults": 10});
    let running = &shop.ok("ListMessageMoveTasks", list.clone()).await["Results"][0];
    assert_eq!((&running["Status"], &running["ApproximateNumberOfMessagesMoved"]), (&json!("RUNNING"), &json!(5)));
    shop.wait(20);
    assert_eq!(shop.counts(&source).await[0], "20", "what it owes by now");
    shop.reopen();
    assert_eq!(shop.ok("ListMessageMoveTasks", list).await["Results"][0]["Status"], "COMPLETED");
    assert_eq!(shop.counts(&dlq).await[0], "0");
    shop.wait(300);
    shop.reopen();
    assert_eq!(shop.counts(&source).await[0], "0", "their retention went on");
}

#[tokio::test]
async fn a_directory_is_new_until_something_was_kept_in_it() {
    let mut shop = Shop::new();
    assert!(shop.local().is_new());
    shop.ok("ListQueues", json!({})).await;
    shop.reopen();
    assert!(shop.local().is_new());
    let url = shop.create("a", json!({})).await;
    shop.ok("DeleteQueue", json!({"QueueUrl": url})).await;
    shop.reopen();
    assert!(!shop.local().is_new());
}

#[tokio::test]
async fn the_demo_is_told_once_and_goes_on_where_it_was_told() {
    let mut shop = Shop::new();
    assert!(!demo::was_told(shop.local()));
    demo::seed(shop.local()).unwrap();
    let numbers = async |shop: &Shop| {
        let names = shop.ok("ListQueues", json!({})).await["QueueUrls"].as_array().cloned().unwrap_or_default();
        let mut counts = Vec::new();
        for url in names {
            counts.push((url.to_string(), shop.counts(url.as_str().unwrap()).await));
        }
        counts
    };
    let before = numbers(&shop).await;
    assert!(before.len() > 20);
    shop.reopen();
    assert!(demo::was_told(shop.local()) && !shop.local().is_new());
    assert_eq!(numbers(&shop).await, before);
}

#[tokio::test]
async fn time_goes_on_where_the_clock_had_been_ahead() {
    let directory = tempfile::tempdir().unwrap();
    let open = |clock| Local::open(Options { clock, ..Options::default() }, directory.path()).unwrap();
    let local = open(Clock::Manual(ManualClock::at(Clock::Wall.now() + 3_600_000)));
    let url = local.call("CreateQueue", json!({"QueueName": "a"})).await.unwrap()["QueueUrl"].clone();
    local.call("SendMessage", json!({"QueueUrl": url, "MessageBody": "b", "DelaySeconds": 1})).await.unwrap();
    drop(local);
    let poll = json!({"QueueUrl": url, "WaitTimeSeconds": 20});
    let found = open(Clock::Wall).call("ReceiveMessage", poll).await.unwrap();
    assert_eq!(found["Messages"][0]["Body"], "b");
}

#[tokio::test]
async fn a_second_one_on_the_same_directory_is_refused_until_the_first_has_gone() {
    let mut shop = Shop::new();
    let error = Local::open(shop.options(), shop.directory.path()).unwrap_err();
    assert!(matches!(error, StoreError::InUse { .. }));
    assert!(error.to_string().contains("is in use by another local SQS"), "{error}");
    shop.reopen();
}

#[tokio::test]
async fn the_file_is_for_its_owner_alone() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("not/there/yet");
    let local = Local::open(Options::default(), &data).unwrap();
    local.call("CreateQueue", json!({"QueueName": "a"})).await.unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for file in ["sqs.db", "sqs.db-wal", "sqs.db-shm", "sqs.lock"] {
        assert_eq!(mode(&data.join(file)), 0o600, "{file}");
    }
    assert_eq!(mode(&data), 0o700);
}

#[tokio::test]
async fn files_that_are_not_ours_to_use_are_refused_untouched() {
    let mut shop = Shop::new();
    shop.create("a", json!({})).await;
    shop.local = None;
    let path = shop.directory.path().join("sqs.db");
    let change = |sql: &str| rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    let refused = |options: Options| Local::open(options, shop.directory.path()).unwrap_err();

    let abroad = refused(Options { region: "eu-west-1".to_owned(), ..Options::default() });
    assert!(abroad.to_string().contains("holds the queues of account 000000000000 in us-east-1"), "{abroad}");

    change("UPDATE queue SET profile = '{}'");
    let damaged = refused(Options::default());
    assert!(damaged.to_string().contains("is damaged: a row of queue cannot be read"), "{damaged}");
    change(
        "DELETE FROM queue; INSERT INTO resting_name VALUES ('b', 1); INSERT INTO deduplication VALUES ('c', '', 'd', '{}', 1)",
    );
    assert!(matches!(refused(Options::default()), StoreError::Damaged { .. }));

    change("PRAGMA user_version = 99");
    let before = std::fs::read(&path).unwrap();
    let newer = refused(Options::default());
    assert!(newer.to_string().contains("newer version (schema 99, this one knows 1)"), "{newer}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    change("PRAGMA application_id = 7");
    assert!(matches!(refused(Options::default()), StoreError::Foreign { .. }));
    std::fs::write(&path, "not a database at all, but long enough to look at".repeat(40)).unwrap();
    assert!(matches!(refused(Options::default()), StoreError::Database { .. }));
    let file = shop.directory.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert!(matches!(Local::open(Options::default(), &file), Err(StoreError::File { .. })));
}

#[tokio::test]
async fn once_a_write_failed_everything_is_refused_and_the_file_is_as_it_was() {
    let mut shop = Shop::new();
    let url = shop.create("a", json!({})).await;
    let send = json!({"QueueUrl": url, "MessageBody": "b"});
    shop.ok("SendMessage", send.clone()).await;
    // A table that is not there stands for a disk that is full.
    let path = shop.directory.path().join("sqs.db");
    let change = |sql: &str| rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    change("ALTER TABLE message RENAME TO away");
    for _ in 0..2 {
        let error = shop.call("SendMessage", send.clone()).await.unwrap_err();
        assert_eq!((error.status, error.shape.as_ref()), (503, "ServiceUnavailable"));
        assert!(error.message.contains("could not write") && error.message.contains("started again"), "{error}");
        assert!(!error.sender_fault());
    }
    assert_eq!(
        shop.code("GetQueueUrl", json!({"QueueName": "a"})).await,
        "ServiceUnavailable",
        "reads would show too much"
    );
    let address = format!("/_aws/sqs/messages?QueueUrl={url}");
    let (looked, ()) = http::Request::get(address).body(()).unwrap().into_parts();
    assert_eq!(peek::answer(shop.local(), &looked, b"").status(), 503);
    shop.local = None;
    change("ALTER TABLE away RENAME TO message");
    shop.reopen();
    assert_eq!(shop.counts(&url).await, ["1", "0", "0"]);
}
