//! `aws-sdk-sqs` behind names: the table of its 23 operations, each with the members of its request and of its answer.

use std::sync::LazyLock;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::timeout::TimeoutConfig;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region, SharedHttpClient};
use aws_sdk_sqs::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::http::Response;
use serde_json::Value;

use super::super::subject::{ACCOUNT, REGION};
use super::Refusal;
use super::sdk_values::{Members, answer};

/// One for all cases: making it reads the system's certificates.
static HTTP: LazyLock<SharedHttpClient> =
    LazyLock::new(|| Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https());

/// A client that asks once.
pub(super) fn client(endpoint: &str) -> Client {
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::from_static(REGION))
        .credentials_provider(Credentials::new(ACCOUNT, "secret", None, None, "the suite"))
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().operation_timeout(Duration::from_secs(60)).build())
        .http_client(HTTP.clone())
        .build();
    Client::from_conf(config)
}

/// Calls an operation by its name. Panics where the SDK cannot say what the case wants to say, and where there is no
/// answer.
#[expect(deprecated, reason = "AttributeNames of a receive is the older name, and still in use")]
pub(super) async fn call(client: &Client, operation: &str, input: Value) -> Result<Value, Refusal> {
    let mut said = Members::of(operation, input);
    macro_rules! operations {
        ($($name:literal $method:ident($($member:literal $set:ident),*) -> ($($answered:literal $field:ident),*);)*) => {
            match operation {
                $($name => {
                    let request = client.$method()$(.$set(said.take($member)))*;
                    said.all_taken();
                    match request.send().await {
                        #[allow(unused_variables, reason = "some answers are empty")]
                        Ok(output) => Ok(answer([$(($answered, super::sdk_values::Answered::write(&output.$field))),*])),
                        Err(error) => Err(refusal(operation, error)),
                    }
                })*
                _ => panic!("SQS has no operation {operation}"),
            }
        };
    }
    operations! {
        "AddPermission" add_permission(
            "QueueUrl" set_queue_url, "Label" set_label, "AWSAccountIds" set_aws_account_ids, "Actions" set_actions
        ) -> ();
        "CancelMessageMoveTask" cancel_message_move_task("TaskHandle" set_task_handle)
            -> ("ApproximateNumberOfMessagesMoved" approximate_number_of_messages_moved);
        "ChangeMessageVisibility" change_message_visibility(
            "QueueUrl" set_queue_url, "ReceiptHandle" set_receipt_handle, "VisibilityTimeout" set_visibility_timeout
        ) -> ();
        "ChangeMessageVisibilityBatch" change_message_visibility_batch("QueueUrl" set_queue_url, "Entries" set_entries)
            -> ("Successful" successful, "Failed" failed);
        "CreateQueue" create_queue("QueueName" set_queue_name, "Attributes" set_attributes, "tags" set_tags)
            -> ("QueueUrl" queue_url);
        "DeleteMessage" delete_message("QueueUrl" set_queue_url, "ReceiptHandle" set_receipt_handle) -> ();
        "DeleteMessageBatch" delete_message_batch("QueueUrl" set_queue_url, "Entries" set_entries)
            -> ("Successful" successful, "Failed" failed);
        "DeleteQueue" delete_queue("QueueUrl" set_queue_url) -> ();
        "GetQueueAttributes" get_queue_attributes("QueueUrl" set_queue_url, "AttributeNames" set_attribute_names)
            -> ("Attributes" attributes);
        "GetQueueUrl" get_queue_url(
            "QueueName" set_queue_name, "QueueOwnerAWSAccountId" set_queue_owner_aws_account_id
        ) -> ("QueueUrl" queue_url);
        "ListDeadLetterSourceQueues" list_dead_letter_source_queues(
            "QueueUrl" set_queue_url, "NextToken" set_next_token, "MaxResults" set_max_results
        ) -> ("queueUrls" queue_urls, "NextToken" next_token);
        "ListMessageMoveTasks" list_message_move_tasks("SourceArn" set_source_arn, "MaxResults" set_max_results)
            -> ("Results" results);
        "ListQueueTags" list_queue_tags("QueueUrl" set_queue_url) -> ("Tags" tags);
        "ListQueues" list_queues(
            "QueueNamePrefix" set_queue_name_prefix, "NextToken" set_next_token, "MaxResults" set_max_results
        ) -> ("QueueUrls" queue_urls, "NextToken" next_token);
        "PurgeQueue" purge_queue("QueueUrl" set_queue_url) -> ();
        "ReceiveMessage" receive_message(
            "QueueUrl" set_queue_url, "AttributeNames" set_attribute_names,
            "MessageSystemAttributeNames" set_message_system_attribute_names,
            "MessageAttributeNames" set_message_attribute_names, "MaxNumberOfMessages" set_max_number_of_messages,
            "VisibilityTimeout" set_visibility_timeout, "WaitTimeSeconds" set_wait_time_seconds,
            "ReceiveRequestAttemptId" set_receive_request_attempt_id
        ) -> ("Messages" messages);
        "RemovePermission" remove_permission("QueueUrl" set_queue_url, "Label" set_label) -> ();
        "SendMessage" send_message(
            "QueueUrl" set_queue_url, "MessageBody" set_message_body, "DelaySeconds" set_delay_seconds,
            "MessageAttributes" set_message_attributes, "MessageSystemAttributes" set_message_system_attributes,
            "MessageDeduplicationId" set_message_deduplication_id, "MessageGroupId" set_message_group_id
        ) -> (
            "MD5OfMessageBody" md5_of_message_body, "MD5OfMessageAttributes" md5_of_message_attributes,
            "MD5OfMessageSystemAttributes" md5_of_message_system_attributes, "MessageId" message_id,
            "SequenceNumber" sequence_number
        );
        "SendMessageBatch" send_message_batch("QueueUrl" set_queue_url, "Entries" set_entries)
            -> ("Successful" successful, "Failed" failed);
        "SetQueueAttributes" set_queue_attributes("QueueUrl" set_queue_url, "Attributes" set_attributes) -> ();
        "StartMessageMoveTask" start_message_move_task(
            "SourceArn" set_source_arn, "DestinationArn" set_destination_arn,
            "MaxNumberOfMessagesPerSecond" set_max_number_of_messages_per_second
        ) -> ("TaskHandle" task_handle);
        "TagQueue" tag_queue("QueueUrl" set_queue_url, "Tags" set_tags) -> ();
        "UntagQueue" untag_queue("QueueUrl" set_queue_url, "TagKeys" set_tag_keys) -> ();
    }
}

/// What the SDK makes of an error that SQS answered.
fn refusal<E>(operation: &str, error: SdkError<E, Response>) -> Refusal
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    match &error {
        SdkError::ServiceError(answered) => Refusal {
            code: answered.err().code().unwrap_or("(no code)").to_owned(),
            message: answered.err().message().unwrap_or("(no message)").to_owned(),
            status: answered.raw().status().as_u16(),
        },
        _ => panic!("{operation}: {}", DisplayErrorContext(&error)),
    }
}
