//! Every error code that SQS documents, as an answer through the real SDK; and every way to get no answer.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::super::connect::{Connect, connect};
use super::super::error::Kind::{self, *};
use super::super::tests::canned::{Answer, Canned};
use super::super::{AwsSqs, Sqs, SqsError};
use crate::model::ids::TaskHandle;
use crate::model::{Code, Draft, QueueUrl, ReceiptHandle};

/// What is asked when the answer comes.
#[derive(Clone, Copy, Debug)]
enum Call {
    Delete,
    Send,
    Create,
    Hide,
    StartMove,
    CancelMove,
}

async fn ask(sqs: &AwsSqs, call: Call) -> SqsError {
    let queue = QueueUrl::new("https://sqs.example.com/1/orders");
    let handle = ReceiptHandle::new("h");
    let arn = "arn:aws:sqs:eu-west-1:1:dlq".parse().unwrap();
    match call {
        Call::Delete => sqs.delete(&queue, &handle).await.unwrap_err(),
        Call::Send => sqs.send(&queue, &Draft { body: "x".into(), ..Draft::default() }).await.unwrap_err(),
        Call::Create => {
            let name = "orders".parse().unwrap();
            sqs.create_queue(&name, &BTreeMap::new(), &BTreeMap::new()).await.unwrap_err()
        }
        Call::Hide => sqs.change_visibility(&queue, &handle, 43_200).await.unwrap_err(),
        Call::StartMove => sqs.start_move(&arn, None, None).await.unwrap_err(),
        Call::CancelMove => sqs.cancel_move(&TaskHandle::new("t")).await.unwrap_err(),
    }
}

