//! Envelopes as they come in the real world, what must not be taken for one, and bombs.

use std::io::Write;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::AttributeValue;
use crate::model::binary::base64;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::default());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn sns(message: &str) -> String {
    json!({
        "Type": "Notification", "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": "arn:aws:sns:eu-west-1:111122223333:orders", "Subject": "placed", "Message": message,
        "Timestamp": "2026-11-20T12:00:00.000Z",
        "MessageAttributes": { "event": { "Type": "String", "Value": "order.placed" } },
    })
    .to_string()
}

fn event(detail: &str) -> String {
    format!(
        r#"{{"version":"0","id":"e1","detail-type":"Order Paid","source":"shop.checkout","account":"111122223333",
        "time":"2026-11-20T12:00:00Z","region":"eu-west-1","resources":["arn:aws:x"],"detail":{detail}}}"#
    )
}

fn path(body: &str) -> String {
    let names: Vec<_> = peel(body, &BTreeMap::new()).0.iter().map(|layer| layer.name).collect();
    names.join(" › ")
}

fn last(body: &str) -> Layer {
    peel(body, &BTreeMap::new()).0.pop().unwrap()
}

fn text(layer: &Layer) -> &str {
    match &layer.content {
        Content::Text(text) => text,
        Content::Bytes(bytes) => panic!("{bytes:?}"),
    }
}

fn said<'a>(layers: &'a Layers, label: &str) -> Option<&'a str> {
    layers.0.iter().flat_map(|layer| &layer.facts).find(|fact| fact.0 == label).map(|fact| fact.1.as_str())
}

