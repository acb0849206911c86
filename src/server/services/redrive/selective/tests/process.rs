//! One life of a console. What it calls goes through here, is looked at, and ends here when the console is killed.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::watch::Watch;
use crate::model::ids::TaskHandle;
use crate::model::message::{BatchOutcome, Sent};
use crate::model::{Attributes, Draft, Message, MoveTask, QueueArn, QueueName, QueueUrl, ReceiptHandle};
use crate::server::sqs::{Receive, Result, Sqs};

/// What a redrive does to its surroundings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Receive,
    /// A commit with an intent to send.
    Intend,
    Send,
    /// A commit with an acknowledgement.
    Sent,
    Delete,
    /// A commit that says of an original that it is deleted.
    Done,
    Renew,
    GiveBack,
}

/// On which side of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// It does not happen.
    Before,
    /// It happens, and nobody hears of it.
    After,
}

/// Where a life ends: at this step, once so many messages have been through it; renewing and giving back count calls.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doom {
    pub step: Step,
    pub when: When,
    pub after: usize,
}

/// What a console sends in place of what it wants to send.
pub(super) type Twist = fn(&Draft) -> Draft;

/// What is wrong with a life from the beginning.
#[derive(Clone, Debug, Default)]
pub(super) struct Fate {
    /// How it ends by itself.
    pub doom: Option<Doom>,
    /// Which commits fail, counted from 0, and on which side of the disk.
    pub disk: BTreeMap<usize, When>,
    /// Where a call panics, and the life goes on.
    pub stumble: Option<Doom>,
    /// A fault of the program, to see whether the tests notice.
    pub twist: Option<Twist>,
}

/// A life.
#[derive(Debug)]
pub(super) struct Process {
    pub no: usize,
    pub watch: Arc<Watch>,
    /// Ended with the life.
    pub dead: CancellationToken,
    pub fate: Fate,
    passed: Mutex<BTreeMap<Step, usize>>,
    /// How often it may still stumble.
    pub stumbles: Mutex<usize>,
    /// How often its disk has failed.
    pub failures: Mutex<usize>,
    pub commits: Mutex<usize>,
    /// How often what is written beside the journal still fails.
    pub mute: Mutex<usize>,
}

impl Process {
    pub fn new(no: usize, watch: &Arc<Watch>, fate: Fate) -> Arc<Self> {
        let (watch, dead) = (Arc::clone(watch), CancellationToken::new());
        let (passed, failures, commits, mute) = Default::default();
        let stumbles = Mutex::new(usize::from(fate.stumble.is_some()));
        Arc::new(Self { no, watch, dead, fate, passed, stumbles, failures, commits, mute })
    }

    /// Goes through with a call, unless the life ends before, meanwhile, or right after it.
    pub async fn pass<T>(&self, steps: &[(Step, usize)], call: impl Future<Output = T>) -> T {
        self.breathe();
        if self.ends(steps, When::Before) {
            self.die();
        }
        self.may_stumble(steps, When::Before);
        let answer = tokio::select! {
            biased;
            () = self.dead.cancelled() => self.die(),
            answer = call => answer,
        };
        if self.ends(steps, When::After) {
            self.die();
        }
        self.may_stumble(steps, When::After);
        for (step, messages) in steps {
            self.count(*step, *messages);
        }
        answer
    }

    /// Nothing is done by the dead.
    pub fn breathe(&self) {
        if self.dead.is_cancelled() {
            self.die();
        }
    }

    fn ends(&self, steps: &[(Step, usize)], when: When) -> bool {
        self.is_at(self.fate.doom, steps, when)
    }

    fn may_stumble(&self, steps: &[(Step, usize)], when: When) {
        if !self.is_at(self.fate.stumble, steps, when) {
            return;
        }
        let mut stumbles = self.stumbles.lock().unwrap();
        if *stumbles > 0 {
            *stumbles -= 1;
            drop(stumbles);
            resume_unwind(Box::new("a fault"))
        }
    }

    fn is_at(&self, point: Option<Doom>, steps: &[(Step, usize)], when: When) -> bool {
        let passed = |step| self.passed.lock().unwrap().get(&step).copied().unwrap_or_default();
        let point = point.filter(|point| point.when == when && passed(point.step) >= point.after);
        point.is_some_and(|point| steps.iter().any(|(step, _)| *step == point.step))
    }

    fn count(&self, step: Step, messages: usize) {
        *self.passed.lock().unwrap().entry(step).or_default() += messages;
    }

    /// The task that called is unwound, and with it whoever waits for it: nothing that it would have done happens.
    fn die(&self) -> ! {
        self.dead.cancel();
        resume_unwind(Box::new("killed"))
    }
}

/// The way of a process to SQS.
pub(super) struct Wire {
    pub process: Arc<Process>,
    pub inner: Arc<dyn Sqs>,
}

impl Wire {
    async fn receive_(&self, queue: &QueueUrl, receive: Receive) -> Result<Vec<Message>> {
        let answer = self.process.pass(&[(Step::Receive, 0)], self.inner.receive(queue, receive)).await;
        if let Ok(answer) = &answer {
            self.process.watch.received(&answer.value);
            self.process.count(Step::Receive, answer.value.len());
        }
        answer
    }

