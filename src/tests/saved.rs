//! Saved filters, and a list that comes back as it was, through the real router.

use std::sync::Arc;

use serde_json::json;

use super::console::{Setup, Shown, TestConsole};
use crate::model::filter::saved::{Change, Saved};
use crate::model::paths;
use crate::server::store::Sqlite;

const LIST: &str = "filter=body.order.id%3E%3D2&sort=-body%3Aorder.id&columns=sent%2Cbody%3Aorder.id&view=causes";

/// Sends five orders and looks at them.
async fn look(console: &TestConsole) {
    let url = console.queue("orders", json!({})).await;
    for n in 0..5 {
        let body = json!({ "order": { "id": n } }).to_string();
        console.sqs("SendMessage", json!({ "QueueUrl": url, "MessageBody": body })).await;
    }
    let page = post(console, "messages/look", &[("limit", "500")]).await;
    assert_eq!(page.status, 200, "{}", page.html);
}

/// Submits a form of the queue's list.
async fn post(console: &TestConsole, endpoint: &str, fields: &[(&str, &str)]) -> Shown {
    let place = [("connection", "local"), ("queue", "orders")];
    console.submit(endpoint, &[&place, fields].concat()).await
}

async fn save(console: &TestConsole, name: &str, list: &str) -> Shown {
    post(console, "messages/filters", &[("action", "save"), ("old", ""), ("name", name), ("list", list)]).await
}

fn list(query: &str) -> String {
    format!("/local/queues/orders/messages?{query}")
}

/// Whether this is the list, as it was asked for.
fn is_list(page: &Shown, query: &str) -> bool {
    page.path == "/local/queues/orders/messages" && page.url.contains(&format!("/messages?{query}"))
}

#[tokio::test]
async fn a_filter_is_saved_opened_replaced_renamed_and_forgotten() {
    let console = TestConsole::start().await;
    look(&console).await;
    let page = console.get(&list(LIST)).await;
    assert!(page.says("Save this filter") && !page.says("aria-label=\"Saved filters\""), "{}", page.html);
    let page = save(&console, "  Big   orders ", LIST).await;
    assert!(page.status == 200 && is_list(&page, LIST) && page.says("“Big orders” is saved"), "{}", page.html);
    let href = list(LIST).replace('&', "&amp;");
    assert!(page.says(&format!("<a href=\"{href}\" title=")), "{}", page.html);
    let line = |page: &Shown| {
        page.html.split("aria-label=\"Saved filters\"").nth(1).unwrap().split("</nav>").next().unwrap().to_owned()
    };
    assert!(line(&page).contains("aria-current=\"true\"") && !page.says("Save this filter"), "{}", page.html);
    let other = console.get(&list("filter=is%3Ajson")).await;
    assert!(line(&other).contains("Big orders") && !line(&other).contains("aria-current"), "{}", other.html);

    let fields = [("action", "replace"), ("old", "Big orders"), ("name", ""), ("list", "filter=is%3Ajson&page=2")];
    let page = post(&console, "messages/filters", &fields).await;
    assert!(page.says("“Big orders” is replaced") && is_list(&page, "filter=is%3Ajson&page=2"), "{}", page.url);
    assert!(line(&page).contains("filter=is%3Ajson\"") && line(&page).contains("aria-current"), "{}", page.html);
    let fields = [("action", "rename"), ("old", "big ORDERS"), ("name", "<b>JSON</b>"), ("list", "")];
    let page = post(&console, "messages/filters", &fields).await;
    assert!(page.says("&lt;b&gt;JSON&lt;/b&gt;") && !page.html.contains("<b>JSON"), "{}", page.html);
    let page =
        post(&console, "messages/filters", &[("action", "delete"), ("old", "<b>JSON</b>"), ("list", LIST)]).await;
    assert!(
        page.says("is forgotten") && is_list(&page, LIST) && !page.says("aria-label=\"Saved filters\""),
        "{}",
        page.html
    );
    assert!(console.activity().await.len() == 1, "the look alone: nothing was changed in SQS");
}

