//! The language as a whole: what can be said, what cannot, and what holds for everything that can.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::model::message::{AttributeValue, Message, MessageAttribute};
use crate::model::{MessageId, ReceiptHandle};

const NOW: i64 = 1_795_168_800_000; // 2026-11-20T10:00:00Z

fn message(body: &str) -> Message {
    let system = [
        ("SentTimestamp", (NOW - 7_200_000).to_string()),
        ("ApproximateReceiveCount", "3".to_owned()),
        ("MessageGroupId", "A".to_owned()),
        ("DeadLetterQueueSourceArn", "arn:aws:sqs:eu-west-1:123456789012:orders".to_owned()),
    ];
    let attribute = |kind: &str, value| MessageAttribute { data_type: kind.to_owned(), value };
    Message {
        id: MessageId::new("4f1c2a00-0000-4000-8000-000000000001"),
        receipt_handle: ReceiptHandle::new("h"),
        body: body.to_owned(),
        md5_of_body: String::new(),
        md5_of_attributes: None,
        system: system.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        attributes: BTreeMap::from([
            ("type".to_owned(), attribute("String", AttributeValue::Text("OrderFailed".into()))),
            ("total".to_owned(), attribute("Number", AttributeValue::Text("12.50".into()))),
            ("my.bytes".to_owned(), attribute("Binary", AttributeValue::Binary(vec![0xff, 0xfe]))),
        ]),
    }
}

const BODY: &str = r#"{"order":{"id":123,"Total":9007199254740993,"lines":[{"sku":"X-1"},"b"],"paid":false,"note":null,
    "name":"Jörg \u00e4"},"tags":["red","Green"],"a b":{"c.d":"x"},"or":1}"#;

fn matches(filter: &str, body: &str) -> bool {
    let message = message(body);
    filter.parse::<Filter>().unwrap_or_else(|fault| panic!("{filter}: {fault:?}")).matches(&Subject::of(&message, NOW))
}

#[test]
fn what_can_be_said() {
    let yes = [
        "",
        "  ",
        "order",
        "ORDER",
        "\"red\\\",\\\"green\"",
        "jörg",
        "orderfailed",
        "4f1c2a00",
        "body:sku",
        "-absent",
        "body.order.id:123",
        "body.order.id=123.0",
        "body.order.id:12*",
        "body.order.id>=123",
        "body.order.id<1e3",
        "body.order.Total>9007199254740992",
        "body.order.Total<9007199254740994",
        "body.order.lines[0].sku:x-*",
        "body.order.lines:b",
        "body.tags:green",
        "body.order.paid:false",
        "body.order.note:null",
        "body.order:*",
        "body.\"a b\".\"c.d\":x",
        "body.order.name:*ä",
        "attr.type:OrderFailed",
        "attr.type:*failed",
        "attr.total:12.5",
        "attr.total>12",
        "attr.my.bytes:x or attr.total<13",
        "count>=3",
        "count:3",
        "count=3",
        "count:>2",
        "count<4",
        "age>1h",
        "age>=2h",
        "age<=120m",
        "age<3h",
        "sent:2026-11-20",
        "sent>2026-11-19",
        "sent>=2026-11-20T08:00",
        "sent<2026-11-20T08:01",
        "group:A",
        "group:*",
        "source:orders",
        "src:arn:aws:*",
        "source:ord*",
        "id:4f1c2a",
        "size>100",
        "size<10k",
        "size<1MiB",
        "is:json",
        "-is:xml",
        "not:is:xml",
        "not:absent",
        "IS:JSON",
        "has:group",
        "has:source",
        "has:attr",
        "has:attr.type",
        "has:attr.my.bytes",
        "has:body.order.lines[1]",
        "-has:trace",
        "-has:dedup",
        "absent or order",
        "is:xml OR is:json count:3",
        "\"or\"",
        "-\"no such\"",
        "http://x or order",
        "body:\"X-1\"",
        "*order*",
        "body.order.lines[0].sku:\"X-1\"*",
        "receives>2",
        "*:* or order",
        "5\" or order",
        "is:binary",
        "(x) or order",
        "\"(\" or order",
        "-foo(bar)",
        "and or order",
        "\"AND\" or \"NOT\" or order",
        "-attr.type:(",
    ];
    for filter in yes {
        assert!(matches(filter, BODY), "{filter}");
        let negated = format!("-{filter}");
        if !filter.trim().is_empty()
            && !filter.starts_with(['-', '*'])
            && !filter.contains(' ')
            && !filter.starts_with("not:")
        {
            assert!(!matches(&negated, BODY), "{negated}");
        }
    }
    let no = [
        "absent",
        "order absent",
        "body:OrderFailed",
        "body.order.id:1234",
        "body.order.id>123",
        "body.Order.id:123",
        "body.order.missing:*",
        "-body.order:*",
        "body.order.name>1",
        "attr.Type:OrderFailed",
        "attr.my.bytes:*",
        "attr.none:*",
        "count>3",
        "age<2h",
        "age>2h",
        "sent>2026-11-20",
        "sent<2026-11-20",
        "sent:2026-11-20T08:01",
        "group:a",
        "group:B",
        "source:order",
        "id:f1c2a",
        "dedup:*",
        "size>1M",
        "is:text",
        "is:held",
        "is:deleted",
        "cause:*",
        "has:attr.nothing",
        "has:body.nothing",
        "or-not or nothing",
    ];
    for filter in no {
        assert!(!matches(filter, BODY), "{filter}");
    }
}

