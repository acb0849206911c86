//! The contract between the gateway and an SQS: what the console relies on, asked through the real SDK over HTTP.
//!
//! The suite runs against the embedded local SQS. Built with `REDRIVE_CONTRACT_ENDPOINT=http://…` in the environment
//! it runs against that endpoint instead, but for what needs a clock that can be moved or failures on demand; it takes
//! the environment's region and credentials then, and leaves its queues behind (`contract-…`).

mod faults;
mod fifo;
mod messages;
mod moves;
mod queues;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::local::{Clock, Local, ManualClock, Options, serve};
use crate::model::{Attributes, Draft, Message, QueueArn, QueueName, QueueUrl, ReceiptHandle};
use crate::server::sqs::connect::{Connect, connect};
use crate::server::sqs::{AwsSqs, Receive, Sqs as _};

const ELSEWHERE: Option<&str> = option_env!("REDRIVE_CONTRACT_ENDPOINT");

/// An SQS and the way to it.
struct World {
    sqs: AwsSqs,
    /// What the names of this world's queues begin with.
    prefix: String,
    /// The embedded SQS, if it is that one.
    here: Option<Here>,
}

struct Here {
    local: Arc<Local>,
    clock: ManualClock,
    endpoint: String,
    _stop: DropGuard,
}

impl World {
    async fn new() -> Self {
        let here = if ELSEWHERE.is_none() { Some(Here::new().await) } else { None };
        let endpoint = here.as_ref().map_or(ELSEWHERE, |here| Some(&here.endpoint)).map(str::to_owned);
        let region = here.is_some().then(|| "eu-west-1".to_owned());
        let sqs = connect(&Connect { region, endpoint, ..Connect::default() }).await.unwrap();
        let prefix = match &here {
            Some(_) => String::new(),
            None => format!("contract-{}-", &uuid::Uuid::new_v4().simple().to_string()[..12]),
        };
        Self { sqs, prefix, here }
    }

    fn name(&self, name: &str) -> QueueName {
        format!("{}{name}", self.prefix).parse().unwrap()
    }

    /// Makes a queue. A name that ends in `.fifo` makes a FIFO queue.
    async fn queue(&self, name: &str, attributes: &[(&str, &str)]) -> QueueUrl {
        let mut attributes = map(attributes);
        if name.ends_with(".fifo") {
            attributes.insert("FifoQueue".into(), "true".into());
        }
        let made = self.sqs.create_queue(&self.name(name), &attributes, &BTreeMap::new()).await.unwrap();
        if self.here.is_none() {
            // A new queue takes a second to exist everywhere.
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        made.value
    }

    /// Makes a queue whose failures go to `dead_letters` after so many receives.
    async fn source(&self, name: &str, dead_letters: &QueueUrl, receives: u32) -> QueueUrl {
        let policy = crate::model::RedrivePolicy {
            dead_letter_target: self.arn(dead_letters).await,
            max_receive_count: receives,
        };
        self.queue(name, &[("RedrivePolicy", &policy.write())]).await
    }

    async fn attributes(&self, queue: &QueueUrl) -> Attributes {
        self.sqs.attributes(queue).await.unwrap().value
    }

    async fn arn(&self, queue: &QueueUrl) -> QueueArn {
        self.attributes(queue).await.arn.unwrap()
    }

    async fn send(&self, queue: &QueueUrl, body: &str) {
        self.sqs.send(queue, &text(body)).await.unwrap();
    }

    /// Receives what is there, for the queue's visibility timeout.
    async fn receive(&self, queue: &QueueUrl) -> Vec<Message> {
        self.receive_for(queue, None).await
    }

    async fn receive_for(&self, queue: &QueueUrl, visibility_timeout: Option<u32>) -> Vec<Message> {
        // Elsewhere only a long poll asks all servers.
        let wait = if self.here.is_some() { 0 } else { 2 };
        self.sqs.receive(queue, Receive { count: 10, visibility_timeout, wait }).await.unwrap().value
    }

    /// Lets time pass.
    async fn pass(&self, seconds: u64) {
        match &self.here {
            Some(here) => here.clock.advance(Duration::from_secs(seconds)),
            None => tokio::time::sleep(Duration::from_secs(seconds)).await,
        }
    }
}

impl Here {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let clock = ManualClock::at(1_750_000_000_000);
        let local = Arc::new(Local::new(Options {
            account: "123456789012".into(),
            region: "eu-west-1".into(),
            base_url: endpoint.clone(),
            clock: Clock::Manual(clock.clone()),
            dials: true,
            ..Options::default()
        }));
        let stop = CancellationToken::new();
        tokio::spawn(serve(listener, Arc::clone(&local), stop.clone()));
        Self { local, clock, endpoint, _stop: stop.drop_guard() }
    }

    /// Sets the rules by which the local SQS misbehaves.
    async fn dial(&self, rules: &Value) {
        let put = reqwest::Client::new().put(format!("{}/_dials", self.endpoint)).body(rules.to_string());
        assert!(put.send().await.unwrap().status().is_success());
    }

    /// How often an operation was called, misbehaving or not.
    async fn calls(&self, operation: &str) -> u64 {
        let calls = reqwest::get(format!("{}/_calls", self.endpoint)).await.unwrap().bytes().await.unwrap();
        let calls: Value = serde_json::from_slice(&calls).unwrap();
        calls[operation].as_u64().unwrap_or_default()
    }
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn text(body: &str) -> Draft {
    Draft { body: body.into(), ..Draft::default() }
}

fn handles(messages: &[Message]) -> Vec<ReceiptHandle> {
    messages.iter().map(|message| message.receipt_handle.clone()).collect()
}

fn bodies(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| message.body.as_str()).collect()
}
