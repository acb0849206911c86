//! ListQueues: prefixes and pages.

use serde_json::{Value, json};

use super::{Sqs, cases};

/// One page of the queues of a case: their names without its prefix, and the token of the next page.
async fn page(sqs: &Sqs, members: Value) -> (Vec<String>, Option<String>) {
    let mut input = json!({"QueueNamePrefix": sqs.name("")});
    for (name, value) in members.as_object().unwrap() {
        input[name.as_str()] = value.clone();
    }
    let answer = sqs.call("ListQueues", input).await.unwrap();
    let names = answer["QueueUrls"].as_array().into_iter().flatten().map(|url| {
        let (_, name) = url.as_str().unwrap().rsplit_once('/').unwrap();
        name[sqs.name("").len()..].to_owned()
    });
    (names.collect(), answer["NextToken"].as_str().map(str::to_owned))
}

async fn queues(sqs: &Sqs, count: usize) -> Vec<String> {
    let names: Vec<_> = (0..count).map(|number| format!("q{number:04}")).collect();
    for name in &names {
        sqs.queue(name, json!({})).await;
    }
    names
}

cases! {
    "API reference, ListQueues: QueueUrls (recorded)"
    async fn a_list_of_no_queues_is_not_there(sqs) {
        let answer = sqs.call("ListQueues", json!({"QueueNamePrefix": sqs.name("none")})).await.unwrap();
        assert_eq!(answer, json!({}));
    }

    "API reference, ListQueues: QueueNamePrefix"
    async fn a_prefix_chooses_queues_by_the_beginning_of_their_names(sqs) {
        for name in ["a-1", "a-2", "b-a-1", "A-1"] {
            sqs.queue(name, json!({})).await;
        }
        let (names, _) = page(&sqs, json!({"QueueNamePrefix": sqs.name("a-")})).await;
        assert_eq!(names, ["a-1", "a-2"]);
        let (names, _) = page(&sqs, json!({"QueueNamePrefix": sqs.name("A")})).await;
        assert_eq!(names, ["A-1"], "case matters");
        let (names, _) = page(&sqs, json!({"QueueNamePrefix": sqs.name("a-1")})).await;
        assert_eq!(names, ["a-1"], "a whole name is the beginning of itself");
    }

    "API reference, ListQueues: standard and FIFO queues alike"
    async fn fifo_queues_are_in_the_list(sqs) {
        let url = sqs.queue("orders.fifo", json!({})).await;
        let answer = sqs.call("ListQueues", json!({"QueueNamePrefix": sqs.name("")})).await.unwrap();
        assert_eq!(answer, json!({"QueueUrls": [url]}));
    }

    "API reference, ListQueues: MaxResults, NextToken (recorded)"
    async fn pages_hold_every_queue_once(sqs) {
        let made = queues(&sqs, 10).await;
        let (first, token) = page(&sqs, json!({"MaxResults": 2})).await;
        assert_eq!(first.len(), 2);
        let (rest, end) = page(&sqs, json!({"MaxResults": 10, "NextToken": token.unwrap()})).await;
        assert_eq!((rest.len(), end), (8, None));
        let mut all = [first, rest].concat();
        all.sort_unstable();
        assert_eq!(all, made);
    }

    "API reference, ListQueues: NextToken, if there are additional results"
    async fn a_page_that_ends_with_the_last_queue_has_no_next_one(sqs) {
        queues(&sqs, 4).await;
        let (_, token) = page(&sqs, json!({"MaxResults": 2})).await;
        let (names, end) = page(&sqs, json!({"MaxResults": 2, "NextToken": token.unwrap()})).await;
        assert_eq!((names.len(), end), (2, None));
        assert_eq!(page(&sqs, json!({"MaxResults": 4})).await.1, None);
        assert!(page(&sqs, json!({"MaxResults": 3})).await.1.is_some());
    }

    "API reference, ListQueues: you must set MaxResults to receive a value for NextToken"
    #[only(embedded)]
    async fn without_a_number_there_are_a_thousand_queues_and_no_token(sqs) {
        queues(&sqs, 1001).await;
        let (names, token) = page(&sqs, json!({})).await;
        assert_eq!((names.len(), token), (1000, None));
        let (names, token) = page(&sqs, json!({"MaxResults": 1000})).await;
        assert_eq!(names.len(), 1000);
        let (names, token) = page(&sqs, json!({"MaxResults": 1000, "NextToken": token.unwrap()})).await;
        assert_eq!((names.len(), token), (1, None));
    }

    "API reference, ListQueues: MaxResults, value range is 1 to 1000"
    async fn a_page_has_one_to_a_thousand_queues(sqs) {
        for number in [-1, 0, 1001] {
            let refused = sqs.refused("ListQueues", json!({"MaxResults": number})).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400), "{number}");
        }
        for number in [1, 1000] {
            sqs.call("ListQueues", json!({"MaxResults": number})).await.unwrap();
        }
    }

    "API reference, ListQueues: NextToken"
    async fn a_token_that_sqs_did_not_give_is_refused(sqs) {
        for token in ["rubbish", "cnViYmlzaA=="] {
            let refused = sqs.refused("ListQueues", json!({"MaxResults": 1, "NextToken": token})).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400), "{token}");
        }
    }

    "API reference, ListQueues: NextToken, set MaxResults to receive it"
    async fn a_token_goes_with_a_number(sqs) {
        queues(&sqs, 2).await;
        let (_, token) = page(&sqs, json!({"MaxResults": 1})).await;
        let refused = sqs.refused("ListQueues", json!({"QueueNamePrefix": sqs.name(""), "NextToken": token})).await;
        assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
    }

    "API reference, ListQueues: NextToken, the next page of the same request"
    async fn a_token_is_of_the_list_it_came_with(sqs) {
        queues(&sqs, 2).await;
        let (_, token) = page(&sqs, json!({"MaxResults": 1})).await;
        let other = json!({"QueueNamePrefix": sqs.name("q"), "MaxResults": 1, "NextToken": token});
        assert_eq!(sqs.refused("ListQueues", other).await.code, "InvalidParameterValue");
    }

    "API reference, ListQueues: pages of a list that changes"
    async fn a_page_goes_on_after_a_queue_that_is_gone(sqs) {
        queues(&sqs, 4).await;
        let (first, token) = page(&sqs, json!({"MaxResults": 2})).await;
        let gone = sqs.call("GetQueueUrl", json!({"QueueName": sqs.name(&first[1])})).await.unwrap();
        sqs.call("DeleteQueue", gone).await.unwrap();
        let (rest, _) = page(&sqs, json!({"MaxResults": 10, "NextToken": token})).await;
        assert_eq!(rest.len(), 2, "no queue is left out or comes again");
    }

    "API reference, DeleteQueue"
    async fn a_deleted_queue_is_not_in_the_list(sqs) {
        let url = sqs.queue("a", json!({})).await;
        sqs.queue("b", json!({})).await;
        sqs.call("DeleteQueue", json!({"QueueUrl": url})).await.unwrap();
        assert_eq!(page(&sqs, json!({})).await.0, ["b"]);
    }
}
