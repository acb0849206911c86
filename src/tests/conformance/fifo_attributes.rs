//! Attributes that FIFO queues alone have.

use serde_json::{Value, json};

use super::{Sqs, cases};

/// The code with which setting is refused, and its sentence.
async fn refused(sqs: &Sqs, url: &str, attributes: Value) -> (String, String) {
    let refused = sqs.refused("SetQueueAttributes", json!({"QueueUrl": url, "Attributes": attributes})).await;
    assert_eq!(refused.status, 400);
    (refused.code, refused.message)
}

cases! {
    "API reference, CreateQueue: FifoQueue, you can't change it for an existing queue (recorded)"
    async fn a_standard_queue_stays_one(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for value in ["true", "false"] {
            let (code, message) = refused(&sqs, &url, json!({"FifoQueue": value})).await;
            assert_eq!((code.as_str(), message.as_str()), ("InvalidAttributeName", "Unknown Attribute FifoQueue."));
        }
    }

    "API reference, CreateQueue: FifoQueue, you can't change it for an existing queue (recorded)"
    async fn a_fifo_queue_stays_one(sqs) {
        let url = sqs.queue("orders.fifo", json!({})).await;
        sqs.set(&url, json!({"FifoQueue": "true"})).await;
        let (code, message) = refused(&sqs, &url, json!({"FifoQueue": "false"})).await;
        assert_eq!(code, "InvalidAttributeValue");
        assert_eq!(
            message,
            "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported."
        );
        assert_eq!(sqs.attribute(&url, "FifoQueue").await, "true");
    }

    "API reference, SetQueueAttributes: attributes that apply only to FIFO queues"
    async fn a_standard_queue_takes_no_attributes_of_fifo_queues(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for (name, value) in [
            ("ContentBasedDeduplication", "true"),
            ("DeduplicationScope", "messageGroup"),
            ("FifoThroughputLimit", "perQueue"),
        ] {
            assert_eq!(refused(&sqs, &url, json!({name: value})).await.0, "InvalidAttributeName", "{name}");
        }
    }

    "API reference, CreateQueue: ContentBasedDeduplication, true and false (recorded)"
    async fn deduplication_by_content_is_switched_on_and_off(sqs) {
        let url = sqs.queue("orders.fifo", json!({"ContentBasedDeduplication": "true"})).await;
        assert_eq!(sqs.attribute(&url, "ContentBasedDeduplication").await, "true");
        sqs.set(&url, json!({"ContentBasedDeduplication": "false"})).await;
        assert_eq!(sqs.attribute(&url, "ContentBasedDeduplication").await, "false");
        for value in ["yes", "1", ""] {
            let code = refused(&sqs, &url, json!({"ContentBasedDeduplication": value})).await.0;
            assert_eq!(code, "InvalidAttributeValue", "{value:?}");
        }
    }

    "API reference, SetQueueAttributes: DeduplicationScope, messageGroup and queue"
    async fn duplicates_are_sought_in_the_queue_or_in_the_group(sqs) {
        let url = sqs.queue("orders.fifo", json!({"DeduplicationScope": "messageGroup"})).await;
        assert_eq!(sqs.attribute(&url, "DeduplicationScope").await, "messageGroup");
        assert_eq!(sqs.attribute(&url, "FifoThroughputLimit").await, "perQueue", "the scope may stand alone");
        for value in ["group", "Queue", ""] {
            let code = refused(&sqs, &url, json!({"DeduplicationScope": value})).await.0;
            assert_eq!(code, "InvalidAttributeValue", "{value:?}");
        }
        sqs.set(&url, json!({"DeduplicationScope": "queue"})).await;
        assert_eq!(sqs.attribute(&url, "DeduplicationScope").await, "queue");
    }

    "API reference, SetQueueAttributes: FifoThroughputLimit, perMessageGroupId only with messageGroup"
    async fn a_quota_per_group_needs_duplicates_sought_per_group(sqs) {
        let url = sqs.queue("orders.fifo", json!({})).await;
        let (code, message) = refused(&sqs, &url, json!({"FifoThroughputLimit": "perMessageGroupId"})).await;
        assert_eq!(code, "InvalidAttributeValue");
        assert!(message.contains("only when the value for DeduplicationScope is messageGroup"), "{message}");
        let attributes = json!({"FifoQueue": "true", "FifoThroughputLimit": "perMessageGroupId"});
        let input = json!({"QueueName": sqs.name("others.fifo"), "Attributes": attributes});
        assert_eq!(sqs.refused("CreateQueue", input).await.code, "InvalidAttributeValue");
        sqs.set(&url, json!({"DeduplicationScope": "messageGroup"})).await;
        sqs.set(&url, json!({"FifoThroughputLimit": "perMessageGroupId"})).await;
        let (code, _) = refused(&sqs, &url, json!({"DeduplicationScope": "queue"})).await;
        assert_eq!(code, "InvalidAttributeValue", "nor is the scope widened under it");
    }

    "Developer guide, High throughput for FIFO queues (recorded)"
    async fn high_throughput_is_switched_on_and_off(sqs) {
        let url = sqs.queue("orders.fifo", json!({})).await;
        let high = json!({"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"});
        let regular = json!({"DeduplicationScope": "queue", "FifoThroughputLimit": "perQueue"});
        for attributes in [high, regular] {
            sqs.set(&url, attributes.clone()).await;
            let all = sqs.attributes(&url).await;
            for (name, value) in attributes.as_object().unwrap() {
                assert_eq!(all[name], *value);
            }
        }
    }

    "API reference, SetQueueAttributes: FifoThroughputLimit, perQueue and perMessageGroupId"
    async fn a_quota_is_per_queue_or_per_group(sqs) {
        let url = sqs.queue("orders.fifo", json!({"DeduplicationScope": "messageGroup"})).await;
        for value in ["perMessageGroup", "perqueue", ""] {
            let code = refused(&sqs, &url, json!({"FifoThroughputLimit": value})).await.0;
            assert_eq!(code, "InvalidAttributeValue", "{value:?}");
        }
    }
}
