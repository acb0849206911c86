//! Causes of whole snapshots.

use std::time::Instant;

use super::*;
use crate::model::MessageAttribute;
use crate::server::services::messages::export::tests::letter;

fn with(n: i64, body: &str, attributes: &[(&str, &str)]) -> Arc<Message> {
    let mut message = letter(&format!("m-{n}"), body);
    message.system.insert("SentTimestamp".into(), n.to_string());
    for (name, value) in attributes {
        let value = AttributeValue::Text((*value).into());
        message.attributes.insert((*name).into(), MessageAttribute { data_type: "String".into(), value });
    }
    Arc::new(message)
}

fn titles(causes: &Causes) -> Vec<(&str, usize)> {
    causes.list.iter().map(|cause| (cause.title.as_str(), cause.count)).collect()
}

fn path(text: &str) -> JsonPath {
    text.parse().unwrap()
}

#[test]
fn errors_that_differ_in_numbers_are_one_and_the_others_are_told_by_their_bodies() {
    let failed = |n: i64| with(n, "{}", &[("ErrorCode", "500"), ("ErrorMessage", &format!("Order {n} not found"))]);
    let messages = [failed(7), failed(3), with(5, "{\"a\": 1}", &[]), failed(9), with(4, "{\"a\": 2}", &[])];
    let causes = Causes::of(&messages, None);
    assert_eq!(titles(&causes), [("500: Order ‹number› not found", 3), ("a", 2)]);
    assert_eq!(causes.of_each, [0, 0, 1, 0, 1]);
    let first = &causes.list[0];
    assert_eq!((first.first_sent, first.last_sent, first.sample), (Some(3), Some(9), 3));
    let coverage = causes.coverage();
    assert_eq!(coverage, "by ErrorCode and ErrorMessage, in 3 of 5 messages; by what their bodies are made of, in 2");
    let again = Causes::of(&[failed(100)], None);
    assert_eq!(again.list[0].key, first.key, "a link finds the same cause in the next snapshot");
    assert!(first.key.len() == 10 && first.key.bytes().all(|b| b.is_ascii_hexdigit()));
}

#[test]
fn kinds_and_sources_tell_only_where_there_are_several() {
    let event = |n: i64, kind: &str| with(n, &format!("{{\"n\": {n}}}"), &[("event", kind)]);
    let several = Causes::of(&[event(1, "placed"), event(2, "paid"), event(3, "paid")], None);
    assert_eq!(titles(&several), [("paid", 2), ("placed", 1)]);
    let one = Causes::of(&[event(1, "placed"), event(2, "placed")], None);
    assert_eq!(titles(&one), [("n", 2)], "one kind tells nothing apart");
    let from = |queue: &str| {
        let mut message = letter("m", "{}");
        let arn = format!("arn:aws:sqs:eu-west-1:1:{queue}");
        message.system.insert("DeadLetterQueueSourceArn".into(), arn);
        Arc::new(message)
    };
    let sources = Causes::of(&[from("orders"), from("orders-eu"), from("orders")], None);
    assert_eq!(titles(&sources), [("failed in orders", 2), ("failed in orders-eu", 1)]);
    assert!(Causes::of(&[], None).list.is_empty());
}

#[test]
fn whoever_knows_better_picks_the_place() {
    let body = |status: &str| format!("{{\"order\": {{\"status\": {status}}}}}");
    let messages = [
        with(1, &body("404"), &[("k", "a")]),
        with(2, &body("500"), &[("k", "b c 12")]),
        with(3, "text", &[]),
        with(4, &body("\"row 5 is gone\""), &[("k", "b c 13")]),
    ];
    for by in ["order.status", "body.order.status"] {
        let causes = Causes::of(&messages, Some(&path(by)));
        let nothing = "nothing at this place of the body";
        assert_eq!(titles(&causes), [("404", 1), ("500", 1), (nothing, 1), ("row ‹number› is gone", 1)]);
        assert_eq!(causes.coverage(), "by body.order.status, in 3 of 4 messages");
    }
    let causes = Causes::of(&messages, Some(&path("attr.k")));
    assert_eq!(titles(&causes), [("b c ‹number›", 2), ("a", 1), ("without this attribute", 1)]);
    assert_eq!(Causes::of(&messages, Some(&path("shape"))).list.len(), 3);
    assert_eq!(titles(&Causes::of(&messages, Some(&path("source")))).len(), 1);
}

#[test]
fn the_list_has_an_end_and_every_message_a_cause() {
    let messages: Vec<_> =
        (0_u16..1_000).map(|n| with(n.into(), &format!("{{\"k{}\": 1}}", "x".repeat(n.into())), &[])).collect();
    let causes = Causes::of(&messages, None);
    assert_eq!((causes.list.len(), causes.list[MOST - 1].count), (MOST, 801));
    assert_eq!(causes.list.iter().map(|cause| cause.count).sum::<usize>(), 1_000);
    let keys: BTreeSet<&str> = causes.list.iter().map(|cause| cause.key.as_str()).collect();
    assert_eq!(keys.len(), MOST);
}

#[test]
fn hostile_texts_are_titles_like_any_other() {
    for text in ["<script>alert(1)</script>", "\u{202E}fdp", "a\nb\tc", &"é".repeat(9_999), "\0", "\"><img src=x>"] {
        let causes = Causes::of(&[with(1, text, &[("error", text)]), with(2, text, &[])], None);
        for cause in &causes.list {
            assert!(
                cause.title.chars().count() <= 410 && !cause.title.chars().any(|c| c.is_control() || c == '\u{202E}')
            );
        }
    }
}

/// Ten thousand messages of 2 KiB: well below 100 ms where the program is optimized, as it is when it is used.
#[test]
fn ten_thousand_messages_are_grouped_while_a_page_is_made() {
    let filler = "lorem ipsum dolor sit amet ".repeat(60);
    let messages: Vec<_> = (0..10_000)
        .map(|n| {
            let items = "{\"sku\": \"SKU-10442\", \"quantity\": 2, \"price\": 9.90}";
            let body = format!(
                "{{\"orderId\": {n}, \"items\": [{items}, {items}], \"note\": \"{filler}\", \"v{}\": null}}",
                n % 7
            );
            let error = format!("Order {n} not found");
            let told = [("ErrorMessage", error.as_str())];
            with(n, &body, &told[..usize::from(n % 2 == 1)])
        })
        .collect();
    let began = Instant::now();
    let causes = Causes::of(&messages, None);
    let took = began.elapsed();
    assert_eq!(causes.list.len(), 8);
    let most = if cfg!(debug_assertions) { 10_000 } else { 250 };
    assert!(took.as_millis() < most, "{took:?}");
}
