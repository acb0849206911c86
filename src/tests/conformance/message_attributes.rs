//! Message attributes and message system attributes: names, types, values, digests.

use serde_json::{Map, Value, json};

use super::cases;
use super::clients::Refusal;

const TRACE: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

/// Sends a message with these attributes.
async fn send(sqs: &super::Sqs, url: &str, attributes: Value) -> Result<Value, Refusal> {
    sqs.call("SendMessage", json!({"QueueUrl": url, "MessageBody": "test", "MessageAttributes": attributes})).await
}

/// Expects `InvalidParameterValue`; answers its sentence.
async fn refused(sqs: &super::Sqs, url: &str, attributes: Value) -> String {
    let said = attributes.to_string();
    let refused = send(sqs, url, attributes).await.expect_err(&said);
    assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400), "{said}");
    refused.message
}

fn text(value: &str) -> Value {
    json!({"DataType": "String", "StringValue": value})
}

fn number(value: &str) -> Value {
    json!({"DataType": "Number", "StringValue": value})
}

cases! {
    "Developer guide, Message metadata: each message can have up to 10 attributes"
    async fn ten_attributes_are_the_most(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let many = |count: usize| -> Value {
            (0..count).map(|n| (format!("a{n}"), text("v"))).collect::<Map<_, _>>().into()
        };
        send(&sqs, &url, many(10)).await.unwrap();
        assert_eq!(sqs.receive(&url).await[0]["MessageAttributes"].as_object().unwrap().len(), 10);
        assert_eq!(
            refused(&sqs, &url, many(11)).await,
            "Number of message attributes [11] exceeds the allowed maximum [10]."
        );
    }

    "Developer guide, Message metadata: message attribute components"
    async fn every_type_arrives_as_it_was_sent(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let attributes = json!({
            "text": text("grüße \u{1f600}\t\r\n"),
            "number": number("-12.5"),
            "binary": {"DataType": "Binary", "BinaryValue": "AAECgP8="},
            "custom.text": {"DataType": "String.json", "StringValue": "{}"},
            "custom.number": {"DataType": "Number.java.lang.Long", "StringValue": "1234567890123456789012"},
            "custom.binary": {"DataType": "Binary.png", "BinaryValue": "iVBORw=="},
        });
        let sent = send(&sqs, &url, attributes.clone()).await.unwrap();
        let got = sqs.receive(&url).await;
        assert_eq!(got[0]["MessageAttributes"], attributes);
        assert_eq!(got[0]["MD5OfMessageAttributes"], sent["MD5OfMessageAttributes"]);
    }

    "Developer guide, Message metadata: calculating the MD5 message digest for message attributes"
    async fn the_digest_covers_names_types_and_values(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for (attributes, digest) in [
            (json!({"MyAttribute": text("foobar")}), "adb59cd4678ea5a855436b949cd07ab6"),
            (json!({"Foo": text("Bar")}), "ae7155c6026991b6d54b11589678bf9c"),
            (json!({"timestamp": number("1493147359900")}), "235c5c510d26fb653d073faed50ae77c"),
        ] {
            assert_eq!(send(&sqs, &url, attributes).await.unwrap()["MD5OfMessageAttributes"], digest);
        }
        let bytes = json!({"attr1": {
            "DataType": "Binary",
            "BinaryValue": "dHJhY2VwYXJlbnQeMDAtNzc0MDYyZDZjMzcwODFhNWEwYjliNWI4OGUzMDYyN2MtMmQyNDgyMjExZjY0ODlkYS0wMQ==",
        }});
        let digest = "8cbe4db156db8a94db8b801b7addb984";
        assert_eq!(send(&sqs, &url, bytes).await.unwrap()["MD5OfMessageAttributes"], digest);
    }

    "Developer guide, Message metadata: the digest is sorted by name"
    async fn the_order_of_attributes_does_not_matter(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let one = send(&sqs, &url, json!({"b": text("2"), "a": text("1"), "B": text("3")})).await.unwrap();
        let other = send(&sqs, &url, json!({"B": text("3"), "a": text("1"), "b": text("2")})).await.unwrap();
        assert_eq!(one["MD5OfMessageAttributes"], other["MD5OfMessageAttributes"]);
    }

    "Developer guide, Message metadata: Name, up to 256 characters, letters, digits, underscore, hyphen and period"
    async fn names_keep_to_their_characters_and_their_length(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for good in ["a", "A-z_0.9", "AWSome", "amazonas", &"n".repeat(255)] {
            send(&sqs, &url, json!({good: text("v")})).await.unwrap();
        }
        for bad in ["a b", "a!", "a\"", "a§", "a(", "a?", "a/b", "a:b", &"n".repeat(257)] {
            refused(&sqs, &url, json!({bad: text("v")})).await;
        }
    }

    "Developer guide, Message metadata: Name; letters of other alphabets as recorded from SQS"
    async fn names_may_have_the_letters_of_other_alphabets(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        send(&sqs, &url, json!({"attr.1øßä": text("Valida")})).await.unwrap();
        assert_eq!(sqs.receive(&url).await[0]["MessageAttributes"]["attr.1øßä"]["StringValue"], "Valida");
    }

    "Developer guide, Message metadata: Name, can't start with AWS. or Amazon. (or any casing variations)"
    async fn some_beginnings_of_names_are_reserved(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for bad in ["AWS.x", "aWs.x", "Amazon.x", "AMAZON.x", "aws."] {
            let message = refused(&sqs, &url, json!({bad: text("v")})).await;
            assert!(message.contains("reserved"), "{message}");
        }
    }

    "Developer guide, Message metadata: Name, must not start or end with a period or have periods in a sequence"
    async fn periods_stand_alone_inside_a_name(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for bad in [".a", "a.", ".", "a..b"] {
            refused(&sqs, &url, json!({bad: text("v")})).await;
        }
    }

    "Developer guide, Message metadata: Name is case-sensitive"
    async fn names_differ_by_their_case(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        send(&sqs, &url, json!({"name": text("lower"), "NAME": text("upper")})).await.unwrap();
        let got = sqs.receive_with(&url, json!({"MessageAttributeNames": ["NAME"]})).await;
        assert_eq!(got[0]["MessageAttributes"], json!({"NAME": text("upper")}));
    }

    "Developer guide, Message metadata: Type, up to 256 characters, case-sensitive; String, Number and Binary"
    async fn types_are_one_of_three_with_a_label(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for bad in ["Strange", "string", "NUMBER", "Stringy", "StringList"] {
            assert_eq!(
                refused(&sqs, &url, json!({"a": {"DataType": bad, "StringValue": "v"}})).await,
                "The type of message (user) attribute 'a' is invalid. You must use only the following supported type prefixes: Binary, Number, String."
            );
        }
        let long = |length: usize| json!({"a": {"DataType": format!("String.{}", "x".repeat(length - 7)), "StringValue": "v"}});
        send(&sqs, &url, long(255)).await.unwrap();
        refused(&sqs, &url, long(257)).await;
    }

    "API reference, MessageAttributeValue: DataType, Required: Yes"
    #[only(boto3)]
    async fn a_type_is_needed(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let message = refused(&sqs, &url, json!({"a": {"StringValue": "v"}})).await;
        assert!(message.contains("non-empty message attribute type"), "{message}");
    }

    "API reference, MessageAttributeValue: name, type, value and the message body must not be empty or null"
    async fn names_types_and_values_are_not_empty(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        assert_eq!(
            refused(&sqs, &url, json!({"ErrorDetails": text("")})).await,
            "Message (user) attribute 'ErrorDetails' must contain a non-empty value of type 'String'."
        );
        refused(&sqs, &url, json!({"a": {"DataType": "Binary", "BinaryValue": ""}})).await;
        refused(&sqs, &url, json!({"a": number("")})).await;
        refused(&sqs, &url, json!({"a": {"DataType": "String"}})).await;
        refused(&sqs, &url, json!({"a": {"DataType": "", "StringValue": "v"}})).await;
        refused(&sqs, &url, json!({"": text("v")})).await;
    }

    "API reference, MessageAttributeValue: StringValue, BinaryValue"
    async fn a_value_stands_where_its_type_says(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        refused(&sqs, &url, json!({"a": {"DataType": "String", "BinaryValue": "AAE="}})).await;
        refused(&sqs, &url, json!({"a": {"DataType": "Number", "BinaryValue": "AAE="}})).await;
        refused(&sqs, &url, json!({"a": {"DataType": "Binary", "StringValue": "v"}})).await;
        refused(&sqs, &url, json!({"a": {"DataType": "String", "StringValue": "v", "BinaryValue": "AAE="}})).await;
    }

    "API reference, MessageAttributeValue: StringListValues and BinaryListValues are not implemented"
    async fn lists_are_not_supported(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for list in [json!({"StringListValues": ["v"]}), json!({"BinaryListValues": ["AAE="]})] {
            let mut attribute = list;
            attribute["DataType"] = json!("String");
            let refused = send(&sqs, &url, json!({"a": attribute})).await.unwrap_err();
            assert_eq!(refused.code, "AWS.SimpleQueueService.UnsupportedOperation");
            assert_eq!(refused.status, 400);
        }
        assert!(sqs.receive(&url).await.is_empty());
    }

    "Developer guide, Message metadata: Value, the same restrictions as the message body"
    async fn values_have_the_characters_of_a_body(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for bad in ["\u{8}", "\u{b}", "\u{0}", "\u{ffff}"] {
            let message = refused(&sqs, &url, json!({"a": text(&format!("Invalid-{bad}"))})).await;
            assert!(message.contains("Invalid characters found"), "{message}");
        }
    }

    "Developer guide, Message metadata: Number, up to 38 digits of precision"
    async fn a_number_has_thirty_eight_digits_at_most(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let digits = |count: usize| "123456789".chars().cycle().take(count).collect::<String>();
        for good in [digits(38), format!("-{}", digits(38)), format!("{}.{}", digits(19), digits(19))] {
            send(&sqs, &url, json!({"a": number(&good)})).await.unwrap();
        }
        for bad in [digits(39), format!("{}.{}", digits(20), digits(19))] {
            refused(&sqs, &url, json!({"a": number(&bad)})).await;
        }
    }

    "Developer guide, Message metadata: Number, between 10^-128 and 10^+126"
    async fn a_number_has_a_range(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for good in [format!("1{}", "0".repeat(126)), format!("0.{}1", "0".repeat(127)), "0".into(), "-7".into()] {
            send(&sqs, &url, json!({"a": number(&good)})).await.unwrap();
        }
        for bad in [format!("1{}", "0".repeat(127)), format!("0.{}1", "0".repeat(128))] {
            refused(&sqs, &url, json!({"a": number(&bad)})).await;
        }
    }

    "Developer guide, Message metadata: Number attributes can store positive or negative numerical values"
    async fn what_is_no_number_is_refused(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for bad in ["Hello", "1,5", "0x1f", "NaN", "1 2", "--1"] {
            assert_eq!(
                refused(&sqs, &url, json!({"Age": number(bad)})).await,
                "Can't cast the value of message (user) attribute 'Age' to a number."
            );
        }
        refused(&sqs, &url, json!({"Age": {"DataType": "Number.int", "StringValue": "x"}})).await;
    }

    "API reference, SendMessage: MessageSystemAttributes, AWSTraceHeader"
    async fn the_trace_header_is_delivered_and_has_a_digest_of_its_own(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let input = json!({"QueueUrl": url, "MessageBody": "test",
            "MessageAttributes": {"timestamp": number("1493147359900")},
            "MessageSystemAttributes": {"AWSTraceHeader": text(TRACE)}});
        let sent = sqs.call("SendMessage", input).await.unwrap();
        assert_eq!(sent["MD5OfMessageSystemAttributes"], "5ae4d5d7636402d80f4eb6d213245a88");
        assert_eq!(sent["MD5OfMessageAttributes"], "235c5c510d26fb653d073faed50ae77c");
        let got = sqs.receive(&url).await;
        assert_eq!(got[0]["Attributes"]["AWSTraceHeader"], TRACE);
        assert_eq!(got[0]["MessageAttributes"], json!({"timestamp": number("1493147359900")}));
    }

    "AWS X-Ray developer guide, Amazon SQS and X-Ray: the default HTTP header"
    #[only(http)]
    async fn the_trace_header_of_the_request_is_delivered(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let headers = [
            ("content-type", "application/x-amz-json-1.0"), ("x-amz-target", "AmazonSQS.SendMessage"),
            ("x-amzn-trace-id", TRACE),
        ];
        let body = json!({"QueueUrl": url, "MessageBody": "a"}).to_string();
        assert_eq!(sqs.http("POST", "/", &headers, &body).await.status, 200);
        assert_eq!(sqs.receive(&url).await[0]["Attributes"]["AWSTraceHeader"], TRACE);
    }

    "API reference, SendMessage: the size of a message system attribute doesn't count"
    async fn the_trace_header_does_not_count_in_the_size(sqs) {
        let url = sqs.queue("orders", json!({"MaximumMessageSize": "1024"})).await;
        let input = json!({"QueueUrl": url, "MessageBody": "x".repeat(1024),
            "MessageSystemAttributes": {"AWSTraceHeader": text(TRACE)}});
        sqs.call("SendMessage", input).await.unwrap();
    }

    "API reference, SendMessage: MessageSystemAttributes, the only supported one is AWSTraceHeader"
    async fn other_system_attributes_are_refused(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let input = json!({"QueueUrl": url, "MessageBody": "a", "MessageSystemAttributes": {"SenderId": text("me")}});
        let refused = sqs.refused("SendMessage", input).await;
        assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
        assert!(refused.message.contains("SenderId"), "{}", refused.message);
    }

    "API reference, SendMessage: MessageSystemAttributes, its type must be String"
    async fn the_trace_header_is_a_string(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for bad in [number("1"), json!({"DataType": "Binary", "BinaryValue": "AAE="}), text("")] {
            let input = json!({"QueueUrl": url, "MessageBody": "a", "MessageSystemAttributes": {"AWSTraceHeader": bad}});
            assert_eq!(sqs.refused("SendMessage", input).await.code, "InvalidParameterValue", "{bad}");
        }
    }

    "Developer guide, Message metadata: a name, a type, a value that break the rules, each in its entry"
    async fn attributes_of_an_entry_keep_the_same_rules(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let many: Map<_, _> = (0..11).map(|n| (format!("a{n}"), text("v"))).collect();
        let bad = [
            json!({"AWS.x": text("v")}), json!({"a": text("")}), json!({"a": number("x")}), many.into(),
            json!({"a": {"DataType": "Strange", "StringValue": "v"}}), json!({"a": text("\u{1}")}),
        ];
        let mut entries = vec![json!({"Id": "good", "MessageBody": "good", "MessageAttributes": {"a": text("v")}})];
        for (n, attributes) in bad.iter().enumerate() {
            entries.push(json!({"Id": format!("bad{n}"), "MessageBody": "bad", "MessageAttributes": attributes}));
        }
        let answer = sqs.call("SendMessageBatch", json!({"QueueUrl": url, "Entries": entries})).await.unwrap();
        assert_eq!(answer["Successful"].as_array().unwrap().len(), 1, "{answer}");
        let failed = answer["Failed"].as_array().unwrap();
        assert_eq!(failed.len(), bad.len(), "{answer}");
        for entry in failed {
            assert_eq!((&entry["Code"], &entry["SenderFault"]), (&json!("InvalidParameterValue"), &json!(true)));
        }
        assert_eq!(sqs.receive(&url).await.len(), 1);
    }
}
