//! From the SDK's result to the gateway's: the value and the request id, or the classified error.

use std::error::Error;

use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_types::request_id::RequestId;

use super::super::classify::classify;
use super::super::convert::Read;
use super::super::error::{Kind, SqsError};
use super::super::{Answer, Result};
use crate::model::Code;

/// An answer that can always be read.
pub(super) fn answer<O, T, E>(
    operation: &'static str,
    result: std::result::Result<O, SdkError<E>>,
    read: impl FnOnce(O) -> T,
) -> Result<T>
where
    O: RequestId,
    E: ProvideErrorMetadata + Error + 'static,
{
    checked(operation, result, |output| Ok(read(output)))
}

/// An answer that can turn out to be garbled, though SQS reports success.
pub(super) fn checked<O, T, E>(
    operation: &'static str,
    result: std::result::Result<O, SdkError<E>>,
    read: impl FnOnce(O) -> Read<T>,
) -> Result<T>
where
    O: RequestId,
    E: ProvideErrorMetadata + Error + 'static,
{
    let output = result.map_err(|error| classify(operation, &error))?;
    let request_id = output.request_id().map(str::to_owned);
    match read(output) {
        Ok(value) => Ok(Answer { value, request_id }),
        Err(code) => Err(SqsError { kind: Kind::Garbled, operation, code: Code::new(code), request_id }),
    }
}