#[tokio::test]
async fn what_cannot_be_saved_is_said_beside_its_field() {
    let console = TestConsole::start().await;
    look(&console).await;
    save(&console, "one", LIST).await;
    let refused = save(&console, "ONE", "filter=a%20b").await;
    assert!(refused.status == 422 && is_list(&refused, "filter=a%20b"), "{} {}", refused.status, refused.url);
    assert!(
        refused.says("Another saved filter of this queue has this name") && refused.says("value=\"ONE\""),
        "{}",
        refused.html
    );
    for (name, query, sentence) in [
        (" ", "filter=a", "Give it a name"),
        ("two", "page=3", "there is nothing to save"),
        ("two", "filter=age%3E2", "`age` needs a duration"),
        ("a\u{202e}b", "filter=a", "cannot be seen"),
    ] {
        let refused = save(&console, name, query).await;
        assert!(refused.status == 422 && refused.says(sentence), "{name}: {}", refused.html);
    }
    let gone = post(&console, "messages/filters", &[("action", "rename"), ("old", "none"), ("name", "x")]).await;
    assert_eq!(gone.status, 422);
    let nowhere = [("connection", "local"), ("queue", "no-such"), ("action", "save"), ("name", "x"), ("list", LIST)];
    assert_eq!(console.submit("messages/filters", &nowhere).await.status, 404);
    assert_eq!(
        console.store().saved_filters(&"local".parse().unwrap(), &"no-such".parse().unwrap()).await.unwrap(),
        []
    );
}

#[tokio::test]
async fn a_read_only_console_saves_too_and_what_is_saved_outlives_it() {
    let directory = tempfile::tempdir().unwrap();
    let setup = |store| Setup { read_only: true, peek: true, store: Arc::new(store), ..Setup::default() };
    let console = TestConsole::with(setup(Sqlite::open(directory.path()).unwrap())).await;
    look(&console).await;
    assert!(save(&console, "mine", LIST).await.says("“mine” is saved"));
    drop(console);
    let store = loop {
        match Sqlite::open(directory.path()) {
            Ok(store) => break store,
            // The tasks of the one before still let go of it.
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
        }
    };
    let console = TestConsole::with(setup(store)).await;
    look(&console).await;
    assert!(console.get(&list("")).await.says("filter=body.order.id%3E%3D2&amp;sort="));
}

#[tokio::test]
async fn one_that_cannot_be_read_any_more_opens_and_says_where() {
    let console = TestConsole::start().await;
    look(&console).await;
    let saved = Saved { name: "old".parse().unwrap(), query: "filter=is%3Ajson%20cuont%3E%3D3".into() };
    let place = ("local".parse().unwrap(), "orders".parse().unwrap());
    console.store().change_filter(&place.0, &place.1, &Change::Save(saved.clone())).await.unwrap();
    assert!(console.get(&list("")).await.says(&saved.query));
    let page = console.get(&list(&saved.query)).await;
    assert!(page.says("<mark>cuont</mark>") && page.says("Did you mean"), "{}", page.html);
    assert!(page.says("not filtered: all 5"), "{}", page.html);
}