/// Call, status, JSON name, name of the query protocol (`x-amzn-query-error`, where SQS sends it), message, kind.
type Row = (Call, u16, &'static str, Option<&'static str>, &'static str, Kind);

#[rustfmt::skip]
const DOCUMENTED: &[Row] = {
    use Call::*;
    &[
    // Queues.
    (Delete, 400, "QueueDoesNotExist", Some("AWS.SimpleQueueService.NonExistentQueue"), "The specified queue does not exist.", NoSuchQueue),
    (Delete, 400, "QueueDoesNotExist", None, "The specified queue does not exist for this wsdl version.", NoSuchQueue),
    (Delete, 404, "InvalidAddress", Some("InvalidAddress"), "The address is not valid for this endpoint.", NoSuchQueue),
    (StartMove, 404, "ResourceNotFoundException", Some("ResourceNotFoundException"), "The resource that you specified for the SourceArn parameter doesn't exist.", NoSuchQueue),
    (CancelMove, 404, "ResourceNotFoundException", Some("ResourceNotFoundException"), "Task does not exist.", Rejected),
    (Create, 400, "QueueNameExists", Some("QueueAlreadyExists"), "A queue already exists with the same name and a different value for attribute VisibilityTimeout", QueueExists),
    (Create, 400, "QueueNameExists", None, "", QueueExists),
    (Create, 400, "QueueDeletedRecently", Some("AWS.SimpleQueueService.QueueDeletedRecently"), "You must wait 60 seconds after deleting a queue before you can create another with the same name.", QueueDeletedRecently),
    (Delete, 403, "PurgeQueueInProgress", Some("AWS.SimpleQueueService.PurgeQueueInProgress"), "Only one PurgeQueue operation on orders is allowed every 60 seconds.", PurgeInProgress),
    (Delete, 400, "InvalidAttributeName", Some("InvalidAttributeName"), "Unknown Attribute FifoQueue.", Rejected),
    (Delete, 400, "InvalidAttributeValue", Some("InvalidAttributeValue"), "Invalid value for the parameter VisibilityTimeout.", Rejected),
    // Messages and their handles.
    (Delete, 404, "ReceiptHandleIsInvalid", Some("ReceiptHandleIsInvalid"), "The input receipt handle \"h\" is not a valid receipt handle.", ReceiptHandle),
    (Delete, 400, "InvalidIdFormat", Some("InvalidIdFormat"), "", ReceiptHandle),
    (Delete, 400, "InvalidParameterValueException", Some("InvalidParameterValue"), "Value h for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.", ReceiptHandle),
    (Hide, 400, "InvalidParameterValueException", Some("InvalidParameterValue"), "Value h for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.", NotInFlight),
    (Hide, 400, "InvalidParameterValueException", Some("InvalidParameterValue"), "Value 43200 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds].", Rejected),
    (Hide, 400, "MessageNotInflight", Some("AWS.SimpleQueueService.MessageNotInflight"), "", NotInFlight),
    (Delete, 403, "OverLimit", Some("OverLimit"), "", OverLimit),
    (Send, 400, "InvalidMessageContents", Some("InvalidMessageContents"), "", Rejected),
    (Send, 400, "UnsupportedOperation", Some("AWS.SimpleQueueService.UnsupportedOperation"), "", Unsupported),
    (Send, 400, "MissingRequiredParameterException", Some("MissingParameter"), "The request must contain the parameter MessageGroupId.", Rejected),
    (Send, 400, "InvalidParameterValueException", Some("InvalidParameterValue"), "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly", Rejected),
    // Batches.
    (Send, 400, "BatchEntryIdsNotDistinct", Some("AWS.SimpleQueueService.BatchEntryIdsNotDistinct"), "", Rejected),
    (Send, 400, "BatchRequestTooLong", Some("AWS.SimpleQueueService.BatchRequestTooLong"), "Batch requests cannot be longer than 1048576 bytes.", Rejected),
    (Send, 400, "EmptyBatchRequest", Some("AWS.SimpleQueueService.EmptyBatchRequest"), "", Rejected),
    (Send, 400, "InvalidBatchEntryId", Some("AWS.SimpleQueueService.InvalidBatchEntryId"), "", Rejected),
    (Send, 400, "TooManyEntriesInBatchRequest", Some("AWS.SimpleQueueService.TooManyEntriesInBatchRequest"), "", Rejected),
    // Message move tasks.
    (StartMove, 400, "UnsupportedOperation", Some("AWS.SimpleQueueService.UnsupportedOperation"), "There is already a task running. Only one active task is allowed for a source queue arn at a given time.", TaskRunning),
    (StartMove, 400, "InvalidParameterValueException", Some("InvalidParameterValue"), "Source queue must be configured as a Dead Letter Queue.", NotADeadLetterQueue),
    (CancelMove, 400, "UnsupportedOperation", Some("AWS.SimpleQueueService.UnsupportedOperation"), "Only active tasks can be cancelled.", Rejected),
    // Keys: all seven.
    (Send, 400, "KmsAccessDenied", Some("KMS.AccessDeniedException"), "", Kms),
    (Send, 400, "KmsDisabled", Some("KMS.DisabledException"), "", Kms),
    (Send, 400, "KmsInvalidKeyUsage", Some("KMS.InvalidKeyUsageException"), "", Kms),
    (Send, 400, "KmsInvalidState", Some("KMS.InvalidStateException"), "", Kms),
    (Send, 400, "KmsNotFound", Some("KMS.NotFoundException"), "", Kms),
    (Send, 400, "KmsOptInRequired", Some("KMS.OptInRequired"), "", Kms),
    (Send, 400, "KmsThrottled", Some("KMS.ThrottlingException"), "", Throttled),
    (Send, 400, "KmsDisabled", None, "", Kms),
    (Send, 400, "KmsThrottled", None, "", Throttled),
    // Rights and credentials.
    (Delete, 403, "AccessDenied", Some("AccessDenied"), "Access to the resource is denied.", AccessDenied),
    (Delete, 400, "AccessDeniedException", None, "User: x is not authorized to perform: sqs:deletemessage", AccessDenied),
    (Delete, 403, "InvalidSecurity", Some("InvalidSecurity"), "All requests to this queue must use HTTPS and SigV4.", Rejected),
    (Delete, 400, "NotAuthorized", None, "You do not have permission to perform this action.", AccessDenied),
    (Delete, 403, "ExpiredToken", None, "The security token included in the request is expired", Credentials),
    (Delete, 400, "ExpiredTokenException", None, "", Credentials),
    (Delete, 403, "IncompleteSignature", None, "", Credentials),
    (Delete, 403, "InvalidClientTokenId", Some("InvalidClientTokenId"), "The security token included in the request is invalid.", Credentials),
    (Delete, 400, "UnrecognizedClientException", None, "", Credentials),
    (Delete, 400, "InvalidSignatureException", None, "Signature expired", Credentials),
    (Delete, 403, "SignatureDoesNotMatch", Some("SignatureDoesNotMatch"), "", Credentials),
    (Delete, 403, "OptInRequired", None, "", Credentials),
    (Delete, 403, "MissingAuthenticationToken", None, "", Credentials),
    (Delete, 403, "MissingAuthenticationTokenException", None, "", Credentials),
    (Delete, 400, "RequestExpired", None, "", Credentials),
    // Too much.
    (Delete, 403, "RequestThrottled", Some("RequestThrottled"), "", Throttled),
    (Delete, 400, "ThrottlingException", None, "Rate exceeded", Throttled),
    (Delete, 400, "Throttling", None, "", Throttled),
    (Delete, 429, "SomethingNew", None, "", Throttled),
    // Common errors.
    (Delete, 400, "InvalidAction", None, "", Unsupported),
    (Delete, 404, "UnknownOperationException", None, "", Unsupported),
    (Delete, 501, "InternalFailure", None, "", Upstream),
    (Delete, 501, "SomethingNew", None, "", Unsupported),
    (Delete, 400, "InvalidParameterCombination", None, "", Rejected),
    (Delete, 400, "InvalidQueryParameter", None, "", Rejected),
    (Delete, 404, "MalformedQueryString", None, "", Rejected),
    (Delete, 400, "MissingAction", None, "", Rejected),
    (Delete, 400, "SerializationException", None, "", Rejected),
    (Delete, 400, "ValidationError", None, "", Rejected),
    (Delete, 500, "InternalError", Some("InternalError"), "", Upstream),
    (Delete, 500, "InternalFailure", None, "", Upstream),
    (Delete, 503, "ServiceUnavailable", Some("ServiceUnavailable"), "", Upstream),
    (Delete, 500, "SomethingNew", None, "", Upstream),
    (Delete, 400, "SomethingNew", None, "", Rejected),
    ]
};

#[tokio::test]
async fn every_documented_code_has_its_kind() {
    for &(call, status, name, query, message, kind) in DOCUMENTED {
        let mut headers = vec![("x-amzn-requestid", "req-7"), ("content-type", "application/x-amz-json-1.0")];
        let legacy: &'static str = query.map_or("", |query| format!("{query};Sender").leak());
        if query.is_some() {
            headers.push(("x-amzn-query-error", legacy));
        }
        let body = serde_json::json!({"__type": format!("com.amazonaws.sqs#{name}"), "message": message});
        let canned = Canned::new([Answer(status, headers, body.to_string())]);
        let error = ask(&canned.sqs(), call).await;
        assert_eq!(error.kind, kind, "{name} {query:?} {message}");
        assert_eq!(error.code, Code::new(query.unwrap_or(name)), "{name}");
        assert_eq!(error.request_id.as_deref(), Some("req-7"), "{name}");
    }
}

#[tokio::test]
async fn an_answer_that_is_no_answer_of_sqs_is_judged_by_its_status() {
    let html = "<html><h1>Service Unavailable</h1></html>";
    let xml = "<ErrorResponse><Error><Type>Sender</Type><Code>AWS.SimpleQueueService.NonExistentQueue</Code></Error></ErrorResponse>";
    #[rustfmt::skip]
    let rows = [
        (503, vec![], html, Upstream, "Http503"),
        (502, vec![], "", Upstream, "Http502"),
        (504, vec![], html, Upstream, "Http504"),
        (403, vec![], html, AccessDenied, "Http403"),
        (404, vec![], html, Garbled, "Http404"),
        (407, vec![], html, Garbled, "Http407"),
        (301, vec![], "", Garbled, "Http301"),
        (429, vec![], html, Throttled, "Http429"),
        (413, vec![], html, Rejected, "Http413"),
        (400, vec![], xml, NoSuchQueue, "AWS.SimpleQueueService.NonExistentQueue"),
        (400, vec![("x-amzn-errortype", "com.amazonaws.sqs#OverLimit:http://x/")], "nothing", OverLimit, "OverLimit"),
        (200, vec![], html, Garbled, "UnreadableAnswer"),
    ];
    for (status, headers, body, kind, code) in rows {
        let canned = Canned::new([Answer(status, headers, body.to_owned())]);
        let error = ask(&canned.sqs(), Call::Send).await;
        assert_eq!((error.kind, &error.code), (kind, &Code::new(code)), "{status} {body}");
    }
}

async fn at(endpoint: String) -> AwsSqs {
    let secret = Some(("key".to_owned(), "secret".to_owned()));
    connect(&Connect { endpoint: Some(endpoint), static_credentials: secret, ..Connect::default() }).await.unwrap()
}

/// A server that does `each` with every connection.
async fn server<F>(each: impl Fn(TcpStream) -> F + Send + 'static) -> String
where
    F: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            each(stream).await;
        }
    });
    address
}

