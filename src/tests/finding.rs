//! Finding messages in a snapshot, through the real router: the filter, its errors, the facets, columns and order, and
//! acting on all that match.

use serde_json::json;

use super::console::{Shown, TestConsole};
use crate::model::{paths, words};

/// A console with a look at so many orders.
async fn looked(messages: usize) -> TestConsole {
    let console = TestConsole::start().await;
    let url = console.queue("orders", json!({})).await;
    for n in 0..messages {
        let kind = ["OrderFailed", "OrderPaid"][n % 2];
        let body = if n == 0 { "<order>zero</order>".to_owned() } else { json!({ "order": { "id": n } }).to_string() };
        let attributes = json!({ "type": { "DataType": "String", "StringValue": kind } });
        let message = json!({ "QueueUrl": url, "MessageBody": body, "MessageAttributes": attributes });
        console.sqs("SendMessage", message).await;
    }
    let page = console.submit("messages/look", &[("connection", "local"), ("queue", "orders"), ("limit", "500")]).await;
    assert_eq!(page.status, 200, "{}", page.html);
    console
}

async fn list(console: &TestConsole, query: &[(&str, &str)]) -> Shown {
    let page = console.get(&paths::with_query("/local/queues/orders/messages", query)).await;
    assert_eq!(page.status, 200, "{}", page.html);
    page
}

fn rows(page: &Shown) -> usize {
    page.html.matches("<tr data-row").count()
}

#[tokio::test]
async fn a_filter_leaves_what_matches_and_says_how_many() {
    let console = looked(20).await;
    let page = list(&console, &[]).await;
    assert!(rows(&page) == 20 && page.says(&words::plural(20, "message", "messages")), "{}", page.html);
    let page = list(&console, &[("filter", "body.order.id>=15 attr.type:OrderFailed")]).await;
    assert!(
        rows(&page) == 2 && page.says("2 of 20 match") && page.says("Redrive or act on all 2 that match"),
        "{}",
        page.html
    );
    let page = list(&console, &[("filter", "no such thing")]).await;
    assert!(rows(&page) == 0 && page.says("No message of this snapshot matches"), "{}", page.html);
}

#[tokio::test]
async fn what_cannot_be_read_is_marked_at_its_place_and_filters_nothing() {
    let console = looked(3).await;
    let page = list(&console, &[("filter", "<b> cuont>=3")]).await;
    assert!(rows(&page) == 3 && page.says("not filtered: all 3"), "{}", page.html);
    assert!(page.html.contains("<mark>cuont</mark>") && page.says("at character 5"), "{}", page.html);
    assert!(page.html.contains("filter=%3Cb%3E%20count%3E%3D3"), "the way to what may have been meant: {}", page.html);
    assert!(page.says("The filter cannot be read.") && !page.html.contains("<b>"), "{}", page.html);
    let session = session(&page);
    let fields =
        [("connection", "local"), ("queue", "orders"), ("session", &session), ("all", "on"), ("filter", "age>")];
    let refused = console.submit("messages/choose", &fields).await;
    assert!(!refused.path.contains("/chosen/") && refused.says("`age` needs a duration"), "{}", refused.html);
}

#[tokio::test]
async fn what_can_be_said_is_shown_with_examples_of_these_messages() {
    let console = looked(12).await;
    let page = list(&console, &[("sort", "-size")]).await;
    let help = page.html.split("<dl class=\"terms\">").nth(1).unwrap().split("</dl>").next().unwrap();
    for (filter, typed) in
        [("body.order.id%3A1", "body.order.id:1"), ("attr.type%3AOrderFailed", "attr.type:OrderFailed")]
    {
        let link = format!(
            "<a href=\"/local/queues/orders/messages?filter={filter}&amp;sort=-size\"><code>{typed}</code></a>"
        );
        assert!(help.contains(&link), "{help}");
    }
    assert!(help.contains("<code>group:A</code>") && !help.contains("filter=group"), "no group, so no link: {help}");
    let terms = page.html.split("id=\"filter-terms\"").nth(1).unwrap().split("</datalist>").next().unwrap();
    for option in
        ["value=\"attr.type:OrderPaid\"", "value=\"body.order.id:\"", "value=\"attr.type:\"", "value=\"is:xml\""]
    {
        assert!(terms.contains(option), "{option}: {terms}");
    }
}

#[tokio::test]
async fn a_name_that_no_message_has_is_respelt() {
    let console = looked(4).await;
    let page = list(&console, &[("filter", "attr.Tpye:OrderPaid")]).await;
    assert!(page.says("Did you mean") && page.html.contains("filter=attr.type%3AOrderPaid"), "{}", page.html);
    let page = list(&console, &[("filter", "is:jsno")]).await;
    assert!(page.html.contains("<mark>jsno</mark>") && page.html.contains("filter=is%3Ajson"), "{}", page.html);
    let page = list(&console, &[("filter", "(is:json or is:xml) count>=1")]).await;
    assert!(page.says("Parentheses do not group") && page.html.contains("<mark>(</mark>"), "{}", page.html);
}