    async fn send_(&self, queue: &QueueUrl, drafts: &[Draft]) -> Result<BatchOutcome<Sent>> {
        let watch = &self.process.watch;
        let twisted = self.process.fate.twist.map(|twist| drafts.iter().map(twist).collect::<Vec<_>>());
        let send = async {
            watch.send_begins(self.process.no, drafts);
            self.inner.send_batch(queue, twisted.as_deref().unwrap_or(drafts)).await
        };
        let answer = self.process.pass(&[(Step::Send, drafts.len())], send).await;
        watch.send_ended(drafts, &answer);
        answer
    }

    async fn delete_(&self, queue: &QueueUrl, handles: &[ReceiptHandle]) -> Result<BatchOutcome<()>> {
        let delete = async {
            self.process.watch.delete_begins(handles);
            self.inner.delete_batch(queue, handles).await
        };
        self.process.pass(&[(Step::Delete, handles.len())], delete).await
    }

    async fn hide_(&self, queue: &QueueUrl, handles: &[(ReceiptHandle, u32)]) -> Result<BatchOutcome<()>> {
        let back = handles.iter().all(|(_, seconds)| *seconds == 0);
        let step = if back { Step::GiveBack } else { Step::Renew };
        self.process.pass(&[(step, 1)], self.inner.change_visibility_batch(queue, handles)).await
    }
}

/// The calls that a redrive makes, and all others as they are.
macro_rules! gateway {
    ($($name:ident($($arg:ident: $type:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        impl Sqs for Wire {
            async fn receive(&self, queue: &QueueUrl, receive: Receive) -> Result<Vec<Message>> {
                self.receive_(queue, receive).await
            }

            async fn send_batch(&self, queue: &QueueUrl, drafts: &[Draft]) -> Result<BatchOutcome<Sent>> {
                self.send_(queue, drafts).await
            }

            async fn delete_batch(&self, queue: &QueueUrl, handles: &[ReceiptHandle]) -> Result<BatchOutcome<()>> {
                self.delete_(queue, handles).await
            }

            async fn change_visibility_batch(
                &self,
                queue: &QueueUrl,
                handles: &[(ReceiptHandle, u32)],
            ) -> Result<BatchOutcome<()>> {
                self.hide_(queue, handles).await
            }

            $(async fn $name(&self, $($arg: $type),*) -> $answer {
                self.inner.$name($($arg),*).await
            })*
        }
    };
}

gateway! {
    list_queues(prefix: Option<&str>) -> Result<Vec<QueueUrl>>;
    queue_url(name: &QueueName) -> Result<QueueUrl>;
    attributes(queue: &QueueUrl) -> Result<Attributes>;
    create_queue(name: &QueueName, attributes: &BTreeMap<String, String>, tags: &BTreeMap<String, String>)
        -> Result<QueueUrl>;
    set_attributes(queue: &QueueUrl, attributes: &BTreeMap<String, String>) -> Result<()>;
    delete_queue(queue: &QueueUrl) -> Result<()>;
    purge_queue(queue: &QueueUrl) -> Result<()>;
    tags(queue: &QueueUrl) -> Result<BTreeMap<String, String>>;
    tag_queue(queue: &QueueUrl, tags: &BTreeMap<String, String>) -> Result<()>;
    untag_queue(queue: &QueueUrl, keys: &[String]) -> Result<()>;
    add_permission(queue: &QueueUrl, label: &str, accounts: &[String], actions: &[String]) -> Result<()>;
    remove_permission(queue: &QueueUrl, label: &str) -> Result<()>;
    dead_letter_sources(queue: &QueueUrl) -> Result<Vec<QueueUrl>>;
    send(queue: &QueueUrl, draft: &Draft) -> Result<Sent>;
    offers_peek(queue: &QueueUrl) -> bool;
    peek(queue: &QueueUrl, limit: usize) -> Result<Vec<Message>>;
    delete(queue: &QueueUrl, handle: &ReceiptHandle) -> Result<()>;
    change_visibility(queue: &QueueUrl, handle: &ReceiptHandle, seconds: u32) -> Result<()>;
    start_move(source: &QueueArn, destination: Option<&QueueArn>, rate: Option<u32>) -> Result<TaskHandle>;
    cancel_move(handle: &TaskHandle) -> Result<u64>;
    move_tasks(source: &QueueArn) -> Result<Vec<MoveTask>>;
}

/// The distinct steps of a commit, each with how many messages.
pub(super) fn steps<'a>(changes: impl Iterator<Item = &'a crate::model::journal::Change>) -> Vec<(Step, usize)> {
    use crate::model::journal::Change;
    let steps: Vec<Step> = changes
        .filter_map(|change| match change {
            Change::Intend(_) => Some(Step::Intend),
            Change::Sent { .. } => Some(Step::Sent),
            Change::Done => Some(Step::Done),
            _ => None,
        })
        .collect();
    let distinct: BTreeSet<Step> = steps.iter().copied().collect();
    distinct.into_iter().map(|step| (step, steps.iter().filter(|other| **other == step).count())).collect()
}
