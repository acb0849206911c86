//! Why no answer came: no credentials, no connection, or a connection that was lost.
//!
//! The distinction matters for sends. [`Kind::Unreachable`] means that no connection came to be, so that nothing was
//! sent; everything later leaves open what SQS did.

use std::error::Error;
use std::io;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::result::DispatchFailure;
use hyper_util::client::legacy;

use super::super::error::Kind;
use crate::model::Code;

/// Judges a request that got no answer.
pub(super) fn dispatch(failure: &DispatchFailure) -> (Kind, Code) {
    let Some(connector) = failure.as_connector_error() else {
        return (Kind::TimedOut, Code::new("AnswerLost"));
    };
    let (kind, code) = if let Some(error) = find::<CredentialsError>(connector) {
        (Kind::Credentials, credentials(error))
    } else if find::<legacy::Error>(connector).is_some_and(legacy::Error::is_connect) {
        (Kind::Unreachable, connect(connector, connector.is_timeout()))
    } else if connector.is_timeout() {
        (Kind::TimedOut, "Timeout")
    } else if connector.is_user() {
        (Kind::Rejected, "InvalidRequest")
    } else {
        (Kind::TimedOut, "AnswerLost")
    };
    (kind, Code::new(code))
}

fn credentials(error: &CredentialsError) -> &'static str {
    match error {
        CredentialsError::CredentialsNotLoaded(_) => "NoCredentials",
        CredentialsError::ProviderTimedOut(_) => "CredentialsTimedOut",
        CredentialsError::InvalidConfiguration(_) => "CredentialsMisconfigured",
        _ => "CredentialsFailed",
    }
}

fn connect(error: &(dyn Error + 'static), timed_out: bool) -> &'static str {
    if timed_out {
        return "ConnectTimedOut";
    }
    if find::<rustls::Error>(error).is_some() {
        return "TlsFailed";
    }
    // The resolver's error has no public type, only this wording.
    if chain(error).any(|cause| cause.to_string() == "dns error") {
        return "NameNotResolved";
    }
    match find::<io::Error>(error).map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => "ConnectionRefused",
        _ => "ConnectFailed",
    }
}

fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    chain(error).find_map(<dyn Error>::downcast_ref)
}

/// The error and its causes. An [`io::Error`] skips its own payload in `source`, so it is unwrapped by hand.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| match error.downcast_ref::<io::Error>() {
        Some(io) => io.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => error.source(),
    })
}
