//! Making, finding and deleting queues.

use serde_json::{Value, json};

use super::{NO_QUEUE, cases};

cases! {
    "API reference, CreateQueue: a name has at most 80 characters: letters, digits, hyphens, underscores"
    async fn a_name_has_eighty_letters_digits_hyphens_and_underscores_at_most(sqs) {
        for name in ["a".repeat(81), "two words".to_owned(), "ä".to_owned(), "orders.fif".to_owned()] {
            let refused = sqs.refused("CreateQueue", json!({"QueueName": name})).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400), "{name}");
        }
        let longest = format!("{:_<80}", sqs.name("A-1"));
        sqs.call("CreateQueue", json!({"QueueName": longest})).await.unwrap();
    }

    "API reference, CreateQueue: QueueName is required"
    async fn a_queue_without_a_name_is_refused(sqs) {
        let refused = sqs.refused("CreateQueue", json!({"QueueName": ""})).await;
        assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
    }

    "API reference, CreateQueue: a FIFO queue name must end with the .fifo suffix"
    async fn the_name_of_a_fifo_queue_ends_in_fifo(sqs) {
        let input = json!({"QueueName": sqs.name("orders"), "Attributes": {"FifoQueue": "true"}});
        assert_eq!(sqs.refused("CreateQueue", input).await.code, "InvalidParameterValue");
        let url = sqs.queue("orders.fifo", json!({})).await;
        assert!(url.ends_with(&sqs.name("orders.fifo")), "{url}");
    }

    "API reference, CreateQueue: without FifoQueue it is a standard queue, whose name has no full stop"
    async fn the_suffix_alone_makes_no_fifo_queue(sqs) {
        let refused = sqs.refused("CreateQueue", json!({"QueueName": sqs.name("orders.fifo")})).await;
        assert_eq!(refused.code, "InvalidParameterValue");
        assert!(refused.message.starts_with("Can only include alphanumeric characters, hyphens, or underscores"));
    }

    "Developer guide, FIFO queues: the suffix counts towards the 80 characters of the name"
    async fn the_suffix_counts_in_the_length_of_a_name(sqs) {
        let name = |length: usize| format!("{:_<1$}.fifo", sqs.name("a"), length - 5);
        let create = |length| json!({"QueueName": name(length), "Attributes": {"FifoQueue": "true"}});
        assert_eq!(sqs.refused("CreateQueue", create(81)).await.code, "InvalidParameterValue");
        sqs.call("CreateQueue", create(80)).await.unwrap();
    }

    "API reference, CreateQueue: queue URLs and names are case-sensitive"
    async fn names_differ_by_their_case(sqs) {
        let (small, large) = (sqs.queue("orders", json!({})).await, sqs.queue("Orders", json!({})).await);
        assert_ne!(small, large);
        sqs.send(&small, "a").await;
        assert!(sqs.receive(&large).await.is_empty());
        assert_eq!(sqs.refused("GetQueueUrl", json!({"QueueName": sqs.name("ORDERS")})).await.code, NO_QUEUE);
    }

    "API reference, CreateQueue: FifoQueue, DeduplicationScope, FifoThroughputLimit (recorded)"
    async fn a_standard_queue_is_not_made_with_attributes_of_fifo_queues(sqs) {
        for (name, value, message) in [
            ("FifoQueue", "false", "Unknown Attribute FifoQueue."),
            ("ContentBasedDeduplication", "false", "Unknown Attribute ContentBasedDeduplication."),
            (
                "DeduplicationScope",
                "queue",
                "You can specify the DeduplicationScope only when FifoQueue is set to true.",
            ),
            (
                "FifoThroughputLimit",
                "perQueue",
                "You can specify the FifoThroughputLimit only when FifoQueue is set to true.",
            ),
        ] {
            let input = json!({"QueueName": sqs.name("orders"), "Attributes": {name: value}});
            let refused = sqs.refused("CreateQueue", input).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidAttributeName", 400), "{name}");
            assert_eq!(refused.message, message);
        }
    }

    "API reference, CreateQueue: Errors, InvalidAttributeName"
    async fn a_queue_with_an_unknown_attribute_is_not_made(sqs) {
        let input = json!({"QueueName": sqs.name("orders"), "Attributes": {"Colour": "red"}});
        let refused = sqs.refused("CreateQueue", input).await;
        assert_eq!((refused.code.as_str(), refused.status), ("InvalidAttributeName", 400));
        assert_eq!(sqs.refused("GetQueueUrl", json!({"QueueName": sqs.name("orders")})).await.code, NO_QUEUE);
    }

    "API reference, CreateQueue: Errors, QueueAlreadyExists"
    async fn the_same_queue_can_be_made_twice_and_another_of_its_name_cannot(sqs) {
        let url = sqs.queue("orders", json!({"DelaySeconds": "5"})).await;
        assert_eq!(sqs.queue("orders", json!({"DelaySeconds": "5"})).await, url);
        let input = json!({"QueueName": sqs.name("orders"), "Attributes": {"DelaySeconds": "6"}});
        let refused = sqs.refused("CreateQueue", input).await;
        assert_eq!((refused.code.as_str(), refused.status), ("QueueAlreadyExists", 400));
    }

    "API reference, CreateQueue: an existing queue is returned when the attributes are its own (recorded)"
    async fn attributes_that_are_not_mentioned_do_not_make_another_queue(sqs) {
        let url = sqs.queue("orders", json!({"ReceiveMessageWaitTimeSeconds": "1", "DelaySeconds": "1"})).await;
        assert_eq!(sqs.queue("orders", json!({})).await, url);
        assert_eq!(sqs.queue("orders", json!({"DelaySeconds": "1"})).await, url);
        let both = json!({"ReceiveMessageWaitTimeSeconds": "1", "DelaySeconds": "2"});
        let refused = sqs.refused("CreateQueue", json!({"QueueName": sqs.name("orders"), "Attributes": both})).await;
        assert_eq!(
            refused.message,
            "A queue already exists with the same name and a different value for attribute DelaySeconds"
        );
    }

    "API reference, CreateQueue: Errors, QueueAlreadyExists (recorded)"
    async fn the_attributes_of_today_count_when_a_queue_is_made_again(sqs) {
        let url = sqs.queue("orders", json!({"DelaySeconds": "1"})).await;
        sqs.set(&url, json!({"DelaySeconds": "2"})).await;
        assert_eq!(sqs.queue("orders", json!({"DelaySeconds": "2"})).await, url);
        let first = json!({"QueueName": sqs.name("orders"), "Attributes": {"DelaySeconds": "1"}});
        assert_eq!(sqs.refused("CreateQueue", first).await.code, "QueueAlreadyExists");
    }

    "API reference, CreateQueue: Errors, QueueAlreadyExists (recorded)"
    async fn a_fifo_queue_is_made_again_with_the_same_deduplication_alone(sqs) {
        let url = sqs.queue("orders.fifo", json!({"ContentBasedDeduplication": "true"})).await;
        assert_eq!(sqs.queue("orders.fifo", json!({})).await, url);
        let other = json!({"FifoQueue": "true", "ContentBasedDeduplication": "false"});
        let input = json!({"QueueName": sqs.name("orders.fifo"), "Attributes": other});
        let refused = sqs.refused("CreateQueue", input).await;
        assert_eq!((refused.code.as_str(), refused.status), ("QueueAlreadyExists", 400));
        assert_eq!(
            refused.message,
            "A queue already exists with the same name and a different value for attribute ContentBasedDeduplication"
        );
    }

    "API reference, CreateQueue: messages are no attributes (recorded)"
    async fn a_queue_with_messages_can_be_made_again(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        sqs.send(&url, "a").await;
        assert_eq!(sqs.queue("orders", json!({})).await, url);
        assert_eq!(sqs.receive(&url).await.len(), 1);
    }

    "API reference, CreateQueue: tags (SQS refuses to tag a queue anew this way)"
    async fn a_queue_is_not_made_again_with_other_tags(sqs) {
        let create = |tags: Value| json!({"QueueName": sqs.name("orders"), "tags": tags});
        let url = sqs.call("CreateQueue", create(json!({"team": "a"}))).await.unwrap()["QueueUrl"].take();
        assert_eq!(sqs.queue("orders", json!({})).await, url);
        assert_eq!(sqs.call("CreateQueue", create(json!({"team": "a"}))).await.unwrap()["QueueUrl"], url);
        assert_eq!(sqs.refused("CreateQueue", create(json!({"team": "b"}))).await.code, "QueueAlreadyExists");
        assert_eq!(sqs.call("ListQueueTags", json!({"QueueUrl": url})).await.unwrap()["Tags"], json!({"team": "a"}));
    }

    "API reference, CreateQueue: Errors, QueueDeletedRecently"
    async fn the_name_of_a_deleted_queue_is_not_free_at_once(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        sqs.call("DeleteQueue", json!({"QueueUrl": url})).await.unwrap();
        let refused = sqs.refused("CreateQueue", json!({"QueueName": sqs.name("orders")})).await;
        assert_eq!(
            (refused.code.as_str(), refused.status),
            ("AWS.SimpleQueueService.QueueDeletedRecently", 400)
        );
        assert_eq!(
            refused.message,
            "You must wait 60 seconds after deleting a queue before you can create another with the same name."
        );
        sqs.queue("others", json!({})).await;
    }

    "API reference, DeleteQueue: wait at least 60 seconds before creating a queue with the same name"
    async fn the_name_of_a_deleted_queue_is_free_after_a_minute(sqs) {
        let url = sqs.queue("orders", json!({"DelaySeconds": "1"})).await;
        sqs.send(&url, "a").await;
        sqs.call("DeleteQueue", json!({"QueueUrl": url})).await.unwrap();
        sqs.pass(59).await;
        assert!(sqs.call("CreateQueue", json!({"QueueName": sqs.name("orders")})).await.is_err());
        sqs.pass(1).await;
        assert_eq!(sqs.queue("orders", json!({})).await, url);
        assert_eq!(sqs.attribute(&url, "DelaySeconds").await, "0", "it is a new one");
        assert_eq!(sqs.attribute(&url, "ApproximateNumberOfMessages").await, "0");
    }

    "API reference, DeleteQueue: regardless of the queue's contents"
    async fn a_deleted_queue_is_gone_with_its_messages(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        sqs.send(&url, "a").await;
        sqs.call("DeleteQueue", json!({"QueueUrl": url})).await.unwrap();
        for (operation, input) in [
            ("GetQueueUrl", json!({"QueueName": sqs.name("orders")})),
            ("GetQueueAttributes", json!({"QueueUrl": url, "AttributeNames": ["All"]})),
            ("ReceiveMessage", json!({"QueueUrl": url})),
            ("SendMessage", json!({"QueueUrl": url, "MessageBody": "b"})),
            ("DeleteQueue", json!({"QueueUrl": url})),
        ] {
            let refused = sqs.refused(operation, input).await;
            assert_eq!((refused.code.as_str(), refused.status), (NO_QUEUE, 400), "{operation}");
        }
    }
}