async fn expect(endpoint: String, kind: Kind, code: &str) {
    let error = ask(&at(endpoint.clone()).await, Call::Send).await;
    assert_eq!((error.kind, error.code.as_str()), (kind, code), "{endpoint}");
    assert_eq!(error.had_no_effect(), kind == Unreachable, "{endpoint}");
    assert_eq!(error.request_id, None);
}

#[tokio::test]
async fn where_nothing_listens_nothing_was_sent() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    expect(format!("http://{free}"), Unreachable, "ConnectionRefused").await;
    expect("http://queue.invalid:1".into(), Unreachable, "NameNotResolved").await;
    let plain = server(async |mut stream| {
        let _ = stream.read(&mut [0; 4096]).await;
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    });
    expect(format!("https://{}", plain.await), Unreachable, "TlsFailed").await;
}

#[tokio::test]
async fn a_lost_answer_leaves_open_what_happened() {
    let closing = server(async |mut stream| {
        let _ = stream.read(&mut [0; 4096]).await;
    });
    expect(format!("http://{}", closing.await), TimedOut, "AnswerLost").await;
    let cut_short = server(async |mut stream| {
        let _ = stream.read(&mut [0; 4096]).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"Mess").await;
    });
    expect(format!("http://{}", cut_short.await), Garbled, "UnreadableAnswer").await;
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let silent = server(async |mut stream| {
        tokio::spawn(async move {
            let mut sink = [0; 4096];
            while stream.read(&mut sink).await.is_ok_and(|read| read > 0) {}
        });
    });
    let start = Instant::now();
    expect(format!("http://{}", silent.await), TimedOut, "Timeout").await;
    let waited = start.elapsed();
    assert!(waited > Duration::from_secs(9) && waited < Duration::from_secs(14), "{waited:?}");
}

#[tokio::test]
async fn without_credentials_nothing_is_sent() {
    let canned = Canned::new([]);
    let error = ask(&canned.sqs_without_credentials(), Call::Send).await;
    assert_eq!((error.kind, error.code.as_str()), (Kind::Credentials, "NoCredentials"));
    assert!(error.had_no_effect());
}
