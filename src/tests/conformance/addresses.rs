//! URLs and ARNs of queues: what SQS makes of a name, and which addresses lead to a queue.

use serde_json::json;

use super::subject::{ACCOUNT, REGION};
use super::{NO_QUEUE, cases};

cases! {
    "Developer guide, Queue and message identifiers: a queue URL has the account and the name"
    async fn a_url_ends_in_the_account_and_the_name(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        assert!(url.ends_with(&format!("/{ACCOUNT}/{}", sqs.name("orders"))), "{url}");
    }

    "API reference, GetQueueUrl"
    async fn a_queue_is_found_by_its_name(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let found = sqs.call("GetQueueUrl", json!({"QueueName": sqs.name("orders")})).await.unwrap();
        assert_eq!(found, json!({"QueueUrl": url}));
    }

    "API reference, GetQueueUrl: Errors, QueueDoesNotExist (recorded)"
    async fn a_queue_that_is_not_there_has_no_url(sqs) {
        let refused = sqs.refused("GetQueueUrl", json!({"QueueName": sqs.name("none")})).await;
        assert_eq!((refused.code.as_str(), refused.status), (NO_QUEUE, 400));
        assert_eq!(refused.message, "The specified queue does not exist.");
    }

    "API reference, GetQueueUrl: QueueOwnerAWSAccountId"
    async fn a_queue_is_found_by_its_owner_and_by_no_other(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let owned = |owner: &str| json!({"QueueName": sqs.name("orders"), "QueueOwnerAWSAccountId": owner});
        assert_eq!(sqs.call("GetQueueUrl", owned(ACCOUNT)).await.unwrap()["QueueUrl"], url);
        let refused = sqs.refused("GetQueueUrl", owned("999999999999")).await;
        assert_eq!((refused.code.as_str(), refused.status), (NO_QUEUE, 400));
    }

    "Developer guide, Queue and message identifiers: the queue ARN"
    async fn an_arn_has_the_region_the_account_and_the_name(sqs) {
        let url = sqs.queue("orders.fifo", json!({})).await;
        assert_eq!(sqs.arn(&url).await, format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{}", sqs.name("orders.fifo")));
    }

    "API reference, SendMessage: QueueUrl; SQS takes a name for it, too (recorded)"
    async fn a_name_leads_to_its_queue(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let name = sqs.name("orders");
        sqs.send(&name, "a").await;
        assert_eq!(sqs.receive(&url).await.len(), 1);
        sqs.set(&name, json!({"DelaySeconds": "1"})).await;
        assert_eq!(sqs.attribute(&url, "DelaySeconds").await, "1");
        let refused = sqs.refused("PurgeQueue", json!({"QueueUrl": sqs.name("none")})).await;
        assert_eq!((refused.code.as_str(), refused.status), (NO_QUEUE, 400));
    }

    "API reference, SendMessage: Errors, InvalidAddress"
    async fn an_address_without_a_queue_is_invalid(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let host = url.split(ACCOUNT).next().unwrap();
        let refused = sqs.refused("PurgeQueue", json!({"QueueUrl": host})).await;
        assert_eq!(refused.code, "InvalidAddress");
        assert_eq!(refused.message, format!("The address {host} is not valid for this endpoint."));
    }

    "API reference: QueueUrl; a queue belongs to one account"
    async fn the_url_of_another_account_leads_to_no_queue_of_this_one(sqs) {
        let url = sqs.queue("orders", json!({})).await.replace(ACCOUNT, "999999999999");
        let refused = sqs.refused("GetQueueAttributes", json!({"QueueUrl": url, "AttributeNames": ["All"]})).await;
        assert_eq!((refused.code.as_str(), refused.status), (NO_QUEUE, 400));
    }
}