#[test]
fn envelopes_of_the_real_world() {
    let order = r#"{"order":{"id":12345678901234567890123,"total":1.10}}"#;
    let logs = json!({
        "messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "/aws/lambda/x", "logStream": "s",
        "subscriptionFilters": ["f"], "logEvents": [{ "id": "1", "timestamp": 1, "message": "m" }],
    })
    .to_string();
    let alarm = json!({
        "AlarmName": "depth", "OldStateValue": "OK", "NewStateValue": "ALARM", "NewStateReason": "too many",
        "Trigger": { "MetricName": "Depth", "Namespace": "AWS/SQS" },
    })
    .to_string();
    let call = base64(br#"[[88121], {"locale": "de_DE"}, {"chain": null}]"#);
    let celery = json!({
        "body": call, "content-encoding": "utf-8", "content-type": "application/json",
        "headers": { "task": "crm.send_mail", "id": "t-1", "retries": 5 },
        "properties": { "body_encoding": "base64", "delivery_info": { "routing_key": "emails" } },
    })
    .to_string();
    let upload = json!({ "Records": [{
        "eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "eventTime": "t",
        "s3": { "bucket": { "name": "b" }, "object": { "key": "a+b%C3%A9", "size": 2048 } },
    }] })
    .to_string();
    let of_s3 = r#"{"bucket":{"name":"b"},"object":{"key":"k","size":1},"request-id":"r","requester":"a","reason":"PutObject"}"#;
    let pointer = r#"["software.amazon.payloadoffloading.PayloadS3Pointer",{"s3BucketName":"b","s3Key":"k"}]"#;
    let first = r#"{"task":"a.b","id":"1","args":[1],"kwargs":{},"retries":0}"#;
    let table = [
        (order.to_owned(), "SQS body › JSON"),
        ("<a><b/></a>".to_owned(), "SQS body › XML"),
        ("hello".to_owned(), "SQS body"),
        (sns("hello"), "SQS body › SNS notification › text"),
        (sns(order), "SQS body › SNS notification › JSON"),
        (sns(&event(order)), "SQS body › SNS notification › EventBridge event › detail"),
        (event(of_s3), "SQS body › EventBridge event › S3 event"),
        (sns(&upload), "SQS body › SNS notification › S3 event"),
        (sns(&alarm), "SQS body › SNS notification › CloudWatch alarm"),
        (r#"{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}"#.to_owned(), "SQS body › S3 event"),
        (celery.clone(), "SQS body › Celery task › base64 › JSON"),
        (base64(celery.as_bytes()), "SQS body › base64 › Celery task › base64 › JSON"),
        (first.to_owned(), "SQS body › Celery task"),
        (pointer.to_owned(), "SQS body › S3 pointer"),
        (base64(&gzip(order.as_bytes())), "SQS body › base64 › gzip › JSON"),
        (base64(&zlib(order.as_bytes())), "SQS body › base64 › zlib › JSON"),
        (base64(&deflate(order.as_bytes())), "SQS body › base64 › deflate › JSON"),
        (base64(&gzip(b"<a/>")), "SQS body › base64 › gzip › XML"),
        (base64(b"a sentence of words"), "SQS body › base64"),
        (base64(base64(order.as_bytes()).as_bytes()), "SQS body › base64 › base64 › JSON"),
        (serde_json::to_string(order).unwrap(), "SQS body › JSON text › JSON"),
        (
            json!({ "awslogs": { "data": base64(&gzip(logs.as_bytes())) } }).to_string(),
            "SQS body › CloudWatch logs › base64 › gzip › CloudWatch logs",
        ),
    ];
    for (body, expected) in table {
        assert_eq!(path(&body), expected, "{body}");
    }
    let layers = peel(&celery, &BTreeMap::new());
    for (label, value) in [
        ("Task", "crm.send_mail"),
        ("Arguments", "[88121]"),
        ("Named arguments", r#"{"locale": "de_DE"}"#),
        ("Retries", "5"),
        ("Routing key", "emails"),
    ] {
        assert_eq!(said(&layers, label), Some(value), "{label}");
    }
    assert_eq!(said(&peel(&upload, &BTreeMap::new()), "Key"), Some("a bé\nwritten a+b%C3%A9"));
    assert_eq!(said(&peel(&alarm, &BTreeMap::new()), "State"), Some("OK → ALARM"));
    let layers = peel(&sns(&event(order)), &BTreeMap::new());
    for (label, value) in
        [("Topic", "orders"), ("SNS attributes", "event (String) = order.placed"), ("Detail type", "Order Paid")]
    {
        assert_eq!(said(&layers, label), Some(value), "{label}");
    }
    assert_eq!((layers.best(), text(&layers.0[3])), (3, order), "every digit");
}

#[test]
fn what_only_looks_like_an_envelope_stays_what_it_is() {
    let table = [
        (r#"{"Type":"Notification","Message":"x"}"#, "SQS body › JSON"),
        (r#"{"Type":"Invoice","TopicArn":"arn:x","MessageId":"1","Message":"x"}"#, "SQS body › JSON"),
        (r#"{"detail-type":"x","detail":{}}"#, "SQS body › JSON"),
        (r#"{"Records":[{"eventSource":"aws:sqs"}]}"#, "SQS body › JSON"),
        (r#"{"Records":[]}"#, "SQS body › JSON"),
        (r#"{"awslogs":{"data":"not packed"}}"#, "SQS body › CloudWatch logs › text"),
        (r#"["com.example.S3Pointer",{"s3BucketName":"b","s3Key":"k"}]"#, "SQS body › JSON"),
        (r#""just words""#, "SQS body"),
        ("42", "SQS body"),
        ("{\"a\":1", "SQS body"),
        ("d41d8cd98f00b204e9800998ecf8427e", "SQS body"),
        ("3fa85f64-5717-4562-b3fc-2c963f66afa6", "SQS body"),
        ("abcdefghijklmnopqrstuvwxyz", "SQS body"),
        ("", "SQS body"),
        ("   ", "SQS body"),
    ];
    for (body, expected) in table {
        assert_eq!(path(body), expected, "{body}");
    }
    let mut broken = gzip(b"{\"a\":1}");
    broken.truncate(20);
    assert_eq!(path(&base64(&broken)), "SQS body › base64", "damaged");
    let said = |bytes: &[u8]| last(&base64(bytes)).notes.join(" ");
    assert_eq!(said(&broken), "Looks like gzip, but cannot be unpacked: it ends before it is complete.");
    let mut broken = gzip(b"{\"a\":1}");
    broken[12] ^= 0xff;
    assert_eq!(said(&broken), "Looks like gzip, but cannot be unpacked: its data is damaged.");
    assert_eq!(
        said(&[0x78, 0x9c, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5, 6]),
        "Looks like zlib, but cannot be unpacked: its data is damaged."
    );
    assert_eq!(said(&[0, 1, 2, 253, 254, 255, 0, 1, 2, 3, 4, 5, 6]), "");
    assert_eq!(path(&base64(&[0, 1, 2, 253, 254, 255, 0, 1, 2, 3, 4, 5, 6])), "SQS body › base64", "bytes");
}

#[test]
fn the_pointer_tells_where_and_how_large_in_both_formats() {
    for (class, marker) in [
        ("software.amazon.payloadoffloading.PayloadS3Pointer", "ExtendedPayloadSize"),
        ("com.amazon.sqs.javamessaging.MessageS3Pointer", "SQSLargePayloadSize"),
    ] {
        let body = json!([class, { "s3BucketName": "b", "s3Key": "k" }]).to_string();
        let size = MessageAttribute { data_type: "Number".into(), value: AttributeValue::Text("300000".into()) };
        let layers = peel(&body, &[(marker.to_owned(), size)].into());
        assert_eq!(said(&layers, "Address"), Some("s3://b/k"));
        assert!(said(&layers, "Size").is_some_and(|size| size.contains(marker) && size.contains("KiB")));
        assert!(layers.0[1].notes[0].contains("not fetched") && layers.0[1].notes.len() == 1);
        assert_eq!(peel(&body, &BTreeMap::new()).0[1].notes.len(), 2, "without its marker");
    }
}

#[test]
fn bombs_stop_and_say_so() {
    let nothing = vec![b' '; 64 << 20];
    let layer = last(&base64(&gzip(&nothing)));
    assert_eq!(layer.name, "gzip");
    assert!(layer.content.size() <= pack::UNPACKED && layer.notes[0].starts_with("Stops at"), "{:?}", layer.notes);
    // Below the ratio, above the size.
    let mut seed = 1_u32;
    let noise = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b"0123456789abcdef"[(seed >> 28) as usize]
    });
    let mut line: Vec<u8> = noise.take(900).collect();
    line.push(b'\n');
    let lines: Vec<u8> = line.iter().copied().cycle().take(200_000).collect();
    let packed: Vec<u8> = (0..60).flat_map(|n: u32| gzip(&[format!("{n}").as_bytes(), &lines].concat())).collect();
    let layer = last(&base64(&packed));
    assert!(
        layer
            .notes
            .iter()
            .any(|note| note.starts_with("Stops at 8\u{a0}MiB") || note.starts_with("Stops at 100 times")),
        "{:?}",
        layer.notes
    );
    assert!(layer.content.size() <= pack::UNPACKED);
    // A bomb in a bomb.
    let twice = last(&base64(&gzip(base64(&gzip(&nothing)).as_bytes())));
    assert!(twice.content.size() <= pack::UNPACKED);
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    assert_eq!(path(&deep), "SQS body");
    let xml = "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;\">]><a>&c;&c;</a>";
    assert_eq!(path(xml), "SQS body › XML");
}

#[test]
fn layers_end_somewhere() {
    let mut body = "{\"a\":1}".to_owned();
    for _ in 0..20 {
        body = base64(body.as_bytes());
    }
    let layers = peel(&body, &BTreeMap::new());
    assert_eq!(layers.0.len(), DEEPEST);
    assert!(layers.0.last().unwrap().notes[0].starts_with("Stops at 8 layers"));
    let quoted = (0..12).fold("[1]".to_owned(), |body, _| serde_json::to_string(&body).unwrap());
    assert_eq!(peel(&quoted, &BTreeMap::new()).0.len(), DEEPEST);
    let wide = format!("[{}]", "{},".repeat(300_000) + "{}");
    let began = Instant::now();
    let shown = last(&wide).shown();
    assert!(shown.text.len() <= 2 << 20 && began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

proptest! {
    /// Whatever is sent: no panic, bounded layers, and the body first, as it is.
    #[test]
    fn any_text_is_peeled(body in ".{0,200}") {
        let layers = peel(&body, &BTreeMap::new());
        prop_assert!((1..=DEEPEST).contains(&layers.0.len()) && layers.best() < layers.0.len());
        prop_assert_eq!(text(&layers.0[0]), body);
        for layer in &layers.0 {
            layer.shown();
        }
    }

    /// Any bytes in base64, also as the rest of a gzip or zlib head, are shown or unpacked, never lost.
    #[test]
    fn any_bytes_are_peeled(head in 0..4_usize, bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let heads: [&[u8]; 4] = [&[], &[0x1f, 0x8b, 8, 0], &[0x78, 0x9c], b"PK\x03\x04"];
        let bytes = [heads[head], &bytes].concat();
        for layer in peel(&base64(&bytes), &BTreeMap::new()).0 {
            prop_assert!(layer.content.size() <= 200 * pack::RATIO + 400);
            layer.shown();
        }
    }

    /// Whatever is packed in any order is unpacked again, to the byte.
    #[test]
    fn what_is_wrapped_comes_out(value in "[ -~é]{0,40}", wraps in proptest::collection::vec(0..5_usize, 0..4)) {
        let inner = json!({ "value": value }).to_string();
        let body = wraps.iter().fold(inner.clone(), |body, wrap| match wrap {
            0 => base64(&gzip(body.as_bytes())),
            1 => base64(&zlib(body.as_bytes())),
            2 => serde_json::to_string(&body).unwrap(),
            3 => sns(&body),
            _ => event(&body),
        });
        let layers = peel(&body, &BTreeMap::new());
        if layers.0.iter().all(|layer| layer.notes.is_empty()) && !wraps.contains(&4) {
            prop_assert_eq!(text(&layers.0[layers.best()]), inner);
        }
    }

    /// JSON with brackets and quotes in odd places.
    #[test]
    fn almost_json_is_peeled(body in r#"[{}\[\]":,\\a1 ]{0,60}"#) {
        for layer in peel(&body, &BTreeMap::new()).0 {
            layer.shown();
        }
    }
}
