//! Floor 2 — what the console does with queues.
//! May use: model, server::sqs, server::store, server::clock.
//!
//! [`Services`] is the handle that pages and forms get; cloning it is shallow. Reading goes through
//! the methods of [`Connection`]; everything that changes something goes through [`Connection::act`], the only way to the
//! rest of the gateway: it checks what is permitted, writes the intent to the audit log, and only then lets the
//! effect happen.

pub mod act;
pub mod activity;
pub mod archive;
pub mod connection;
pub mod danger;
pub mod jobs;
pub mod messages;
pub mod new_queue;
pub mod overview;
pub mod poller;
pub mod queues;
pub mod redrive;
pub mod report;
pub mod saved;
pub mod settings;
pub mod submissions;

use std::future::Future;
use std::sync::Arc;

use tokio_util::task::TaskTracker;

pub use self::connection::Connection;
use self::submissions::Submissions;
use crate::model::{ConnectionName, Failure};
use crate::server::clock::SharedClock;
use crate::server::store::Store;

/// What the console can do, for all connections. A handle: cloning is shallow.
#[derive(Clone)]
pub struct Services(Arc<Inner>);

struct Inner {
    connections: Vec<Connection>,
    store: Arc<dyn Store>,
    clock: SharedClock,
    submissions: Submissions,
    tracker: TaskTracker,
    public_origin: Option<String>,
}

impl Services {
    /// Puts the services together.
    pub fn new(
        connections: Vec<Connection>,
        store: Arc<dyn Store>,
        clock: SharedClock,
        tracker: TaskTracker,
        public_origin: Option<String>,
    ) -> Self {
        let submissions = Submissions::default();
        Self(Arc::new(Inner { connections, store, clock, submissions, tracker, public_origin }))
    }

    /// The origin under which everybody finds the console, where one is configured: `https://redrive.example.com`.
    pub fn public_origin(&self) -> Option<&str> {
        self.0.public_origin.as_deref()
    }

    /// All connections, in the order of the configuration.
    pub fn connections(&self) -> &[Connection] {
        &self.0.connections
    }

    /// The connection of that name.
    pub fn connection(&self, name: &str) -> Result<Connection, Failure> {
        let found = self.0.connections.iter().find(|connection| connection.name().as_str() == name);
        found.cloned().ok_or(Failure::NotFound)
    }

    /// The connection of that name, already parsed.
    pub fn connection_of(&self, name: &ConnectionName) -> Result<Connection, Failure> {
        self.connection(name.as_str())
    }

    /// What the console remembers.
    pub fn store(&self) -> &dyn Store {
        &*self.0.store
    }

    /// What was typed, and what came of it.
    pub fn submissions(&self) -> &Submissions {
        &self.0.submissions
    }

    /// Runs a change to its end, whether or not the one who asked for it stays.
    pub async fn run<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Result<T, Failure> {
        self.0.tracker.spawn(work).await.map_err(|error| report::crash(&error))
    }

    /// Starts something that goes on after the answer to the one who asked for it.
    pub fn start(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.0.tracker.spawn(work);
    }

    /// Milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        self.0.clock.now_ms()
    }
}
