//! ListDeadLetterSourceQueues: which queues name another as their dead-letter queue.

use serde_json::{Value, json};

use super::sqs::Sqs;
use super::{NO_QUEUE, cases};

/// The sources of a dead-letter queue and the token of the next page.
async fn sources(sqs: &Sqs, url: &str, members: Value) -> (Vec<Value>, Value) {
    let mut input = members;
    input["QueueUrl"] = json!(url);
    let mut answer = sqs.call("ListDeadLetterSourceQueues", input).await.unwrap();
    (answer["queueUrls"].as_array().cloned().unwrap_or_default(), answer["NextToken"].take())
}

cases! {
    "API reference, ListDeadLetterSourceQueues"
    async fn the_queues_that_name_a_dead_letter_queue_are_its_sources(sqs) {
        let dead_letters = sqs.queue("failures", json!({})).await;
        assert_eq!(sources(&sqs, &dead_letters, json!({})).await, (vec![], Value::Null));
        let mut urls = Vec::new();
        for name in ["one", "two", "three"] {
            urls.push(json!(sqs.source(name, &dead_letters, 5).await));
        }
        sqs.queue("stranger", json!({})).await;
        let (mut listed, token) = sources(&sqs, &dead_letters, json!({})).await;
        listed.sort_by_key(|url| urls.iter().position(|known| known == url));
        assert_eq!((listed, token), (urls.clone(), Value::Null));
        sqs.set(urls[0].as_str().unwrap(), json!({"RedrivePolicy": ""})).await;
        sqs.call("DeleteQueue", json!({"QueueUrl": urls[1]})).await.unwrap();
        assert_eq!(sources(&sqs, &dead_letters, json!({})).await.0, urls[2..]);
        assert_eq!(sources(&sqs, urls[2].as_str().unwrap(), json!({})).await.0, [Value::Null; 0]);
    }

    "API reference, ListDeadLetterSourceQueues: queueUrls"
    #[only(http)]
    async fn no_sources_are_an_empty_list(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let headers = [
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amz-target", "AmazonSQS.ListDeadLetterSourceQueues"),
        ];
        let answer = sqs.http("POST", "/", &headers, &json!({"QueueUrl": url}).to_string()).await;
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((answer.status, body), (200, json!({"queueUrls": []})));
    }

    "API reference, ListDeadLetterSourceQueues: MaxResults, NextToken"
    async fn sources_come_in_pages(sqs) {
        let dead_letters = sqs.queue("failures", json!({})).await;
        let mut all = Vec::new();
        for n in 0..5 {
            all.push(json!(sqs.source(&format!("source{n}"), &dead_letters, 5).await));
        }
        let mut seen = Vec::new();
        let mut members = json!({"MaxResults": 2});
        for size in [2, 2, 1] {
            let (page, token) = sources(&sqs, &dead_letters, members.clone()).await;
            assert_eq!(page.len(), size);
            seen.extend(page);
            assert_eq!(token.is_null(), size == 1, "{token}");
            members["NextToken"] = token;
        }
        seen.sort_by_key(|url| all.iter().position(|known| known == url));
        assert_eq!(seen, all);
        assert_eq!(sources(&sqs, &dead_letters, json!({"MaxResults": 5})).await.1, Value::Null);
    }

    "API reference, ListDeadLetterSourceQueues: MaxResults, value range is 1 to 1000"
    async fn a_page_of_sources_has_its_range(sqs) {
        let url = sqs.queue("failures", json!({})).await;
        for most in [-1, 0, 1001] {
            let input = json!({"QueueUrl": url, "MaxResults": most});
            let refused = sqs.refused("ListDeadLetterSourceQueues", input).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400), "{most}");
            assert!(refused.message.contains("MaxResults"), "{}", refused.message);
        }
        for most in [1, 1000] {
            sources(&sqs, &url, json!({"MaxResults": most})).await;
        }
    }

    "API reference, ListDeadLetterSourceQueues: NextToken"
    async fn a_token_belongs_to_its_list_and_needs_a_size(sqs) {
        let dead_letters = sqs.queue("failures", json!({})).await;
        let other = sqs.queue("others", json!({})).await;
        for n in 0..2 {
            sqs.source(&format!("source{n}"), &dead_letters, 5).await;
        }
        let (_, token) = sources(&sqs, &dead_letters, json!({"MaxResults": 1})).await;
        for input in [
            json!({"QueueUrl": dead_letters, "MaxResults": 1, "NextToken": "rubbish"}),
            json!({"QueueUrl": dead_letters, "NextToken": token}),
            json!({"QueueUrl": other, "MaxResults": 1, "NextToken": token}),
        ] {
            let refused = sqs.refused("ListDeadLetterSourceQueues", input).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
        }
    }

    "API reference, ListDeadLetterSourceQueues: Errors, QueueDoesNotExist"
    async fn only_an_existing_queue_has_sources(sqs) {
        let url = sqs.queue("failures", json!({})).await;
        let refused = sqs.refused("ListDeadLetterSourceQueues", json!({"QueueUrl": format!("{url}-none")})).await;
        assert_eq!((refused.code.as_str(), refused.status), (NO_QUEUE, 400));
    }
}
