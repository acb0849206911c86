//! An SQS in memory for the tests of the poller and of the event stream: it counts calls, takes its time, can fail,
//! and panics when anything but a read is asked of it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;

use crate::model::ids::TaskHandle;
use crate::model::message::{BatchOutcome, Sent};
use crate::model::{
    Attributes, Code, Depth, Draft, Message, MoveTask, QueueArn, QueueName, QueueUrl, ReceiptHandle, RedrivePolicy,
};
use crate::server::sqs::error::Kind;
use crate::server::sqs::{Answer, Receive, Result, Sqs, SqsError};

#[derive(Default)]
pub(crate) struct FakeSqs {
    pub(crate) depths: Mutex<BTreeMap<QueueName, u64>>,
    pub(crate) targets: Mutex<HashMap<QueueName, QueueName>>,
    pub(crate) tasks: Mutex<Vec<MoveTask>>,
    pub(crate) failing: Mutex<Option<Kind>>,
    pub(crate) failing_only: Mutex<Option<(&'static str, Kind)>>,
    pub(crate) latency: Mutex<Duration>,
    pub(crate) calls: Mutex<Vec<(&'static str, String)>>,
    running: AtomicU64,
    pub(crate) most_at_once: AtomicU64,
}

pub(crate) fn name(text: &str) -> QueueName {
    text.parse().unwrap()
}

pub(crate) fn arn(name: &QueueName) -> QueueArn {
    format!("arn:aws:sqs:eu-west-1:000000000000:{name}").parse().unwrap()
}

pub(crate) fn url(name: &QueueName) -> QueueUrl {
    QueueUrl::new(format!("http://127.0.0.1/000000000000/{name}"))
}

impl FakeSqs {
    pub(crate) fn with(queues: &[(&str, u64)]) -> Self {
        let fake = Self::default();
        *fake.depths.lock().unwrap() = queues.iter().map(|(queue, depth)| (name(queue), *depth)).collect();
        fake
    }

    pub(crate) fn set(&self, queue: &str, visible: u64) {
        self.depths.lock().unwrap().insert(name(queue), visible);
    }

    pub(crate) fn fail(&self, kind: Option<Kind>) {
        *self.failing.lock().unwrap() = kind;
    }

    pub(crate) fn fail_only(&self, operation: &'static str, kind: Kind) {
        *self.failing_only.lock().unwrap() = Some((operation, kind));
    }

    pub(crate) fn count(&self, operation: &str, about: &str) -> usize {
        self.calls.lock().unwrap().iter().filter(|call| call.0 == operation && call.1.ends_with(about)).count()
    }

    pub(crate) fn total(&self) -> usize {
        self.calls.lock().unwrap().len()
    }

    async fn call<T>(&self, operation: &'static str, about: &str, answer: impl FnOnce() -> Option<T>) -> Result<T> {
        self.calls.lock().unwrap().push((operation, about.to_owned()));
        let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(running, Ordering::SeqCst);
        let latency = *self.latency.lock().unwrap();
        tokio::time::sleep(latency).await;
        self.running.fetch_sub(1, Ordering::SeqCst);
        let failed = |kind| SqsError { kind, operation, code: Code::new("Fake"), request_id: None };
        if let Some(kind) = *self.failing.lock().unwrap() {
            return Err(failed(kind));
        }
        if let Some((_, kind)) = self.failing_only.lock().unwrap().filter(|failing| failing.0 == operation) {
            return Err(failed(kind));
        }
        let value = answer().ok_or_else(|| failed(Kind::NoSuchQueue))?;
        Ok(Answer { value, request_id: None })
    }
}

#[async_trait]
impl Sqs for FakeSqs {
    async fn list_queues(&self, _: Option<&str>) -> Result<Vec<QueueUrl>> {
        self.call("ListQueues", "", || Some(self.depths.lock().unwrap().keys().map(url).collect())).await
    }

    async fn queue_url(&self, name: &QueueName) -> Result<QueueUrl> {
        let known = || self.depths.lock().unwrap().contains_key(name).then(|| url(name));
        self.call("GetQueueUrl", name.as_str(), known).await
    }

    async fn attributes(&self, queue: &QueueUrl) -> Result<Attributes> {
        self.call("GetQueueAttributes", queue.as_str(), || {
            let name = queue.name()?;
            let visible = *self.depths.lock().unwrap().get(&name)?;
            let target = self.targets.lock().unwrap().get(&name).map(arn);
            Some(Attributes {
                arn: Some(arn(&name)),
                depth: Depth { visible, in_flight: 1, delayed: 0 },
                redrive_policy: target
                    .map(|dead_letter_target| RedrivePolicy { dead_letter_target, max_receive_count: 5 }),
                ..Attributes::default()
            })
        })
        .await
    }

    async fn move_tasks(&self, source: &QueueArn) -> Result<Vec<MoveTask>> {
        self.call("ListMessageMoveTasks", source.as_str(), || Some(self.tasks.lock().unwrap().clone())).await
    }

    async fn create_queue(
        &self,
        _: &QueueName,
        _: &BTreeMap<String, String>,
        _: &BTreeMap<String, String>,
    ) -> Result<QueueUrl> {
        panic!("the poller only reads")
    }

    async fn set_attributes(&self, _: &QueueUrl, _: &BTreeMap<String, String>) -> Result<()> {
        panic!("the poller only reads")
    }

    async fn delete_queue(&self, _: &QueueUrl) -> Result<()> {
        panic!("the poller only reads")
    }

    async fn purge_queue(&self, _: &QueueUrl) -> Result<()> {
        panic!("the poller only reads")
    }

    async fn tags(&self, _: &QueueUrl) -> Result<BTreeMap<String, String>> {
        panic!("the poller reads attributes only")
    }

    async fn tag_queue(&self, _: &QueueUrl, _: &BTreeMap<String, String>) -> Result<()> {
        panic!("the poller only reads")
    }

    async fn untag_queue(&self, _: &QueueUrl, _: &[String]) -> Result<()> {
        panic!("the poller only reads")
    }

    async fn add_permission(&self, _: &QueueUrl, _: &str, _: &[String], _: &[String]) -> Result<()> {
        panic!("the poller only reads")
    }

    async fn remove_permission(&self, _: &QueueUrl, _: &str) -> Result<()> {
        panic!("the poller only reads")
    }

    async fn dead_letter_sources(&self, _: &QueueUrl) -> Result<Vec<QueueUrl>> {
        panic!("the poller reads attributes only")
    }

    async fn send(&self, _: &QueueUrl, _: &Draft) -> Result<Sent> {
        panic!("the poller only reads")
    }

    async fn send_batch(&self, _: &QueueUrl, _: &[Draft]) -> Result<BatchOutcome<Sent>> {
        panic!("the poller only reads")
    }

    async fn offers_peek(&self, _: &QueueUrl) -> bool {
        false
    }

    async fn peek(&self, _: &QueueUrl, _: usize) -> Result<Vec<Message>> {
        panic!("the poller never looks")
    }

    async fn receive(&self, _: &QueueUrl, _: Receive) -> Result<Vec<Message>> {
        panic!("the poller never receives")
    }

    async fn delete(&self, _: &QueueUrl, _: &ReceiptHandle) -> Result<()> {
        panic!("the poller only reads")
    }

    async fn delete_batch(&self, _: &QueueUrl, _: &[ReceiptHandle]) -> Result<BatchOutcome<()>> {
        panic!("the poller only reads")
    }

    async fn change_visibility(&self, _: &QueueUrl, _: &ReceiptHandle, _: u32) -> Result<()> {
        panic!("the poller only reads")
    }

    async fn change_visibility_batch(&self, _: &QueueUrl, _: &[(ReceiptHandle, u32)]) -> Result<BatchOutcome<()>> {
        panic!("the poller only reads")
    }

    async fn start_move(&self, _: &QueueArn, _: Option<&QueueArn>, _: Option<u32>) -> Result<TaskHandle> {
        panic!("the poller only reads")
    }

    async fn cancel_move(&self, _: &TaskHandle) -> Result<u64> {
        panic!("the poller only reads")
    }
}
