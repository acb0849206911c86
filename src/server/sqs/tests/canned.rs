//! An HTTP client that answers from a list and remembers what it was asked: the real SDK sits on top of it.

use std::collections::VecDeque;

use std::sync::{Arc, Mutex};

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::{Credentials, credential_fn::provide_credentials_fn};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_types::SdkConfig;
use aws_types::region::Region;
use serde_json::Value;

use super::super::aws::{AwsSqs, BEHAVIOR, Info};

/// An answer: status, headers, body.
#[derive(Clone, Debug)]
pub(crate) struct Answer(pub u16, pub Vec<(&'static str, &'static str)>, pub String);

/// An answer in JSON with a request id.
pub(crate) fn answer(status: u16, body: &Value) -> Answer {
    Answer(status, vec![("x-amzn-requestid", "req-1")], body.to_string())
}

/// The client.
#[derive(Clone, Debug)]
pub(crate) struct Canned {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Canned {
    /// Answers one after the other.
    pub(crate) fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self { answers: Arc::new(Mutex::new(answers.into_iter().collect())), asked: Arc::default() }
    }

    /// The gateway on top of it.
    pub(crate) fn sqs(&self) -> AwsSqs {
        let connector = SharedHttpConnector::new(self.clone());
        let credentials = Credentials::new("key", "secret", None, None, "test");
        gateway(connector, SharedCredentialsProvider::new(credentials))
    }

    /// The gateway on top of it, where nobody has credentials.
    pub(crate) fn sqs_without_credentials(&self) -> AwsSqs {
        let nobody = provide_credentials_fn(async || Err(CredentialsError::not_loaded("nobody")));
        gateway(SharedHttpConnector::new(self.clone()), SharedCredentialsProvider::new(nobody))
    }

    /// The bodies of the requests so far.
    pub(crate) fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().clone()
    }
}

fn gateway(connector: SharedHttpConnector, credentials: SharedCredentialsProvider) -> AwsSqs {
    let sdk = SdkConfig::builder()
        .behavior_version(BEHAVIOR())
        .credentials_provider(credentials)
        .region(Region::from_static("eu-west-1"))
        .http_client(http_client_fn(move |_, _| connector.clone()))
        .build();
    AwsSqs::new(&sdk, Info { region: "eu-west-1".into(), endpoint: Some("https://sqs.example.com".into()) })
}

impl HttpConnector for Canned {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let asked: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        self.asked.lock().unwrap().push(asked);
        let next = self.answers.lock().unwrap().pop_front().expect("an answer for every request");
        HttpConnectorFuture::ready(Ok(http(next)))
    }
}

fn http(Answer(status, headers, body): Answer) -> HttpResponse {
    let mut response = http::Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    HttpResponse::try_from(response.body(SdkBody::from(body)).unwrap()).unwrap()
}
