//! Tags of queues.

use serde_json::{Map, Value, json};

use super::{Sqs, cases};

async fn tag(sqs: &Sqs, url: &str, tags: Value) {
    sqs.call("TagQueue", json!({"QueueUrl": url, "Tags": tags})).await.unwrap();
}

async fn untag(sqs: &Sqs, url: &str, keys: &[&str]) {
    sqs.call("UntagQueue", json!({"QueueUrl": url, "TagKeys": keys})).await.unwrap();
}

async fn tags(sqs: &Sqs, url: &str) -> Value {
    sqs.call("ListQueueTags", json!({"QueueUrl": url})).await.unwrap()["Tags"].take()
}

/// Asserts that a tag is refused, and that nothing of its request is kept.
async fn is_refused(sqs: &Sqs, url: &str, key: &str, value: &str) {
    let refused = sqs.refused("TagQueue", json!({"QueueUrl": url, "Tags": {"good": "tag", key: value}})).await;
    assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400), "{key} {value}");
    assert_eq!(tags(sqs, url).await, Value::Null, "{key} {value}");
}

cases! {
    "API reference, CreateQueue: tags (recorded)"
    async fn a_queue_can_be_made_with_tags(sqs) {
        let wanted = json!({"tag1": "value1", "tag2": "value2"});
        let made = sqs.call("CreateQueue", json!({"QueueName": sqs.name("orders"), "tags": wanted})).await.unwrap();
        assert_eq!(tags(&sqs, made["QueueUrl"].as_str().unwrap()).await, wanted);
    }

    "API reference, TagQueue, UntagQueue, ListQueueTags (recorded)"
    async fn tags_come_and_go(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        assert_eq!(tags(&sqs, &url).await, Value::Null);
        tag(&sqs, &url, json!({"tag1": "value1", "tag2": "value2", "tag3": ""})).await;
        assert_eq!(tags(&sqs, &url).await, json!({"tag1": "value1", "tag2": "value2", "tag3": ""}));
        untag(&sqs, &url, &["tag1", "tag3"]).await;
        assert_eq!(tags(&sqs, &url).await, json!({"tag2": "value2"}));
        untag(&sqs, &url, &["tag2"]).await;
        assert_eq!(tags(&sqs, &url).await, Value::Null);
    }

    "API reference, TagQueue: a new tag with an existing key overwrites the tag (recorded)"
    async fn a_tag_overwrites_the_one_with_its_key(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        tag(&sqs, &url, json!({"tag1": "value1", "tag2": "value2"})).await;
        tag(&sqs, &url, json!({"tag1": "VALUE1", "tag3": "value3"})).await;
        assert_eq!(tags(&sqs, &url).await, json!({"tag1": "VALUE1", "tag2": "value2", "tag3": "value3"}));
    }

    "API reference, TagQueue: tags are case-sensitive (recorded)"
    async fn keys_differ_by_their_case(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        tag(&sqs, &url, json!({"MyTag": "value1", "mytag": "value2"})).await;
        untag(&sqs, &url, &["MYTAG"]).await;
        assert_eq!(tags(&sqs, &url).await, json!({"MyTag": "value1", "mytag": "value2"}));
    }

    "API reference, UntagQueue (recorded)"
    async fn a_tag_that_is_not_there_can_be_removed(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        tag(&sqs, &url, json!({"tag1": "value1", "tag2": "value2"})).await;
        untag(&sqs, &url, &["tag1", "tag3"]).await;
        assert_eq!(tags(&sqs, &url).await, json!({"tag2": "value2"}));
    }

    "Developer guide, Amazon SQS standard queue quotas: Queue tag, no more than 50"
    async fn a_queue_has_fifty_tags_at_most(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let many = |count: usize| (0..count).map(|number| (format!("k{number}"), json!("v"))).collect::<Map<_, _>>();
        let refused = sqs.refused("TagQueue", json!({"QueueUrl": url, "Tags": many(51)})).await;
        assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
        assert!(refused.message.starts_with("Too many tags added for queue"), "{}", refused.message);
        assert_eq!(tags(&sqs, &url).await, Value::Null);
        tag(&sqs, &url, many(50).into()).await;
        tag(&sqs, &url, json!({"k0": "w"})).await;
        let more = json!({"QueueUrl": url, "Tags": {"another": "v"}});
        assert_eq!(sqs.refused("TagQueue", more).await.code, "InvalidParameterValue");
    }

    "Developer guide, Amazon SQS standard queue quotas: Queue tag, a key has at most 128 characters and is not empty"
    async fn a_key_has_one_to_128_characters(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        is_refused(&sqs, &url, "", "v").await;
        is_refused(&sqs, &url, &"k".repeat(129), "v").await;
        let longest = "é".repeat(128);
        tag(&sqs, &url, json!({longest.as_str(): "v"})).await;
        assert_eq!(tags(&sqs, &url).await, json!({longest: "v"}), "characters count, not bytes");
    }

    "Developer guide, Amazon SQS standard queue quotas: Queue tag, a value has at most 256 characters"
    async fn a_value_has_256_characters_at_most(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        is_refused(&sqs, &url, "k", &"v".repeat(257)).await;
        let longest = "é".repeat(256);
        tag(&sqs, &url, json!({"k": longest})).await;
        assert_eq!(tags(&sqs, &url).await, json!({"k": longest}));
    }

    "Developer guide, Amazon SQS standard queue quotas: Queue tag, letters, digits, whitespace and _ . : / = + - @"
    async fn tags_have_letters_digits_spaces_and_eight_signs(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for sign in ["!", "#", "<", "\"", "✓"] {
            is_refused(&sqs, &url, &format!("k{sign}"), "v").await;
            is_refused(&sqs, &url, "k", &format!("v{sign}")).await;
        }
        tag(&sqs, &url, json!({"Größe 1_.:/=+-@": "数 2_.:/=+-@"})).await;
        assert_eq!(tags(&sqs, &url).await, json!({"Größe 1_.:/=+-@": "数 2_.:/=+-@"}));
    }

    "Developer guide, Amazon SQS standard queue quotas: Queue tag, the reserved prefix aws:"
    async fn tags_do_not_begin_like_those_of_aws(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        is_refused(&sqs, &url, "aws:k", "v").await;
        is_refused(&sqs, &url, "k", "aws:v").await;
        let untag = json!({"QueueUrl": url, "TagKeys": ["aws:k"]});
        assert_eq!(sqs.refused("UntagQueue", untag).await.code, "InvalidParameterValue");
        tag(&sqs, &url, json!({"aws": "aws", "my-aws:k": "v"})).await;
    }

    "API reference, TagQueue: Tags is required"
    async fn tagging_with_nothing_is_refused(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let refused = sqs.refused("TagQueue", json!({"QueueUrl": url, "Tags": {}})).await;
        assert_eq!((refused.code.as_str(), refused.status), ("MissingParameter", 400));
        assert_eq!(refused.message, "The request must contain the parameter Tags.");
    }

    "API reference, UntagQueue: TagKeys is required"
    async fn untagging_nothing_is_refused(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let refused = sqs.refused("UntagQueue", json!({"QueueUrl": url, "TagKeys": []})).await;
        assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
    }

    "Developer guide, Amazon SQS standard queue quotas: Queue tag, at creation"
    async fn a_queue_with_a_tag_that_is_refused_is_not_made(sqs) {
        let input = json!({"QueueName": sqs.name("orders"), "tags": {"aws:k": "v"}});
        assert_eq!(sqs.refused("CreateQueue", input).await.code, "InvalidParameterValue");
        assert!(sqs.call("GetQueueUrl", json!({"QueueName": sqs.name("orders")})).await.is_err());
    }
}
