//! The two protocols below the SDKs, in plain HTTP: AWS JSON 1.0, and the older Query protocol of forms and XML. The
//! clients of the other families speak the first; SDKs of before November 2023 speak the second.

use serde_json::{Value, json};

use super::clients::Answer;
use super::sqs::Sqs;
use super::{NO_QUEUE, cases};

const JSON: &str = "application/x-amz-json-1.0";
const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// Posts a form to the address of a queue.
async fn form(sqs: &Sqs, url: &str, form: &str) -> Answer {
    sqs.http("POST", path(url), &[("content-type", FORM)], form).await
}

/// What follows the host.
fn path(url: &str) -> &str {
    let rest = url.split_once("://").unwrap().1;
    &rest[rest.find('/').unwrap()..]
}

/// The text of the first element of a name, as it is written.
fn element<'a>(answer: &'a Answer, name: &str) -> &'a str {
    let start = answer.body.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("no {name}: {}", answer.body)).1;
    start.split_once(&format!("</{name}>")).unwrap().0
}

async fn target(sqs: &Sqs, target: &str, body: &str) -> Answer {
    sqs.http("POST", "/", &[("content-type", JSON), ("x-amz-target", target)], body).await
}

cases! {
    "Developer guide, Making query API requests: the GET and the POST method, queue URL as the endpoint"
    #[only(http)]
    async fn a_queue_is_asked_at_its_own_address(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let sent = form(&sqs, &url, "Action=SendMessage&MessageBody=a+b%26c&Version=2012-11-05").await;
        assert_eq!(sent.status, 200);
        assert_eq!(element(&sent, "MD5OfMessageBody"), "8e193f79dcba7d1b300ede08603f81d3");
        let got = sqs.http("GET", &format!("{}?Action=ReceiveMessage&AttributeName.1=All", path(&url)), &[], "").await;
        assert_eq!((got.status, element(&got, "Body")), (200, "a b&amp;c"));
        let gone = sqs.http("GET", &format!("{}?Action=DeleteQueue", path(&url)), &[], "").await;
        assert!(gone.body.contains("<DeleteQueueResponse"), "{}", gone.body);
    }

    "Developer guide, Interpreting query API responses: the structure of a successful response"
    #[only(http)]
    async fn an_answer_is_a_document_with_its_requests_id(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let got = form(&sqs, &url, "Action=ReceiveMessage").await;
        assert!(got.headers["content-type"].starts_with("text/xml"), "{:?}", got.headers);
        assert!(got.body.starts_with("<?xml version="), "{}", got.body);
        assert!(got.body.contains("<ReceiveMessageResponse xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\">"));
        assert!(got.body.replace(" />", "/>").contains("<ReceiveMessageResult/>"), "{}", got.body);
        assert_eq!(element(&got, "RequestId"), got.headers["x-amzn-requestid"]);
    }

    "Developer guide, Interpreting query API responses: the structure of an error response (recorded)"
    #[only(http)]
    async fn an_error_is_a_document_with_the_code_of_old(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let refused = form(&sqs, &format!("{url}-none"), "Action=GetQueueAttributes&AttributeName.1=QueueArn").await;
        assert_eq!((refused.status, element(&refused, "Type")), (400, "Sender"));
        assert_eq!(element(&refused, "Code"), NO_QUEUE);
        assert!(element(&refused, "Message").starts_with("The specified queue does not exist for this wsdl version"));
        let refused = form(&sqs, &url, "Action=SendMessage").await;
        assert_eq!((refused.status, element(&refused, "Code")), (400, "MissingParameter"));
        assert_eq!(element(&refused, "Message"), "The request must contain the parameter MessageBody.");
        let refused = form(&sqs, &url, "Action=GetQueueAttributes&AttributeName.1=Foobar").await;
        assert_eq!((refused.status, element(&refused, "Code")), (400, "InvalidAttributeName"));
        assert_eq!(element(&refused, "Message"), "Unknown Attribute Foobar.");
    }

    "API reference, Common Errors: InvalidAction (recorded)"
    #[only(http)]
    async fn an_unknown_action_is_invalid_and_so_is_making_a_queue_at_another(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for action in ["FooBar", "CreateQueue", "ListQueues"] {
            let refused = form(&sqs, &url, &format!("Action={action}&QueueName=x")).await;
            assert_eq!((refused.status, element(&refused, "Code")), (400, "InvalidAction"), "{action}");
            assert_eq!(element(&refused, "Message"), format!("The action {action} is not valid for this endpoint."));
        }
        let nothing = sqs.http("GET", path(&url), &[("accept", "application/json")], "").await;
        assert_eq!(nothing.status, 404);
        assert!(nothing.body.contains("<UnknownOperationException"), "{}", nothing.body);
    }

    "Developer guide, Making query API requests; QueueUrl in the parameters goes before the address (recorded)"
    #[only(http)]
    async fn a_named_queue_goes_before_the_address(sqs) {
        let (orders, other) = (sqs.queue("orders", json!({})).await, sqs.queue("other", json!({})).await);
        let asked = format!("Action=GetQueueAttributes&AttributeName.1=QueueArn&QueueUrl={other}");
        let got = form(&sqs, &orders, &asked).await;
        assert!(element(&got, "Value").ends_with(&sqs.name("other")), "{}", got.body);
        let found = form(&sqs, &orders, &format!("Action=GetQueueUrl&QueueName={}", sqs.name("other"))).await;
        assert_eq!(element(&found, "QueueUrl").rsplit('/').next().unwrap(), sqs.name("other"));
    }

    "API reference, SendMessage: MessageAttribute.N and MessageSystemAttribute.N; ReceiveMessage"
    #[only(http)]
    async fn attributes_travel_in_forms_and_documents(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let sent = form(
            &sqs,
            &url,
            "Action=SendMessage&MessageBody=x&MessageAttribute.1.Name=n&MessageAttribute.1.Value.DataType=Number\
             &MessageAttribute.1.Value.StringValue=12&MessageAttribute.2.Name=b&MessageAttribute.2.Value.DataType=Binary\
             &MessageAttribute.2.Value.BinaryValue=AAE%3D&MessageSystemAttribute.1.Name=AWSTraceHeader\
             &MessageSystemAttribute.1.Value.DataType=String\
             &MessageSystemAttribute.1.Value.StringValue=Root%3D1-5759e988-bd862e3fe1be46a994272793",
        );
        let sent = sent.await;
        assert_eq!(element(&sent, "MD5OfMessageAttributes").len(), 32);
        assert_eq!(element(&sent, "MD5OfMessageSystemAttributes").len(), 32);
        let got = form(&sqs, &url, "Action=ReceiveMessage&AttributeName.1=All&MessageAttributeName.1=b").await;
        let attribute = element(&got, "MessageAttribute");
        assert!(attribute.contains("<Name>b</Name>") && attribute.contains("<BinaryValue>AAE=</BinaryValue>"), "{attribute}");
        assert!(got.body.contains("<Value>Root=1-5759e988-bd862e3fe1be46a994272793</Value>"), "{}", got.body);
    }

    "API reference, SendMessageBatch: SendMessageBatchRequestEntry.N"
    #[only(http)]
    async fn entries_of_a_batch_travel_in_forms_and_documents(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let entry = "SendMessageBatchRequestEntry";
        let sent = form(&sqs, &url, &format!("Action=SendMessageBatch&{entry}.1.Id=a&{entry}.1.MessageBody=x&{entry}.2.Id=b&{entry}.2.MessageBody=%01")).await;
        assert!(element(&sent, "SendMessageBatchResultEntry").contains("<Id>a</Id>"), "{}", sent.body);
        let failed = element(&sent, "BatchResultErrorEntry");
        assert!(failed.contains("<Id>b</Id>") && failed.contains("<SenderFault>true</SenderFault>"), "{failed}");
        let empty = form(&sqs, &url, "Action=SendMessageBatch").await;
        assert_eq!(element(&empty, "Code"), "AWS.SimpleQueueService.EmptyBatchRequest");
    }

    "API reference, SendMessage: characters of a message body; a document says a carriage return by its number"
    #[only(http)]
    async fn white_space_survives_a_document(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        sqs.send(&url, "a\r\n\tb").await;
        let got = form(&sqs, &url, "Action=ReceiveMessage").await;
        let body = element(&got, "Body").replace("&#xD;", "&#13;").replace("&#xd;", "&#13;");
        assert!(body.starts_with("a&#13;"), "{body}");
    }

    "Developer guide, Making query API requests using AWS JSON protocol: X-Amz-Target"
    #[only(http)]
    async fn an_unknown_target_is_an_unknown_operation(sqs) {
        for wrong in ["AmazonSQS.FooBar", "AmazonSNS.Publish", "ListQueues"] {
            let refused = target(&sqs, wrong, "{}").await;
            assert_eq!(refused.status, 400, "{wrong}");
            let error: Value = serde_json::from_str(&refused.body).unwrap();
            assert!(error["__type"].as_str().unwrap().ends_with("#UnknownOperationException"), "{wrong}: {error}");
        }
    }

    "API reference, Common Errors; a body that is no JSON object, and members of another type"
    #[only(http)]
    async fn a_body_that_cannot_be_read_is_a_serialization_error(sqs) {
        let deep = format!("{}1{}", "{\"a\":".repeat(5000), "}".repeat(5000));
        for wrong in ["{", "[]", "\"x\"", "{\"QueueNamePrefix\": 1}", "{\"MaxResults\": \"1\"}", "{\"MaxResults\": 1e99}", &deep] {
            let refused = target(&sqs, "AmazonSQS.ListQueues", wrong).await;
            assert_eq!(refused.status, 400, "{wrong:.40}");
            assert_eq!(refused.headers["x-amzn-query-error"], "SerializationException;Sender", "{wrong:.40}");
            assert_eq!(refused.headers["content-type"], JSON);
        }
    }

    "Smithy 2.0, AWS JSON 1.0: null is absent, unknown members are passed over"
    #[only(http)]
    async fn nulls_and_unknown_members_are_passed_over(sqs) {
        let body = r#"{"QueueNamePrefix": null, "Strange": {"a": [null]}, "MaxResults": null}"#;
        let answer = target(&sqs, "AmazonSQS.ListQueues", body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.headers["content-type"], JSON);
        assert!(answer.headers.contains_key("x-amzn-requestid") && answer.headers.contains_key("date"));
    }
}