#[tokio::test]
async fn every_form_leads_back_to_the_list_as_it_was() {
    let console = TestConsole::start().await;
    look(&console).await;
    let paged = LIST.replace("&view", "&page=2&view");
    // A look that is refused: there was one just now.
    let page = post(&console, "messages/look", &[("limit", "500"), ("list", &paged)]).await;
    assert!(is_list(&page, LIST) && page.says("looked at a moment ago"), "{}", page.url);
    // Every form of the page carries the list.
    let page = console.get(&list(LIST)).await;
    let carried = format!("name=\"list\" value=\"{}\"", LIST.replace('&', "&amp;"));
    let forms = page.html.matches("method=\"post\" action=\"/api/messages/").count();
    assert!(forms > 3 && page.html.matches(&carried).count() == forms, "{forms}: {}", page.html);

    // Nothing is marked.
    let session = page.html.split("name=\"session\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let page = post(&console, "messages/choose", &[("session", &session), ("list", &paged)]).await;
    assert!(is_list(&page, &paged), "{}", page.url);
    // Chosen, refused there, done there, and back from both.
    let fields = [("session", session.as_str()), ("list", &paged), ("all", "on"), ("filter", "body.order.id>=2")];
    let chosen = post(&console, "messages/choose", &fields).await;
    let back = format!("href=\"{}\"", list(&paged).replace('&', "&amp;"));
    assert!(chosen.path.contains("/chosen/") && chosen.says(&back), "{}", chosen.html);
    let id = chosen.path.rsplit('/').next().unwrap().to_owned();
    let fields = [("chosen", id.as_str()), ("action", "hide"), ("seconds", "x"), ("list", &paged)];
    let refused = post(&console, "messages/start-job", &fields).await;
    assert!(refused.path == chosen.path && refused.status == 422 && refused.says(&back), "{}", refused.html);
    console.queue("copies", json!({})).await;
    let fields = [("chosen", id.as_str()), ("action", "copy"), ("to", "copies"), ("list", &paged)];
    let job = post(&console, "messages/start-job", &fields).await;
    assert!(job.path.contains("/jobs/") && job.says(&back), "{}", job.html);

    // A file that there is none of, and one that is read.
    let none = console.get(&format!("/local/queues/orders/export.csv?{LIST}&filter=")).await;
    assert_eq!(none.status, 200);
    let broken = console.get("/local/queues/orders/export.csv?filter=age%3E&sort=size&view=causes").await;
    assert!(is_list(&broken, "filter=age%3E&sort=size&view=causes"), "{}", broken.url);
    let import = format!("/local/queues/orders/import?list={}", paths::encode(&paged));
    assert!(console.get(&list(&paged)).await.says(&import));
    let fields = [("connection", "local"), ("queue", "orders"), ("reading", "bodies"), ("text", "1"), ("list", &paged)];
    let read = console.submit_file("messages/import", &fields, ("file", None)).await;
    let upload = read.url.split("upload=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let job = post(&console, "messages/start-import", &[("upload", &upload), ("list", &paged)]).await;
    assert!(job.path.contains("/jobs/") && job.says(&back), "{}", job.html);
}

#[tokio::test]
async fn what_is_held_is_acted_on_in_the_list_as_it_was() {
    let console = TestConsole::start().await;
    let url = console.queue("orders", json!({})).await;
    console.sqs("SendMessage", json!({ "QueueUrl": url, "MessageBody": "{\"order\":{\"id\":7}}" })).await;
    let query = "filter=is%3Ajson&sort=size";
    let mut page = post(&console, "messages/hold", &[("messages", "1"), ("list", query)]).await;
    assert!(is_list(&page, query), "{}", page.url);
    while !page.says("1 message held") && !page.says("1\u{a0}message held") {
        page = console.get(&list(query)).await;
    }
    for (endpoint, fields) in [
        ("messages/extend", vec![]),
        ("messages/act", vec![("action", "hide"), ("seconds", "60")]),
        ("messages/release", vec![]),
    ] {
        let page = post(&console, endpoint, &[fields, vec![("list", query)]].concat()).await;
        assert!(is_list(&page, query), "{endpoint}: {}", page.url);
    }
}

#[tokio::test]
async fn no_form_leads_anywhere_else() {
    let console = TestConsole::start().await;
    look(&console).await;
    for hostile in ["https://evil.example/", "//evil.example", "/../../", "\r\nLocation: https://evil.example"] {
        let page = post(&console, "messages/release", &[("list", hostile)]).await;
        assert!(page.path == "/local/queues/orders/messages", "{hostile}: {}", page.url);
        assert!(page.url.contains("/messages?submission="), "{hostile}: {}", page.url);
    }
}
