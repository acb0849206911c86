//! What a case speaks to: an SQS through one client, in SQS's own words, with the few sentences that every case needs.

use std::sync::Arc;

use serde_json::{Value, json};

use super::clients::{Answer, Client, Kind, Refusal};
use super::subject::Subject;

/// The code of a queue that is not there.
pub(super) const NO_QUEUE: &str = "AWS.SimpleQueueService.NonExistentQueue";

/// An SQS with a client. Clones speak to the same one, so that a case can do two things at once.
#[derive(Clone)]
pub(super) struct Sqs {
    subject: Arc<Subject>,
    client: Client,
}

impl Sqs {
    pub(super) async fn new(kind: Kind) -> Self {
        let subject = Arc::new(Subject::new().await);
        let client = Client::new(kind, subject.endpoint());
        Self { subject, client }
    }

    pub(super) fn is_embedded(&self) -> bool {
        matches!(*self.subject, Subject::Embedded { .. })
    }

    /// Calls an operation. Members are SQS's, of the request and of the answer; binary values are base64. Empty lists
    /// and maps of an answer are left out, since clients do not agree whether they are there.
    pub(super) async fn call(&self, operation: &str, input: Value) -> Result<Value, Refusal> {
        let mut answer = self.client.call(self.subject.endpoint(), operation, input).await?;
        if let Some(members) = answer.as_object_mut() {
            members.retain(|_, value| *value != json!([]) && *value != json!({}));
        }
        Ok(answer)
    }

    /// Calls an operation that must be refused.
    #[track_caller]
    pub(super) fn refused(&self, operation: &str, input: Value) -> impl Future<Output = Refusal> {
        let at = std::panic::Location::caller();
        async move {
            let said = input.to_string();
            match self.call(operation, input).await {
                Err(refusal) => refusal,
                Ok(answer) => panic!("{at}: {operation} {said:.300} was not refused, but answered {answer}"),
            }
        }
    }

    /// Asks in plain HTTP, below the root of the endpoint; the body is sent as it is.
    pub(super) async fn http(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        super::clients::http(self.subject.endpoint(), method, path, headers, body).await
    }

    /// The name that a queue has in this case.
    pub(super) fn name(&self, name: &str) -> String {
        format!("{}{name}", self.subject.prefix())
    }

    /// Makes a queue and answers its URL. A name that ends in `.fifo` makes a FIFO queue.
    pub(super) async fn queue(&self, name: &str, attributes: Value) -> String {
        let mut attributes = attributes;
        if name.ends_with(".fifo") && attributes.get("FifoQueue").is_none() {
            attributes["FifoQueue"] = json!("true");
        }
        let made = self.call("CreateQueue", json!({"QueueName": self.name(name), "Attributes": attributes})).await;
        made.unwrap()["QueueUrl"].as_str().unwrap().to_owned()
    }

    /// Makes a queue whose failures go to another after so many receives.
    pub(super) async fn source(&self, name: &str, dead_letters: &str, receives: u32) -> String {
        let policy = json!({"deadLetterTargetArn": self.arn(dead_letters).await, "maxReceiveCount": receives});
        self.queue(name, json!({"RedrivePolicy": policy.to_string()})).await
    }

    /// Sends a body; answers what SQS answers.
    pub(super) async fn send(&self, url: &str, body: &str) -> Value {
        self.call("SendMessage", json!({"QueueUrl": url, "MessageBody": body})).await.unwrap()
    }

    /// Sends a body to a FIFO queue, its deduplication id being the body.
    pub(super) async fn send_in_group(&self, url: &str, group: &str, body: &str) -> Value {
        let input = json!({
            "QueueUrl": url, "MessageBody": body, "MessageGroupId": group, "MessageDeduplicationId": body,
        });
        self.call("SendMessage", input).await.unwrap()
    }