#[tokio::test]
async fn columns_order_and_facets_are_links() {
    let console = looked(12).await;
    let query = [("columns", "body:order.id,attr:type"), ("sort", "-body:order.id")];
    let page = list(&console, &query).await;
    let at = |text: &str| page.html.find(text).unwrap_or_else(|| panic!("{text}: {}", page.html));
    assert!(at("title=\"11\"") < at("title=\"10\"") && at("title=\"10\"") < at("title=\"9\""), "numbers as numbers");
    assert!(page.html.contains("aria-sort=\"descending\"") && !page.html.contains(">Receives</a>"), "{}", page.html);
    // A facet is a link that adds a term and keeps the rest.
    let link = "filter=attr.type%3AOrderFailed&amp;sort=-body%3Aorder.id&amp;columns=body%3Aorder.id%2Cattr%3Atype";
    assert!(page.html.contains(link), "{}", page.html);
    let page = list(&console, &[("filter", "attr.type:OrderFailed is:xml")]).await;
    assert!(rows(&page) == 1, "{}", page.html);
    assert!(page.html.contains("aria-current=\"true\""), "the one that is asked for can be taken away: {}", page.html);
    // Boxes of a form come one by one.
    let page =
        console.get("/local/queues/orders/messages?columns=sent&columns=attr%3Atype&columns=body:order.id").await;
    for heading in ["Sent", "type", "order.id"] {
        assert!(page.html.contains(&format!("data-label=\"{heading}\"")), "{heading}: {}", page.html);
    }
}

#[tokio::test]
async fn all_that_match_are_frozen_and_said_in_words() {
    let console = looked(10).await;
    let page = list(&console, &[("filter", "attr.type:OrderPaid")]).await;
    let session = session(&page);
    let fields = [
        ("connection", "local"),
        ("queue", "orders"),
        ("session", &session),
        ("all", "on"),
        ("filter", "attr.type:OrderPaid"),
    ];
    let chosen = console.submit("messages/choose", &fields).await;
    assert!(
        chosen.path.contains("/chosen/") && chosen.says(&words::plural(5, "message", "messages")),
        "{}",
        chosen.html
    );
    assert!(chosen.says("all of 10 that match attr.type:OrderPaid"), "{}", chosen.html);
}

/// Where the link of this class in a row leads.
fn leads(row: &str, class: &str) -> String {
    let link = row.split("<a ").find(|link| link.contains(class)).unwrap();
    link.split("href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&")
}

#[tokio::test]
async fn a_message_is_opened_beside_its_list_and_on_its_own_page_with_the_neighbours_of_that_list() {
    let console = looked(10).await;
    let listed = [("filter", "attr.type:OrderPaid"), ("sort", "-body:order.id")];
    let page = list(&console, &listed).await;
    assert!(!page.html.contains("class=\"inspector\""), "{}", page.html);
    // The second is the order with the id 7.
    let row = page.html.split("<tr data-row").nth(2).unwrap();
    let (beside, apart) = (leads(row, "open-beside"), leads(row, "open-apart"));
    let (address, fragment) = beside.split_once('#').unwrap();
    let open = console.get(address).await;
    assert!(open.html.contains("class=\"inspector\"") && open.says("2 of 5 matching"), "{}", open.html);
    assert!(open.html.contains(&format!("id=\"{fragment}\" aria-current=\"true\"")), "{}", open.html);
    assert!(rows(&open) == 5 && open.says("SHA-256") && open.says("OrderPaid"), "{}", open.html);
    assert!(open.html.contains("name=\"open\""), "the filter's form keeps it open: {}", open.html);
    let inspector = open.html.split("class=\"inspector\"").nth(1).unwrap();
    let next = inspector.split("<a ").find(|link| link.contains(">Next<")).unwrap();
    let next = leads(&format!("<a {next}"), "button");
    assert!(console.get(next.split('#').next().unwrap()).await.says("3 of 5 matching"), "{next}");
    // Raw, and another layer, of the same.
    let raw = console.get(&format!("{address}&view=raw")).await;
    assert!(raw.says("byte for byte") && raw.says("2 of 5 matching"), "{}", raw.html);
    let own = console.get(&apart).await;
    assert!(own.says("2 of 5 matching") && own.html.contains("filter=attr.type%3AOrderPaid"), "{}", own.html);
    // One that the filter leaves out, and one that did not come.
    let other = console.get(&address.replace("OrderPaid", "OrderFailed")).await;
    assert!(other.says("none of the 5 that match"), "{}", other.html);
    let gone = list(&console, &[("open", "<b>gone")]).await;
    assert!(gone.says("Not in this snapshot") && rows(&gone) == 10 && !gone.html.contains("<b>gone"), "{}", gone.html);
}

fn session(page: &Shown) -> String {
    let rest = page.html.split("name=\"session\" value=\"").nth(1).unwrap();
    rest.split('"').next().unwrap().to_owned()
}