#[test]
fn what_cannot_be_read_says_where_and_why() {
    let faults = [
        ("age>2", 4, 1, "`age` needs a duration", None),
        ("is:json age>", 11, 1, "`age` needs a duration", None),
        ("age:2h", 3, 1, "`age` is compared", Some("age>2h")),
        ("über cuont>=3", 5, 5, "`cuont` is no qualifier", Some("über count>=3")),
        ("count>=many", 7, 4, "`count` needs a number such as 3", None),
        ("count>=-1", 7, 2, "`count` needs a number", None),
        ("a \"open", 2, 5, "The quotation mark is not closed", None),
        ("\"a\"b", 3, 1, "A space must follow", None),
        ("\"\"", 0, 2, "There is nothing between", None),
        ("*", 0, 1, "A star alone", None),
        ("or a", 0, 2, "`or` stands between", None),
        ("a or", 2, 2, "`or` stands between", None),
        ("a or or b", 5, 2, "`or` stands between", None),
        ("group:", 5, 1, "`group` needs a value", None),
        ("group>A", 5, 1, "`group` is followed by a colon", None),
        ("is:held,json", 3, 9, "`is` needs one of json, xml", None),
        ("has:wings", 4, 5, "`has` needs one of trace", None),
        ("has:body.a..b", 11, 2, "A name is missing", None),
        ("body.a..b:1", 7, 2, "A name is missing", None),
        ("body.a[x]:1", 6, 3, "An index is a number", None),
        ("body.total>lots", 11, 4, "`>` needs a number", None),
        ("body.a:", 6, 1, "A value is missing", None),
        ("body.\"a:1", 5, 4, "The quotation mark is not closed", None),
        ("body:", 4, 1, "`body` needs text", None),
        ("attr.:x", 0, 5, "`attr.` needs the name", None),
        ("attribute:x", 0, 9, "`attribute` is no qualifier", Some("attr.name:x")),
        ("sent:yesterday", 5, 9, "`sent` needs a day", None),
        ("size>1G", 5, 2, "`size` needs a size", None),
        ("not:", 0, 4, "`not:` needs a term", None),
        ("a -or b", 2, 3, "`or` cannot be negated", None),
        ("is:jsn a", 3, 3, "`is` needs one of json", Some("is:json a")),
        ("has:tarce", 4, 5, "`has` needs one of trace", Some("has:trace")),
        ("(a or b) c", 0, 1, "Parentheses do not group", None),
        ("-(is:json)", 1, 1, "Parentheses do not group", None),
        ("a or b) c", 6, 1, "Parentheses do not group", None),
        ("foo(a, b)", 8, 1, "Parentheses do not group", None),
        ("is:json AND a", 8, 3, "All terms must match anyway", Some("is:json  a")),
        ("a && b", 2, 2, "All terms must match anyway", Some("a  b")),
        ("a || b", 2, 2, "Where one of two terms is enough", Some("a or b")),
        ("NOT is:json", 0, 4, "A minus sign before a term", Some("-is:json")),
        ("a NOT", 2, 3, "A minus sign before a term", None),
        ("OR", 0, 2, "`or` stands between", None),
    ];
    for (text, at, len, sentence, suggestion) in faults {
        let fault = text.parse::<Filter>().expect_err(text);
        assert_eq!((fault.at, fault.len), (at, len), "{text}: {fault:?}");
        assert!(fault.sentence.starts_with(sentence), "{text}: {fault:?}");
        assert_eq!(fault.mended(text).as_deref(), suggestion, "{text}");
    }
}

