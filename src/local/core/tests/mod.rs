//! Rules of the core, each with time as a parameter; and what holds for every history.

mod dead_letters;
mod deduplication;
mod deviations;
mod fair;
mod fifo;
mod model;
mod moves;
mod permissions;
mod properties;
mod queues;
mod receiving;
mod sending;

use serde_json::{Value, json};

use super::{ApiError, Millis, Request, State, apply};

/// A state and a time that a test moves. Requests are JSON, as they come from the wire.
pub struct Desk {
    pub state: State,
    pub now: Millis,
}

impl Desk {
    pub fn new() -> Self {
        let mut state = State::new("000000000000", "us-east-1", "http://127.0.0.1:1", 1);
        state.keep_effects();
        Self { state, now: 1_700_000_000_000 }
    }

    pub fn wait(&mut self, millis: Millis) {
        self.now += millis;
    }

    pub fn call(&mut self, operation: &str, body: Value) -> Result<Value, ApiError> {
        let request = Request::decode(operation, body)?;
        apply(&mut self.state, self.now, request).map(|response| serde_json::to_value(response).unwrap())
    }

    pub fn ok(&mut self, operation: &str, body: Value) -> Value {
        self.call(operation, body).unwrap()
    }

    pub fn err(&mut self, operation: &str, body: Value) -> ApiError {
        self.call(operation, body).unwrap_err()
    }

    pub fn create(&mut self, name: &str, attributes: Value) -> String {
        let mut attributes = attributes;
        if name.ends_with(".fifo") {
            attributes["FifoQueue"] = "true".into();
        }
        let made = self.ok("CreateQueue", json!({"QueueName": name, "Attributes": attributes}));
        made["QueueUrl"].as_str().unwrap().to_owned()
    }

    /// A source queue whose failures go to a new queue `<name>-dlq`; answers both URLs.
    pub fn create_with_dead_letters(&mut self, name: &str, most: u32) -> (String, String) {
        let dlq_name = match name.strip_suffix(".fifo") {
            Some(stem) => format!("{stem}-dlq.fifo"),
            None => format!("{name}-dlq"),
        };
        let dlq = self.create(&dlq_name, json!({}));
        let policy = json!({"deadLetterTargetArn": arn(&dlq_name), "maxReceiveCount": most});
        (self.create(name, json!({"RedrivePolicy": policy.to_string()})), dlq)
    }

    pub fn send(&mut self, url: &str, body: &str) -> String {
        self.id(json!({"QueueUrl": url, "MessageBody": body}))
    }

    pub fn send_to_group(&mut self, url: &str, group: &str, body: &str) -> String {
        self.id(json!({"QueueUrl": url, "MessageBody": body, "MessageGroupId": group,
            "MessageDeduplicationId": body}))
    }

    fn id(&mut self, message: Value) -> String {
        self.ok("SendMessage", message)["MessageId"].as_str().unwrap().to_owned()
    }

    pub fn receive(&mut self, url: &str, most: u32) -> Vec<Value> {
        let request = json!({"QueueUrl": url, "MaxNumberOfMessages": most, "AttributeNames": ["All"],
            "MessageAttributeNames": ["All"]});
        self.ok("ReceiveMessage", request)["Messages"].as_array().cloned().unwrap_or_default()
    }

    pub fn bodies(&mut self, url: &str, most: u32) -> Vec<String> {
        self.receive(url, most).iter().map(|message| message["Body"].as_str().unwrap().to_owned()).collect()
    }

    pub fn delete(&mut self, url: &str, message: &Value) -> Result<Value, ApiError> {
        self.call("DeleteMessage", json!({"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}))
    }

    pub fn hide(&mut self, url: &str, message: &Value, seconds: i64) -> Result<Value, ApiError> {
        self.call(
            "ChangeMessageVisibility",
            json!({"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": seconds}),
        )
    }

    pub fn attribute(&mut self, url: &str, name: &str) -> Option<String> {
        let answer = self.ok("GetQueueAttributes", json!({"QueueUrl": url, "AttributeNames": [name]}));
        answer["Attributes"][name].as_str().map(str::to_owned)
    }

    /// Visible, in flight, delayed.
    pub fn counts(&mut self, url: &str) -> [usize; 3] {
        ["", "NotVisible", "Delayed"]
            .map(|kind| self.attribute(url, &format!("ApproximateNumberOfMessages{kind}")).unwrap().parse().unwrap())
    }

    pub fn set(&mut self, url: &str, name: &str, value: &str) -> Result<Value, ApiError> {
        self.call("SetQueueAttributes", json!({"QueueUrl": url, "Attributes": {name: value}}))
    }
}

pub fn arn(name: &str) -> String {
    format!("arn:aws:sqs:us-east-1:000000000000:{name}")
}
