//! The two listings that come in pages. SQS tells of further pages only where `MaxResults` is set
//! (SQS API Reference, `ListQueues`).

use std::time::Duration;

use tokio::time::timeout;

use super::super::error::{Kind, SqsError};
use super::super::{Answer, Result};
use super::AwsSqs;
use super::answer::answer;
use crate::model::{Code, QueueUrl};

/// Queues per page, the most that SQS gives.
const PAGE: i32 = 1_000;
/// For all pages together. At a second a page this is 60 000 queues; an endpoint whose pages never end is cut off.
const DEADLINE: Duration = Duration::from_mins(1);

impl AwsSqs {
    /// `ListQueues`, all pages; the request id is that of the last.
    pub(super) async fn all_queues(&self, prefix: Option<&str>) -> Result<Vec<QueueUrl>> {
        let call = self.reads.list_queues().max_results(PAGE).set_queue_name_prefix(prefix.map(str::to_owned));
        all("ListQueues", |token| {
            let call = call.clone().set_next_token(token);
            async move {
                let page = call.send().await;
                answer("ListQueues", page, |page| (page.queue_urls.unwrap_or_default(), page.next_token))
            }
        })
        .await
    }

    /// `ListDeadLetterSourceQueues`, all pages; the request id is that of the last.
    pub(super) async fn all_dead_letter_sources(&self, queue: &QueueUrl) -> Result<Vec<QueueUrl>> {
        let call = self.reads.list_dead_letter_source_queues().queue_url(queue.as_str()).max_results(PAGE);
        all("ListDeadLetterSourceQueues", |token| {
            let call = call.clone().set_next_token(token);
            async move {
                let page = call.send().await;
                answer("ListDeadLetterSourceQueues", page, |page| (page.queue_urls, page.next_token))
            }
        })
        .await
    }
}

/// Asks for page after page until there is no further token.
async fn all<F, P>(operation: &'static str, page: F) -> Result<Vec<QueueUrl>>
where
    F: Fn(Option<String>) -> P,
    P: Future<Output = Result<(Vec<String>, Option<String>)>>,
{
    let pages = async {
        let mut queues = Vec::new();
        let mut token = None;
        loop {
            let Answer { value: (urls, next), request_id } = page(token).await?;
            queues.extend(urls.into_iter().map(QueueUrl::new));
            token = next.filter(|next| !next.is_empty());
            if token.is_none() {
                return Ok(Answer { value: queues, request_id });
            }
        }
    };
    timeout(DEADLINE, pages).await.unwrap_or_else(|_| {
        Err(SqsError { kind: Kind::TimedOut, operation, code: Code::new("Timeout"), request_id: None })
    })
}
