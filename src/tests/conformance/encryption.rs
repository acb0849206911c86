//! Server-side encryption: which of the two kinds a queue has, and with which key. No SQS here has a KMS behind it.

use serde_json::{Value, json};

use super::{Sqs, cases};

const NAMES: [&str; 3] = ["KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "SqsManagedSseEnabled"];

async fn encryption(sqs: &Sqs, url: &str) -> Value {
    let input = json!({"QueueUrl": url, "AttributeNames": NAMES});
    sqs.call("GetQueueAttributes", input).await.unwrap()["Attributes"].take()
}

cases! {
    "Developer guide, Encryption at rest: new queues have SSE-SQS (recorded)"
    async fn a_queue_is_encrypted_by_sqs_from_the_beginning(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        assert_eq!(encryption(&sqs, &url).await, json!({"SqsManagedSseEnabled": "true"}));
        sqs.set(&url, json!({"SqsManagedSseEnabled": "true"})).await;
        assert_eq!(encryption(&sqs, &url).await, json!({"SqsManagedSseEnabled": "true"}));
    }

    "API reference, SetQueueAttributes: SqsManagedSseEnabled"
    async fn encryption_by_sqs_is_switched_off_and_on(sqs) {
        let url = sqs.queue("orders", json!({"SqsManagedSseEnabled": "false"})).await;
        assert_eq!(encryption(&sqs, &url).await, json!({"SqsManagedSseEnabled": "false"}));
        for value in ["yes", "1", ""] {
            let input = json!({"QueueUrl": url, "Attributes": {"SqsManagedSseEnabled": value}});
            assert_eq!(sqs.refused("SetQueueAttributes", input).await.code, "InvalidAttributeValue", "{value:?}");
        }
        sqs.set(&url, json!({"SqsManagedSseEnabled": "true"})).await;
        assert_eq!(encryption(&sqs, &url).await, json!({"SqsManagedSseEnabled": "true"}));
    }

    "API reference, SetQueueAttributes: KmsMasterKeyId, KmsDataKeyReusePeriodSeconds (recorded)"
    async fn a_key_takes_the_place_of_encryption_by_sqs(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let kms = json!({
            "KmsMasterKeyId": "testKeyId", "KmsDataKeyReusePeriodSeconds": "6000", "SqsManagedSseEnabled": "false",
        });
        sqs.set(&url, kms.clone()).await;
        assert_eq!(encryption(&sqs, &url).await, kms);
        let url = sqs.queue("others", json!({"KmsMasterKeyId": "testKeyId"})).await;
        assert_eq!(sqs.attribute(&url, "SqsManagedSseEnabled").await, "false", "without a word about it, too");
    }

    "API reference, SetQueueAttributes: KmsDataKeyReusePeriodSeconds, default 300"
    async fn a_data_key_is_used_for_five_minutes_unless_said_otherwise(sqs) {
        let url = sqs.queue("orders", json!({"KmsMasterKeyId": "alias/aws/sqs"})).await;
        assert_eq!(sqs.attribute(&url, "KmsDataKeyReusePeriodSeconds").await, "300");
    }

    "API reference, SetQueueAttributes: KmsDataKeyReusePeriodSeconds, between 60 and 86,400 seconds"
    async fn a_data_key_is_used_for_a_minute_to_a_day(sqs) {
        let url = sqs.queue("orders", json!({"KmsMasterKeyId": "alias/aws/sqs"})).await;
        for value in ["60", "86400"] {
            sqs.set(&url, json!({"KmsDataKeyReusePeriodSeconds": value})).await;
            assert_eq!(sqs.attribute(&url, "KmsDataKeyReusePeriodSeconds").await, value);
        }
        for value in ["59", "86401", "long", ""] {
            let input = json!({"QueueUrl": url, "Attributes": {"KmsDataKeyReusePeriodSeconds": value}});
            let refused = sqs.refused("SetQueueAttributes", input).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidAttributeValue", 400), "{value:?}");
        }
    }

    "API reference, SetQueueAttributes: KmsDataKeyReusePeriodSeconds applies to queues with a key"
    async fn without_a_key_there_is_no_data_key(sqs) {
        let url = sqs.queue("orders", json!({"KmsDataKeyReusePeriodSeconds": "600"})).await;
        assert_eq!(encryption(&sqs, &url).await, json!({"SqsManagedSseEnabled": "true"}));
    }

    "API reference, SetQueueAttributes: only one server-side encryption option is supported per queue (recorded)"
    async fn a_queue_has_one_kind_of_encryption_at_a_time(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let both = json!({"KmsMasterKeyId": "testKeyId", "SqsManagedSseEnabled": "true"});
        let refused = sqs.refused("SetQueueAttributes", json!({"QueueUrl": url, "Attributes": both})).await;
        assert_eq!((refused.code.as_str(), refused.status), ("InvalidAttributeName", 400));
        assert_eq!(
            refused.message,
            "You can use one type of server-side encryption (SSE) at one time. \
             You can either enable KMS SSE or SQS SSE."
        );
        let input = json!({"QueueName": sqs.name("others"), "Attributes": both});
        assert_eq!(sqs.refused("CreateQueue", input).await.code, "InvalidAttributeName");
    }

    "API reference, SetQueueAttributes: KmsMasterKeyId (recorded)"
    async fn a_key_that_is_removed_leaves_no_encryption(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        sqs.set(&url, json!({"KmsMasterKeyId": "testKeyId", "KmsDataKeyReusePeriodSeconds": "6000"})).await;
        sqs.set(&url, json!({"KmsMasterKeyId": "", "KmsDataKeyReusePeriodSeconds": "300"})).await;
        assert_eq!(encryption(&sqs, &url).await, json!({"SqsManagedSseEnabled": "false"}));
    }

    "API reference, SetQueueAttributes: only one server-side encryption option is supported per queue"
    async fn encryption_by_sqs_takes_the_place_of_a_key(sqs) {
        let kms = json!({"KmsMasterKeyId": "testKeyId", "KmsDataKeyReusePeriodSeconds": "600"});
        let url = sqs.queue("orders", kms).await;
        sqs.set(&url, json!({"SqsManagedSseEnabled": "true"})).await;
        assert_eq!(encryption(&sqs, &url).await, json!({"SqsManagedSseEnabled": "true"}));
    }

    "API reference, SetQueueAttributes: KmsMasterKeyId; KMS API reference, KeyId"
    async fn a_key_is_named_by_its_id_its_arn_or_an_alias(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for key in [
            "alias/aws/sqs",
            "alias/orders",
            "1234abcd-12ab-34cd-56ef-1234567890ab",
            "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "arn:aws:kms:eu-west-1:123456789012:alias/orders",
        ] {
            sqs.set(&url, json!({"KmsMasterKeyId": key})).await;
            assert_eq!(sqs.attribute(&url, "KmsMasterKeyId").await, key);
        }
        sqs.send(&url, "a").await;
        assert_eq!(sqs.receive(&url).await.len(), 1, "messages come through a queue with a key");
    }
}
