//! The ways to ask an SQS: each takes SQS's members as JSON and answers in the same words, or with a refusal as its SDK
//! shows it. None retries, none validates.

mod boto3;
mod http;
mod sdk;
mod sdk_values;

use serde_json::Value;

pub(super) use http::{Answer, http};

/// How SQS says no.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    /// The code that an SDK shows: `AWS.SimpleQueueService.NonExistentQueue`.
    pub(super) code: String,
    pub(super) message: String,
    /// Of HTTP.
    pub(super) status: u16,
}

/// Which client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `aws-sdk-sqs`, in this process.
    Sdk,
    /// Python's, in a process of its own.
    Boto3,
    /// No SDK at all; a case that asks in plain HTTP prepares with boto3.
    Http,
}

impl Kind {
    /// As in the names of tests.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sdk => "sdk",
            Self::Boto3 => "boto3",
            Self::Http => "http",
        }
    }
}

/// A client of one endpoint.
#[derive(Clone)]
pub(super) enum Client {
    Sdk(aws_sdk_sqs::Client),
    Boto3,
}

impl Client {
    pub(super) fn new(kind: Kind, endpoint: &str) -> Self {
        match kind {
            Kind::Sdk => Self::Sdk(sdk::client(endpoint)),
            Kind::Boto3 | Kind::Http => Self::Boto3,
        }
    }

    pub(super) async fn call(&self, endpoint: &str, operation: &str, input: Value) -> Result<Value, Refusal> {
        match self {
            Self::Sdk(client) => sdk::call(client, operation, input).await,
            Self::Boto3 => boto3::call(endpoint, operation, input).await,
        }
    }
}
