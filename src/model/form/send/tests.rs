//! The form that sends a message, field by field.

use super::*;
use crate::model::AttributeValue;
use crate::model::queue::FifoSettings;

fn standard() -> Attributes {
    Attributes::default()
}

fn fifo(content_based_deduplication: bool) -> Attributes {
    let fifo = FifoSettings { content_based_deduplication, ..FifoSettings::default() };
    Attributes { fifo: Some(fifo), ..Attributes::default() }
}

fn form(fields: &[(&str, &str)]) -> SendForm {
    let mut form = SendForm { body: "hello".into(), ..SendForm::default() };
    for (name, value) in fields {
        form.take(name, (*value).to_owned());
    }
    form
}

/// The fields that a form is refused for.
fn refused(fields: &[(&str, &str)], queue: &Attributes) -> Vec<String> {
    let parsed = form(fields).parse(queue);
    parsed.err().unwrap_or_default().into_iter().map(|invalid| invalid.field).collect()
}

#[test]
fn a_standard_message_needs_a_body_only() {
    let draft = form(&[]).parse(&standard()).unwrap();
    assert_eq!(draft, Draft { body: "hello".into(), ..Draft::default() });
    assert_eq!(refused(&[("body", "")], &standard()), ["body"]);
}

#[test]
fn each_field_keeps_to_the_limits_of_sqs() {
    let (long, exact) = ("x".repeat(129), "x".repeat(128));
    let table: &[(&str, &str, bool)] = &[
        ("delay", "0", true),
        ("delay", " 900 ", true),
        ("delay", "901", false),
        ("delay", "-1", false),
        ("delay", "soon", false),
        ("group", &exact, true),
        ("group", &long, false),
        ("group", "a b", false),
        ("group", "é", false),
        ("deduplication", "x", false),
        ("trace", "Root=1-5759e988-bd862e3fe1be46a994272793", true),
        ("trace", "Self=1-5759e988-1be46a994272793;Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1", true),
        ("trace", "1-5759e988-bd862e3fe1be46a994272793", false),
        ("trace", "Root=1-5759e988-xd862e3fe1be46a994272793", false),
        ("body", "tab\tand\nline", true),
        ("body", "bell\u{7}", false),
        ("body", "\u{fffe}", false),
        ("body", "𝄞 ☃", true),
    ];
    for (field, value, good) in table {
        let expected: &[&str] = if *good { &[] } else { &[field] };
        assert_eq!(refused(&[(field, value)], &standard()), expected, "{field} = {value}");
    }
}

#[test]
fn fifo_asks_for_a_group_and_perhaps_a_deduplication_id() {
    assert_eq!(refused(&[], &fifo(false)), ["group", "deduplication"]);
    assert_eq!(refused(&[("group", "g")], &fifo(true)), [""; 0]);
    assert_eq!(refused(&[("group", "g"), ("delay", "5")], &fifo(true)), ["delay"]);
    let draft = form(&[("group", "g"), ("deduplication", "d-1")]).parse(&fifo(true)).unwrap();
    assert_eq!(draft.deduplication_id.as_deref(), Some("d-1"), "an explicit id wins over the content");
}

#[test]
fn the_sentence_says_where_the_bad_character_is() {
    let invalid = form(&[("body", "ab\r\ncd\u{b}")]).parse(&standard()).unwrap_err();
    assert_eq!(invalid[0].sentence, "Character 6 (line 2, column 3) is U+000B, which SQS does not take in a message.");
}

#[test]
fn size_counts_attributes_against_the_queues_own_limit() {
    let small = Attributes { maximum_message_size: 1_024, ..standard() };
    let body = "x".repeat(1_000);
    assert_eq!(refused(&[("body", &body)], &small), [""; 0]);
    let row = [("body", body.as_str()), ("attribute-0-name", "n"), ("attribute-0-value", "0123456789ABCDEFGH")];
    assert_eq!(refused(&row, &small), ["body"], "1 000 + 1 + 6 + 18 bytes");
    let snow = "☃".repeat(342);
    assert_eq!(refused(&[("body", &snow)], &small), ["body"], "bytes, not characters");
}

#[test]
fn attributes_are_read_by_their_type() {
    let form = form(&[
        ("attribute-0-name", "tenant"),
        ("attribute-0-value", "acme"),
        ("attribute-2-name", "weight"),
        ("attribute-2-kind", "number"),
        ("attribute-2-label", "kg"),
        ("attribute-2-value", " 1.5 "),
        ("attribute-3-kind", "string"),
        ("attribute-9-name", "stamp"),
        ("attribute-9-kind", "hex"),
        ("attribute-9-value", "00 FF"),
        ("attribute-10-name", "one too many"),
    ]);
    let attributes = form.parse(&standard()).unwrap().attributes;
    assert_eq!(attributes.len(), 3, "an empty row is no attribute: {attributes:?}");
    assert_eq!(attributes["weight"].data_type, "Number.kg");
    assert_eq!(attributes["weight"].value, AttributeValue::Text("1.5".into()));
    assert_eq!(attributes["stamp"].value, AttributeValue::Binary(vec![0, 255]));
}

#[test]
fn attributes_that_sqs_would_refuse_are_marked() {
    let row = |name: &str, kind: &str, label: &str, value: &str| {
        refused(
            &[
                ("attribute-0-name", name),
                ("attribute-0-kind", kind),
                ("attribute-0-label", label),
                ("attribute-0-value", value),
            ],
            &standard(),
        )
    };
    assert_eq!(row("n", "string", "", ""), ["attribute-0-value"]);
    assert_eq!(row("", "string", "", "v"), ["attribute-0-name"]);
    assert_eq!(row("n", "number", "", "one"), ["attribute-0-value"]);
    assert_eq!(row("n", "base64", "", "???"), ["attribute-0-value"]);
    assert_eq!(row("n", "hex", "", "0"), ["attribute-0-value"]);
    assert_eq!(row("n", "string", "a b", "v"), ["attribute-0-label"]);
    assert_eq!(row("n", "list", "", "v"), ["attribute-0-kind"]);
    let twice =
        [("attribute-0-name", "n"), ("attribute-0-value", "1"), ("attribute-1-name", "n"), ("attribute-1-value", "2")];
    assert_eq!(refused(&twice, &standard()), ["attribute-1-name"]);
}

#[test]
fn a_file_takes_the_place_of_what_was_typed() {
    let mut form = form(&[]);
    form.take_file("a.txt", b"one\r\ntwo".to_vec());
    form.take("body", "typed".into());
    assert_eq!(form.parse(&standard()).unwrap().body, "one\r\ntwo", "byte for byte");
    let fault = |bytes: Vec<u8>| {
        let mut form = SendForm::default();
        form.take_file("a", bytes);
        form.parse(&standard()).unwrap_err().remove(0)
    };
    assert!(fault(vec![b'a', 0xff]).sentence.contains("byte 2"));
    assert_eq!(fault(vec![b'x'; 1_048_577]).field, "file");
    assert_eq!(fault(Vec::new()).field, "body");
}