#[test]
fn it_is_bounded() {
    assert!("a ".repeat(TERMS).parse::<Filter>().is_ok());
    let many = "a ".repeat(TERMS + 1).parse::<Filter>().unwrap_err();
    assert_eq!((many.at, many.sentence.as_str()), (64, "A filter has at most 32 terms"));
    assert!("a".repeat(LONGEST).parse::<Filter>().is_ok());
    assert!("a".repeat(LONGEST + 1).parse::<Filter>().is_err());
    assert!("\\".repeat(LONGEST).parse::<Filter>().is_err(), "its print would be too long");
    assert!(format!("body{}:1", ".a".repeat(17)).parse::<Filter>().is_err());
    let deep = format!("{}{}", r#"{"a":"#.repeat(200_000), "1");
    assert!(!matches("body.a.a:1", &deep) && !matches("is:json", &deep) && matches("-has:body.a", &deep));
}

#[test]
fn terms_are_added_and_taken_away() {
    let filter: Filter = "timeout".parse().unwrap();
    let group = Term::from(Test::Group(Pattern::exact("a \"b\" *")));
    let with = filter.with(group.clone()).with(group.clone());
    assert_eq!(with.to_string(), r#"timeout group:"a \"b\" *""#);
    assert!(with.has(&group) && with.to_string().parse() == Ok(with.clone()) && with.without(&group) == filter);
    assert!(!"a or group:A".parse::<Filter>().unwrap().has(&Test::Group(Pattern::exact("A")).into()));
}

/// Text that is nearly a filter.
fn nearly() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "body.",
            "body[0]",
            "attr.",
            "count",
            "age",
            "sent",
            "size",
            "group",
            "is",
            "has",
            "or",
            "AND",
            "NOT",
            "(",
            ")",
            "||",
            "binary",
            "not:",
            "-",
            "*",
            ":",
            ">",
            ">=",
            "<",
            "=",
            "\"",
            "\\",
            " ",
            "  ",
            "2h",
            "10k",
            "2026-11-20",
            "json",
            "trace",
            "1.5e3",
            "a",
            "$",
            ".",
            "ä",
            ",",
        ])
        .prop_map(str::to_owned),
        "[a-z]{1,3}",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn terms() -> impl Strategy<Value = Term> {
    let text = prop_oneof![
        Just("AND".to_owned()),
        Just("NOT".to_owned()),
        "[()!|&]{1,3}",
        "[a-z*\"\\\\:. -]{1,6}",
        any::<String>()
    ]
    .prop_filter("something", |text| !text.is_empty());
    let pattern = (text.clone(), any::<bool>(), any::<bool>())
        .prop_map(|(text, before, after)| Pattern::new(text, before, after));
    let op = prop::sample::select(vec![Op::Is, Op::Above, Op::AtLeast, Op::Below, Op::AtMost]);
    let path = prop::collection::vec(
        prop_oneof![
            text.clone().prop_map(path::Segment::Key),
            any::<u8>().prop_map(|n| path::Segment::Index(n.into()))
        ],
        1..4,
    );
    let path = path.prop_filter_map("a path", JsonPath::new);
    let number = (op.clone().prop_filter("compares", |op| *op != Op::Is), "-?[0-9]{1,20}(\\.[0-9]{1,3})?");
    let number = number.prop_filter_map("a number", |(op, text)| Some(Wanted::Number(op, Number::read(&text)?)));
    let wanted = prop_oneof![pattern.clone().prop_map(Wanted::Fits), number];
    let test = prop_oneof![
        text.clone().prop_map(Test::Text),
        text.clone().prop_map(Test::Body),
        (path.clone(), wanted.clone()).prop_map(|(path, wanted)| Test::Path(path, wanted)),
        (text.clone(), wanted).prop_map(|(name, wanted)| Test::Attribute(name, wanted)),
        (op.clone(), any::<u32>()).prop_map(|(op, count)| Test::Count(op, count)),
        (op.clone().prop_filter("compares", |op| *op != Op::Is), any::<u32>())
            .prop_map(|(op, age)| Test::Age(op, age.into())),
        (op.clone(), any::<u32>()).prop_map(|(op, size)| Test::Size(op, size.into())),
        (op, 0i64..80_000)
            .prop_map(|(op, day)| Test::Sent(op, Moment { from_ms: day * 86_400_000, long_ms: 86_400_000 })),
        pattern.clone().prop_map(Test::Group),
        pattern.clone().prop_map(Test::Source),
        pattern.prop_map(Test::Id),
        prop::sample::select(Kind::ALL.to_vec()).prop_map(Test::Is),
        path.prop_map(|path| Test::Has(Part::Path(path))),
        text.prop_map(|name| Test::Has(Part::Attribute(name))),
    ];
    (test, any::<bool>()).prop_map(|(test, negated)| Term { test, negated })
}

proptest! {
    #[test]
    fn nothing_typed_is_a_panic_and_what_is_printed_is_read_again(text in prop_oneof![nearly(), any::<String>()]) {
        match text.parse::<Filter>() {
            Ok(filter) => prop_assert_eq!(filter.to_string().parse(), Ok(filter), "{}", text),
            Err(fault) => {
                let length = text.chars().count();
                prop_assert!(fault.len > 0 && fault.at + fault.len <= length.max(1), "{} {:?}", text, fault);
            }
        }
    }

    #[test]
    fn what_is_put_together_is_read_again(clauses in prop::collection::vec(prop::collection::vec(terms(), 1..3), 0..4)) {
        let filter = Filter { clauses };
        let printed = filter.to_string();
        prop_assume!(printed.len() <= LONGEST);
        prop_assert_eq!(printed.parse(), Ok(filter), "{}", printed);
    }

    #[test]
    fn a_term_and_its_opposite_share_nothing_and_miss_nothing(term in terms(), body in prop_oneof![Just(BODY.to_owned()), any::<String>()]) {
        let message = message(&body);
        let subject = Subject::of(&message, NOW);
        let opposite = Term { negated: !term.negated, ..term.clone() };
        prop_assert!(term.matches(&subject) != opposite.matches(&subject));
    }
}
