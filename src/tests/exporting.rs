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
