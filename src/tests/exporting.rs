//! Downloads, through the real router.

use serde_json::{Value, json};

use super::console::TestConsole;

async fn with_messages(console: &TestConsole) {
    let url = console.queue("orders", json!({})).await;
    for (body, kind) in [("=1+1", "@cmd"), ("{\"n\": 1.10}", "plain"), ("</script>\u{1F600}", "\"quoted\"")] {
        let attributes = json!({ "kind": { "DataType": "String.k", "StringValue": kind },
            "raw": { "DataType": "Binary", "BinaryValue": "AQID" } });
        let message = json!({ "QueueUrl": url, "MessageBody": body, "MessageAttributes": attributes });
        console.sqs("SendMessage", message).await;
    }
}

/// A console that only reads, with a snapshot of `orders`.
async fn looked() -> TestConsole {
    let console = TestConsole::peeking().await;
    with_messages(&console).await;
    let page = console.submit("messages/look", &[("connection", "local"), ("queue", "orders"), ("limit", "100")]).await;
    assert!(page.says("/local/queues/orders/export.ndjson") && page.says("/local/queues/orders/export.csv"));
    console
}

fn ids(file: &str) -> Vec<String> {
    let lines = file.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|line| line["MessageId"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_snapshot_is_downloaded_whole_and_a_message_alone_and_nothing_is_received() {
    let console = looked().await;
    let before = console.effects().len();
    let file = console.file("/local/queues/orders/export.ndjson").await;
    assert_eq!(file.status, 200);
    assert_eq!(file.header("content-type"), "application/x-ndjson; charset=utf-8");
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    assert_eq!(file.header("cache-control"), "no-store");
    let named = file.header("content-disposition");
    assert!(named.starts_with("attachment; filename=\"orders-2") && named.ends_with("Z.ndjson\""), "{named}");
    let first: Value = serde_json::from_str(file.text.lines().next().unwrap()).unwrap();
    assert_eq!((&first["Body"], &first["format"]), (&json!("=1+1"), &json!("redrive.message")));
    assert_eq!(first["MessageAttributes"]["raw"], json!({ "DataType": "Binary", "BinaryValue": "AQID" }));
    assert!(first["Attributes"]["SentTimestamp"].is_string() && first.get("ReceiptHandle").is_none());

    let ids = ids(&file.text);
    assert_eq!(ids.len(), 3);
    let page = console.get(&format!("/local/queues/orders/messages/{}", ids[1])).await;
    let link = format!("/local/queues/orders/export.csv?message={}", ids[1]);
    assert!(page.says(&link), "{}", page.html);
    let one = console.file(&link).await;
    assert_eq!(one.text.lines().count(), 2);
    assert!(one.header("content-disposition").contains(&format!("orders-{}.csv", ids[1])));
    assert_eq!(console.effects().len(), before, "a copy is written, no message is touched");
}

#[tokio::test]
async fn a_spreadsheet_gets_no_formula() {
    let console = looked().await;
    let file = console.file("/local/queues/orders/export.csv").await;
    assert!(file.header("content-type").starts_with("text/csv"));
    assert!(file.text.starts_with("id,sent,receives,group,source,size,body,attr.kind,attr.raw\r\n"), "{}", file.text);
    assert!(file.text.contains(",'=1+1,'@cmd,AQID\r\n"), "{}", file.text);
    assert!(file.text.contains("\"{\"\"n\"\": 1.10}\",plain"), "{}", file.text);

    let page = console.get("/local/queues/orders/messages?filter=attr.kind:plain").await;
    let link = "/local/queues/orders/export.csv?filter=attr.kind%3Aplain";
    assert!(page.says(link), "{}", page.html);
    assert_eq!(console.file(link).await.text.lines().count(), 2, "what the filter leaves");
    let broken = console.get("/local/queues/orders/export.csv?filter=age%3E").await;
    assert!(broken.path.ends_with("/messages") && broken.says("age"), "never everything instead");
}

#[tokio::test]
async fn a_frozen_set_is_downloaded_and_what_is_gone_leads_to_the_page_that_says_so() {
    let console = looked().await;
    let page = console.get("/local/queues/orders/messages").await;
    let session = page.html.split("name=\"session\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let fields = [("connection", "local"), ("queue", "orders"), ("session", session), ("all", "on")];
    let chosen = console.submit("messages/choose", &fields).await;
    assert!(chosen.says(&format!("{}/export.csv", chosen.path)), "{}", chosen.html);
    let file = console.file(&format!("{}/export.ndjson", chosen.path)).await;
    assert_eq!(ids(&file.text).len(), 3);

    let gone = console.get("/local/queues/orders/chosen/none/export.csv").await;
    assert_eq!((gone.status, gone.path.as_str()), (409, "/local/queues/orders/chosen/none"));
    let gone = console.get("/local/queues/orders/export.csv?message=%3Cb%3E").await;
    assert_eq!(gone.status, 404);
    assert!(!gone.says("<b>"));
    assert_eq!(console.get("/local/queues/o%20o/export.csv").await.status, 404);
    assert_eq!(console.get("/other/queues/orders/export.csv").await.status, 404);
}

/// Reads a file for a queue.
async fn import(console: &TestConsole, queue: &str, reading: &str, file: &str) -> super::console::Shown {
    let fields = [("connection", "local"), ("queue", queue), ("reading", reading), ("group", "late"), ("text", "")];
    console.submit_file("messages/import", &fields, ("file", Some(file.as_bytes()))).await
}

/// Sends what was read, and waits for the end of the job.
async fn send(console: &TestConsole, queue: &str, preview: &super::console::Shown) -> super::console::Shown {
    let upload = preview.url.rsplit("upload=").next().unwrap().to_owned();
    let fields = [("connection", "local"), ("queue", queue), ("upload", upload.as_str())];
    let started = console.submit("messages/start-import", &fields).await;
    for _ in 0..400 {
        let page = console.get(&started.path).await;
        if !page.says("What was done stays done.") {
            return page;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{}", started.html);
}

async fn received(console: &TestConsole, queue: &str) -> Vec<Value> {
    let url = console.sqs("GetQueueUrl", json!({ "QueueName": queue })).await["QueueUrl"].clone();
    let request = json!({ "QueueUrl": url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"],
        "MessageSystemAttributeNames": ["All"] });
    console.sqs("ReceiveMessage", request).await["Messages"].as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn what_was_exported_is_sent_again_as_it_was() {
    let console = TestConsole::start().await;
    with_messages(&console).await;
    console.queue("copies.fifo", json!({})).await;
    let look = [("connection", "local"), ("queue", "orders"), ("limit", "100")];
    console.submit("messages/look", &look).await;
    let file = console.file("/local/queues/orders/export.ndjson").await.text;
    let spoilt = format!("{file}not json\n{{\"Body\": \"\"}}\n");
    let preview = import(&console, "copies.fifo", "messages", &spoilt).await;
    assert_eq!((preview.status, preview.path.as_str()), (200, "/local/queues/copies.fifo/import"));
    assert!(
        preview.says("Line 4: This is not JSON: it breaks at byte") && preview.says("Line 5: "),
        "{}",
        preview.html
    );
    assert!(!preview.html.contains("</script>\u{1F600}") && preview.says("&lt;/script&gt;"), "{}", preview.html);
    assert!(received(&console, "copies.fifo").await.is_empty(), "nothing is sent before the click");

    let job = send(&console, "copies.fifo", &preview).await;
    assert!(job.says("3 sent") && job.says("line 3") && !job.says("messages/line"), "{}", job.html);
    let sent = received(&console, "copies.fifo").await;
    let bodies: Vec<&str> = sent.iter().map(|message| message["Body"].as_str().unwrap()).collect();
    assert_eq!(bodies, ["=1+1", "{\"n\": 1.10}", "</script>\u{1F600}"]);
    assert_eq!(sent[0]["MessageAttributes"]["raw"], json!({ "DataType": "Binary", "BinaryValue": "AQID" }));
    assert_eq!(sent[0]["MessageAttributes"]["kind"], json!({ "DataType": "String.k", "StringValue": "@cmd" }));
    assert_eq!(sent[0]["Attributes"]["MessageGroupId"], "late");

    // The same file once more is another upload: its messages are sent again. The same upload is not.
    let again = send(&console, "copies.fifo", &preview).await;
    assert!(again.says("3 sent"), "accepted, and not delivered");
    let attributes = console.attributes("copies.fifo").await.unwrap();
    assert_eq!(attributes["ApproximateNumberOfMessages"], "0");
    assert_eq!(attributes["ApproximateNumberOfMessagesNotVisible"], "3");
}

#[tokio::test]
async fn bodies_alone_are_sent_in_batches_and_what_failed_can_be_tried_again() {
    let console = TestConsole::start().await;
    console.queue("orders", json!({})).await;
    let lines = (0..12).map(|n| format!("{{\"n\": {n}.0}}\n")).collect::<Vec<_>>().concat();
    let preview = import(&console, "orders", "bodies", &lines).await;
    let failing = json!([{ "operation": "SendMessageBatch", "count": 1,
        "action": { "fail_entries": { "ids": ["0"], "code": "InternalError" } } }]);
    console.dial(&failing).await;
    let job = send(&console, "orders", &preview).await;
    assert!(job.says("11 sent") && job.says("1 failed"), "{}", job.html);
    let id = job.path.rsplit('/').next().unwrap();
    let again = console.submit("jobs/again", &[("connection", "local"), ("job", id)]).await;
    assert!(again.path.ends_with("/orders/import") && again.says("line 1<"), "{}", again.html);
    let rest = send(&console, "orders", &again).await;
    assert!(rest.says("1 sent"), "{}", rest.html);
    assert_eq!(send(&console, "orders", &again).await.path, rest.path, "no second click sends a file twice");
    assert_eq!(console.attributes("orders").await.unwrap()["ApproximateNumberOfMessages"], "12");
    let sent = console.activity().await;
    assert!(sent.iter().all(|entry| !format!("{entry:?}").contains("{\\\"n\\\"")), "the log holds no body");
}

#[tokio::test]
async fn what_cannot_be_imported_is_said_and_nothing_is_sent() {
    let console = TestConsole::start().await;
    console.queue("orders", json!({ "MaximumMessageSize": "1024" })).await;
    let page = console.get("/local/queues/orders/import").await;
    assert!(page.says("multipart/form-data") && page.says("16 MiB"), "{}", page.html);
    let empty = import(&console, "orders", "messages", "\n \n").await;
    assert_eq!(empty.status, 422);
    assert!(empty.says("There is no line in it"), "{}", empty.html);
    let large = import(&console, "orders", "bodies", &format!("\"{}\"\n", "x".repeat(1_025))).await;
    assert!(large.says("Line 1: The message has") && large.says("None of the lines can be sent"), "{}", large.html);
    let fields = [("connection", "local"), ("queue", "orders"), ("upload", "none")];
    assert_eq!(console.submit("messages/start-import", &fields).await.status, 409);
    assert_eq!(console.get("/local/queues/none/import").await.status, 404);
    let whole = "x".repeat((16 << 20) + (1 << 20));
    assert_eq!(import(&console, "orders", "bodies", &whole).await.status, 413);
    assert!(received(&console, "orders").await.is_empty());
}

#[tokio::test]
async fn a_console_that_only_reads_sends_no_file() {
    let console = TestConsole::read_only().await;
    console.queue("orders", json!({})).await;
    let preview = import(&console, "orders", "bodies", "1\n2\n").await;
    assert!(preview.says("aria-disabled"), "{}", preview.html);
    let upload = preview.url.rsplit("upload=").next().unwrap().to_owned();
    let fields = [("connection", "local"), ("queue", "orders"), ("upload", upload.as_str())];
    assert_eq!(console.submit("messages/start-import", &fields).await.status, 403);
    assert!(received(&console, "orders").await.is_empty());
}
