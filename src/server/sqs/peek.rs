//! Looking without receiving, where an endpoint offers it: `GET /_aws/sqs/messages`, known from LocalStack. AWS has
//! nothing like it, so only endpoints of one's own are asked.
//!
//! It is a GET without an operation on purpose: a server that does not know the path can only refuse it. The same
//! question as a `ReceiveMessage` would be answered by some – with a receive.

mod answer;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector as _, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use http_body_util::{BodyExt as _, Limited};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::error::{Kind, SqsError};
use super::{Answer, Result};
use crate::model::{Code, Message, QueueUrl};

const OPERATION: &str = "ListMessages";
/// For the whole answer: it holds every message of the queue.
const PATIENCE: Duration = Duration::from_secs(15);
/// The longest answer that is read: twice what a snapshot holds, since an answer has more than bodies.
const LONGEST: usize = 64 << 20;

/// Whether an endpoint can be looked at without receiving, and how. Clones share what was found out.
#[derive(Clone, Debug)]
pub(super) struct Peek {
    connector: SharedHttpConnector,
    base: String,
    offered: Arc<OnceLock<bool>>,
}

impl Peek {
    /// Of the SQS at this URL.
    pub(super) fn new(endpoint: &str, connector: SharedHttpConnector) -> Self {
        let base = format!("{}/_aws/sqs/messages", endpoint.trim_end_matches('/'));
        Self { connector, base, offered: Arc::default() }
    }

    /// Whether the endpoint offers it. Asked once, about a queue that exists; while no answer comes it is not.
    pub(super) async fn is_offered(&self, queue: &QueueUrl) -> bool {
        if self.offered.get().is_none() {
            // An answer decides; a fault leaves it open for the next time.
            let _ = self.messages(queue, 1).await;
        }
        self.offered.get().copied().unwrap_or(false)
    }

    /// The messages that are visible now, in the order of delivery, `limit` of them where the endpoint can count.
    pub(super) async fn messages(&self, queue: &QueueUrl, limit: usize) -> Result<Vec<Message>> {
        match tokio::time::timeout(PATIENCE, self.ask(queue, limit)).await {
            Ok(answer) => answer,
            Err(_) => Err(fault(Kind::TimedOut, "TimedOut")),
        }
    }

    async fn ask(&self, queue: &QueueUrl, limit: usize) -> Result<Vec<Message>> {
        let url = utf8_percent_encode(queue.as_str(), NON_ALPHANUMERIC);
        let request = http::Request::get(format!("{}?QueueUrl={url}&MaxResults={limit}", self.base))
            .header("accept", "application/json")
            .body(SdkBody::empty())
            .ok()
            .and_then(|request| HttpRequest::try_from(request).ok())
            .ok_or_else(|| fault(Kind::Rejected, "Endpoint"))?;
        let answer = self.connector.call(request).await.map_err(|error| {
            if error.is_timeout() { fault(Kind::TimedOut, "TimedOut") } else { fault(Kind::Unreachable, "Unreachable") }
        })?;
        let status = answer.status().as_u16();
        if status >= 500 {
            return Err(fault(Kind::Upstream, "Upstream"));
        }
        let body = Limited::new(answer.into_body(), LONGEST).collect().await;
        let body = body.map_err(|_| fault(Kind::Garbled, "AnswerTooLong"))?.to_bytes();
        let messages = if status == 200 { answer::messages(&body) } else { None };
        self.offered.get_or_init(|| messages.is_some());
        let Some(messages) = messages else { return Err(fault(Kind::Unsupported, "NotOffered")) };
        let read = messages.into_iter().take(limit).collect::<super::convert::Read<_>>();
        let value = read.map_err(|code| fault(Kind::Garbled, code))?;
        Ok(Answer { value, request_id: None })
    }
}

fn fault(kind: Kind, code: &str) -> SqsError {
    SqsError { kind, operation: OPERATION, code: Code::new(code), request_id: None }
}
