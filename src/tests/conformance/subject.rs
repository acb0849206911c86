//! The SQS that is asked: the embedded one, fresh for each case, or another at an address of the environment.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::local::{Clock, Local, ManualClock, Options, serve};

use super::case::skip;

/// The account of every subject. LocalStack and its like take an access key of twelve digits for the account.
pub(super) const ACCOUNT: &str = "123456789012";
/// The Region of every subject.
pub(super) const REGION: &str = "eu-west-1";

/// The longest that a case waits elsewhere, where only waiting moves the clock. In seconds.
const PATIENCE: u64 = 65;

/// Another SQS, if the environment names one.
#[expect(clippy::disallowed_methods, reason = "no part of the console: the subject of a run of the suite")]
static ELSEWHERE: LazyLock<Option<String>> =
    LazyLock::new(|| std::env::var("REDRIVE_CONFORMANCE_ENDPOINT").ok().filter(|endpoint| !endpoint.is_empty()));

/// An SQS under test.
pub(super) enum Subject {
    /// The embedded one.
    Embedded {
        endpoint: String,
        clock: ManualClock,
        /// Stops it when the case ends.
        _stop: DropGuard,
    },
    /// Another one, in which others may live, too.
    Elsewhere {
        endpoint: String,
        /// What the names of this case's queues begin with.
        prefix: String,
    },
}

impl Subject {
    /// A fresh embedded SQS, or a fresh prefix elsewhere.
    pub(super) async fn new() -> Self {
        if let Some(endpoint) = &*ELSEWHERE {
            let prefix = format!("c{}-", &uuid::Uuid::new_v4().simple().to_string()[..9]);
            return Self::Elsewhere { endpoint: endpoint.trim_end_matches('/').to_owned(), prefix };
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let clock = ManualClock::at(1_750_000_000_000);
        let local = Local::new(Options {
            account: ACCOUNT.to_owned(),
            region: REGION.to_owned(),
            base_url: endpoint.clone(),
            clock: Clock::Manual(clock.clone()),
            ..Options::default()
        });
        let stop = CancellationToken::new();
        tokio::spawn(serve(listener, Arc::new(local), stop.clone()));
        Self::Embedded { endpoint, clock, _stop: stop.drop_guard() }
    }

    /// Where it listens, without a slash at the end.
    pub(super) fn endpoint(&self) -> &str {
        let (Self::Embedded { endpoint, .. } | Self::Elsewhere { endpoint, .. }) = self;
        endpoint
    }

    /// What the names of a case's queues begin with.
    pub(super) fn prefix(&self) -> &str {
        match self {
            Self::Embedded { .. } => "",
            Self::Elsewhere { prefix, .. } => prefix,
        }
    }

    /// The time by its clock, in epoch milliseconds.
    pub(super) fn now(&self) -> u64 {
        match self {
            Self::Embedded { clock, .. } => Clock::Manual(clock.clone()).now(),
            Self::Elsewhere { .. } => Clock::Wall.now(),
        }
    }

    /// Lets so many seconds pass. Elsewhere that takes as long, and a case that needs longer than patience lasts is
    /// skipped.
    pub(super) async fn pass(&self, seconds: u64) {
        match self {
            Self::Embedded { clock, .. } => clock.advance(Duration::from_secs(seconds)),
            Self::Elsewhere { .. } if seconds > PATIENCE => skip(format!("needs {seconds} s")),
            // A little more, since two clocks are never one.
            Self::Elsewhere { .. } => tokio::time::sleep(Duration::from_millis(seconds * 1000 + 200)).await,
        }
    }
}