    /// Receives up to ten messages with all their attributes. Without waiting here; elsewhere only a long poll asks all
    /// servers, and what is due a second late is not wrong.
    pub(super) async fn receive(&self, url: &str) -> Vec<Value> {
        self.receive_with(url, json!({})).await
    }

    /// The same, with more or other members of the request.
    pub(super) async fn receive_with(&self, url: &str, members: Value) -> Vec<Value> {
        let mut input = json!({
            "QueueUrl": url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": u8::from(!self.is_embedded()),
            "MessageSystemAttributeNames": ["All"], "MessageAttributeNames": ["All"],
        });
        for (name, value) in members.as_object().unwrap() {
            input[name.as_str()] = value.clone();
        }
        let got = self.call("ReceiveMessage", input).await.unwrap();
        got["Messages"].as_array().cloned().unwrap_or_default()
    }

    /// Makes a queue with this visibility timeout and one message in flight; answers both.
    pub(super) async fn in_flight(&self, timeout: &str) -> (String, Value) {
        let url = self.queue("orders", json!({"VisibilityTimeout": timeout})).await;
        self.send(&url, "a").await;
        let message = self.receive(&url).await.remove(0);
        (url, message)
    }

    /// Deletes a received message.
    pub(super) async fn delete(&self, url: &str, message: &Value) {
        let input = json!({"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]});
        self.call("DeleteMessage", input).await.unwrap();
    }

    /// Hides a received message for so many seconds from now; 0 releases it.
    pub(super) async fn hide(&self, url: &str, message: &Value, seconds: u64) {
        let handle = &message["ReceiptHandle"];
        let input = json!({"QueueUrl": url, "ReceiptHandle": handle, "VisibilityTimeout": seconds});
        self.call("ChangeMessageVisibility", input).await.unwrap();
    }

    /// All attributes of a queue.
    pub(super) async fn attributes(&self, url: &str) -> Value {
        let input = json!({"QueueUrl": url, "AttributeNames": ["All"]});
        self.call("GetQueueAttributes", input).await.unwrap()["Attributes"].take()
    }

    /// One attribute of a queue; empty if it is not set.
    pub(super) async fn attribute(&self, url: &str, name: &str) -> String {
        let input = json!({"QueueUrl": url, "AttributeNames": [name]});
        let answer = self.call("GetQueueAttributes", input).await.unwrap();
        answer["Attributes"][name].as_str().unwrap_or_default().to_owned()
    }

    /// Changes attributes of a queue.
    pub(super) async fn set(&self, url: &str, attributes: Value) {
        self.call("SetQueueAttributes", json!({"QueueUrl": url, "Attributes": attributes})).await.unwrap();
    }

    /// The ARN of a queue.
    pub(super) async fn arn(&self, url: &str) -> String {
        self.attribute(url, "QueueArn").await
    }

    /// Lets so many seconds pass: moves the clock of the embedded SQS, sleeps elsewhere (and skips the case if that
    /// would take longer than a minute).
    pub(super) async fn pass(&self, seconds: u64) {
        self.subject.pass(seconds).await;
    }

    /// The time by the clock of the SQS, in epoch milliseconds.
    pub(super) fn now(&self) -> u64 {
        self.subject.now()
    }

    /// Deletes what the case made elsewhere; an embedded SQS ends with its case.
    pub(super) async fn clean_up(&self) {
        if self.is_embedded() {
            return;
        }
        let sqs = Self { client: Client::new(Kind::Sdk, self.subject.endpoint()), ..self.clone() };
        let Ok(found) = sqs.call("ListQueues", json!({"QueueNamePrefix": self.subject.prefix()})).await else { return };
        for url in found["QueueUrls"].as_array().into_iter().flatten() {
            // What the case deleted itself may still be listed.
            let _ = sqs.call("DeleteQueue", json!({"QueueUrl": url})).await;
        }
    }
}

/// The bodies of messages, in their order.
pub(super) fn bodies(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|message| message["Body"].as_str().unwrap()).collect()
}
