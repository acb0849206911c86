//! The audit log as a page.

use serde_json::json;

use super::console::TestConsole;

#[tokio::test]
async fn an_empty_log_says_what_it_is_for() {
    let console = TestConsole::start().await;
    let page = console.get("/local/activity").await;
    assert_eq!(page.status, 200);
    assert!(page.says("Nothing was changed yet") && page.says("until the console stops"));
}

#[tokio::test]
async fn the_log_is_filtered_by_its_query_and_paged() {
    let console = TestConsole::start().await;
    for name in ["orders", "payments"] {
        console.queue(name, json!({})).await;
    }
    for _ in 0..30 {
        for name in ["orders", "payments"] {
            console.submit("queues/purge", &[("connection", "local"), ("queue", name), ("purge", name)]).await;
        }
    }
    let rows = |html: &str| html.matches("data-row").count();
    let first = console.get("/local/activity").await;
    assert_eq!(rows(&first.html), 50);
    let older = first.html.split("href=\"").find(|rest| rest.contains("before=")).unwrap().split('"').next().unwrap();
    let older = console.get(&older.replace("&amp;", "&")).await;
    assert_eq!(rows(&older.html), 10);
    assert!(older.says("Newest") && !older.says(">Older<"));
    assert_eq!(rows(&console.get("/local/activity?queue=orders").await.html), 30);
    assert_eq!(rows(&console.get("/local/activity?queue=orders&text=purge-queue").await.html), 30);
    let none = console.get("/local/activity?verb=delete-queue").await;
    assert!(none.says("No change matches") && rows(&none.html) == 0);
    let hostile = console.get("/local/activity?queue=%3Cscript%3E&text=%22%3E%3Cscript%3E").await;
    assert!(hostile.status == 200 && !hostile.says("\"><script>"));
}
