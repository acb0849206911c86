//! The three SDK clients of a connection. They differ in patience only, and share connections and credentials.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Builder, StalledStreamProtectionConfig};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;

use super::super::peek::Peek;
use super::{AwsSqs, Info};

/// The SDK's defaults as of this date, so that an update of the SDK changes none of them.
pub const BEHAVIOR: fn() -> BehaviorVersion = BehaviorVersion::v2026_01_12;

/// To connect, TLS included.
const CONNECT: Duration = Duration::from_secs(5);
/// For one attempt of a call that SQS answers at once.
const ATTEMPT: Duration = Duration::from_secs(10);
/// For one attempt of a receive: the longest wait is 20 s (SQS Developer Guide, "Long polling").
const POLL: Duration = Duration::from_secs(25);
/// For a call with all its attempts and with fetching credentials.
const CALL: Duration = Duration::from_secs(25);

impl AwsSqs {
    /// Makes the clients from what the SDK found out about credentials, and from where to call.
    pub fn new(sdk: &SdkConfig, info: Info) -> Self {
        // One repetition hides a single fault. More would hide throttling from the poller, which has to slow down.
        let reads = client(sdk, &info, RetryConfig::standard().with_max_attempts(2), ATTEMPT);
        let writes = client(sdk, &info, RetryConfig::disabled(), ATTEMPT);
        let polls = client(sdk, &info, RetryConfig::disabled(), POLL);
        Self { reads, writes, polls, peek: None, info }
    }

    /// The same, and where it can look without receiving it may.
    pub(in super::super) fn peeking(self, peek: Option<Peek>) -> Self {
        Self { peek, ..self }
    }
}

/// The deadlines of a call that is answered at once; those of fetching credentials are the same.
pub(in super::super) fn deadlines() -> TimeoutConfig {
    deadlines_with(ATTEMPT)
}

fn deadlines_with(attempt: Duration) -> TimeoutConfig {
    let whole = CALL.max(attempt + CONNECT);
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(attempt)
        .operation_timeout(whole)
        .build()
}

fn client(sdk: &SdkConfig, info: &Info, retries: RetryConfig, attempt: Duration) -> Client {
    let config = Builder::from(sdk)
        .behavior_version(BEHAVIOR())
        .retry_config(retries)
        .timeout_config(deadlines_with(attempt))
        // A long poll is a stream that stalls; the deadlines above do what this protection is for.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    let mut config = config.region(aws_types::region::Region::new(info.region.clone()));
    config.set_endpoint_url(info.endpoint.clone());
    Client::from_conf(config.build())
}
