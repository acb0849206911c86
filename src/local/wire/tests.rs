//! Both protocols, from bytes to the core's words and back. The forms and documents are of the shapes that the older SDKs
//! write and read.

use http::Request;
use serde_json::{Value, json};

use super::{Call, Protocol};
use crate::local::core::ApiError;

fn read(request: http::request::Builder, body: &[u8]) -> Result<Call, ApiError> {
    let (head, ()) = request.body(()).unwrap().into_parts();
    Protocol::of(&head).read(&head, body)
}

fn form(path: &str, body: &str) -> Result<Call, ApiError> {
    let request = Request::post(path).header("host", "localhost:4566");
    read(request.header("content-type", "application/x-www-form-urlencoded; charset=utf-8"), body.as_bytes())
}

fn aws_json(target: &str, body: &[u8]) -> Result<Call, ApiError> {
    read(Request::post("/").header("content-type", "application/x-amz-json-1.0").header("x-amz-target", target), body)
}

fn xml(operation: &str, answer: &Value) -> String {
    String::from_utf8(Protocol::Query.success(operation, answer, "id-1").into_body().to_vec()).unwrap()
}

fn document(operation: &str, result: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><{operation}Response xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\">{result}\
         <ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></{operation}Response>"
    )
}

#[test]
fn forms_say_what_json_says() {
    let cases = [
        (
            "Action=CreateQueue&Version=2012-11-05&QueueName=a&Attribute.1.Name=DelaySeconds&Attribute.1.Value=5\
             &Attribute.2.Name=Policy&Attribute.2.Value=&Tag.1.Key=k+1&Tag.1.Value=%26",
            "CreateQueue",
            json!({"QueueName": "a", "Attributes": {"DelaySeconds": "5", "Policy": ""}, "tags": {"k 1": "&"}}),
        ),
        (
            "Action=SetQueueAttributes&QueueUrl=http%3A%2F%2Fh%2F1%2Fa&Attribute.Name=VisibilityTimeout&Attribute.Value=35",
            "SetQueueAttributes",
            json!({"QueueUrl": "http://h/1/a", "Attributes": {"VisibilityTimeout": "35"}}),
        ),
        (
            "Action=SendMessage&QueueUrl=u&MessageBody=%0D%0A%09&DelaySeconds=0&MessageGroupId=g&MessageDeduplicationId=d\
             &MessageAttribute.1.Name=n&MessageAttribute.1.Value.DataType=Number&MessageAttribute.1.Value.StringValue=1\
             &MessageAttribute.2.Name=b&MessageAttribute.2.Value.DataType=Binary&MessageAttribute.2.Value.BinaryValue=AAE%3D\
             &MessageSystemAttribute.1.Name=AWSTraceHeader&MessageSystemAttribute.1.Value.DataType=String\
             &MessageSystemAttribute.1.Value.StringValue=Root%3D1",
            "SendMessage",
            json!({"QueueUrl": "u", "MessageBody": "\r\n\t", "DelaySeconds": 0,
                "MessageAttributes": {"n": {"StringValue": "1", "DataType": "Number"},
                    "b": {"BinaryValue": "AAE=", "DataType": "Binary"}},
                "MessageSystemAttributes": {"AWSTraceHeader": {"StringValue": "Root=1", "DataType": "String"}},
                "MessageDeduplicationId": "d", "MessageGroupId": "g"}),
        ),
        (
            "Action=SendMessageBatch&QueueUrl=u&SendMessageBatchRequestEntry.1.Id=a&SendMessageBatchRequestEntry.1.MessageBody=x\
             &SendMessageBatchRequestEntry.2.Id=b&SendMessageBatchRequestEntry.2.MessageBody=y\
             &SendMessageBatchRequestEntry.2.DelaySeconds=7&SendMessageBatchRequestEntry.2.MessageAttribute.1.Name=n\
             &SendMessageBatchRequestEntry.2.MessageAttribute.1.Value.DataType=String\
             &SendMessageBatchRequestEntry.2.MessageAttribute.1.Value.StringValue=v",
            "SendMessageBatch",
            json!({"QueueUrl": "u", "Entries": [{"Id": "a", "MessageBody": "x"}, {"Id": "b", "MessageBody": "y",
                "DelaySeconds": 7, "MessageAttributes": {"n": {"StringValue": "v", "DataType": "String"}}}]}),
        ),
        (
            "Action=ReceiveMessage&QueueUrl=u&AttributeName.1=All&MessageAttributeName.2=b&MessageAttributeName.1=a\
             &MessageSystemAttributeName.1=SenderId&MaxNumberOfMessages=10&VisibilityTimeout=0&WaitTimeSeconds=20\
             &ReceiveRequestAttemptId=r",
            "ReceiveMessage",
            json!({"QueueUrl": "u", "AttributeNames": ["All"], "MessageSystemAttributeNames": ["SenderId"],
                "MessageAttributeNames": ["a", "b"], "MaxNumberOfMessages": 10, "VisibilityTimeout": 0,
                "WaitTimeSeconds": 20, "ReceiveRequestAttemptId": "r"}),
        ),
        (
            "Action=ChangeMessageVisibilityBatch&QueueUrl=u&ChangeMessageVisibilityBatchRequestEntry.1.Id=a\
             &ChangeMessageVisibilityBatchRequestEntry.1.ReceiptHandle=r%2B%2F%3D&ChangeMessageVisibilityBatchRequestEntry.1.VisibilityTimeout=9",
            "ChangeMessageVisibilityBatch",
            json!({"QueueUrl": "u", "Entries": [{"Id": "a", "ReceiptHandle": "r+/=", "VisibilityTimeout": 9}]}),
        ),
        (
            "Action=DeleteMessageBatch&QueueUrl=u&DeleteMessageBatchRequestEntry.1.Id=a&DeleteMessageBatchRequestEntry.1.ReceiptHandle=r",
            "DeleteMessageBatch",
            json!({"QueueUrl": "u", "Entries": [{"Id": "a", "ReceiptHandle": "r"}]}),
        ),
        (
            "Action=AddPermission&QueueUrl=u&Label=l&AWSAccountId.1=1&AWSAccountId.2=2&ActionName.1=SendMessage",
            "AddPermission",
            json!({"QueueUrl": "u", "Label": "l", "AWSAccountIds": ["1", "2"], "Actions": ["SendMessage"]}),
        ),
        (
            "Action=UntagQueue&QueueUrl=u&TagKey.1=a&TagKey.2=b",
            "UntagQueue",
            json!({"QueueUrl": "u", "TagKeys": ["a", "b"]}),
        ),
        (
            "Action=TagQueue&QueueUrl=u&Tag.1.Key=a&Tag.1.Value=",
            "TagQueue",
            json!({"QueueUrl": "u", "Tags": {"a": ""}}),
        ),
        (
            "Action=StartMessageMoveTask&SourceArn=s&DestinationArn=d&MaxNumberOfMessagesPerSecond=5",
            "StartMessageMoveTask",
            json!({"SourceArn": "s", "DestinationArn": "d", "MaxNumberOfMessagesPerSecond": 5}),
        ),
        (
            "Action=ListQueues&MaxResults=3&NextToken=t&Strange=x",
            "ListQueues",
            json!({"NextToken": "t", "MaxResults": 3}),
        ),
    ];
    for (text, operation, body) in cases {
        assert_eq!(form("/", text), Ok(Call { operation: operation.to_owned(), body }), "{text}");
    }
}

#[test]
fn the_address_of_a_queue_is_its_url() {
    let own = "http://localhost:4566/000000000000/a";
    let sent = form("/000000000000/a", "Action=SendMessage&MessageBody=x").unwrap();
    assert_eq!(sent.body, json!({"MessageBody": "x", "QueueUrl": own}));
    let other = form("/000000000000/a", "Action=PurgeQueue&QueueUrl=http%3A%2F%2Fh%2F1%2Fb").unwrap();
    assert_eq!(other.body["QueueUrl"], "http://h/1/b");
    let got = read(
        Request::get("/000000000000/a/?Action=ReceiveMessage&AttributeName=All").header("host", "localhost:4566"),
        b"",
    );
    assert_eq!(got.unwrap().body, json!({"AttributeNames": ["All"], "QueueUrl": format!("{own}/")}));
    let named = form("/000000000000/a", "Action=GetQueueUrl&QueueName=b").unwrap();
    assert_eq!(named.body, json!({"QueueName": "b"}));
    for action in ["CreateQueue", "ListQueues", "FooBar"] {
        let error = form("/000000000000/a", &format!("Action={action}&QueueName=b")).unwrap_err();
        assert_eq!(error.code, "InvalidAction");
        assert_eq!(error.message, format!("The action {action} is not valid for this endpoint."));
    }
}

#[test]
fn malformed_forms_are_refused_and_say_why() {
    for (text, message) in [
        ("Action=ReceiveMessage&AttributeName.member.1=All", "Start of list found where not expected"),
        ("Action=SendMessage&MessageBody.1=x", "Start of list found where not expected"),
        ("Action=SendMessage&DelaySeconds=five", "STRING_VALUE can not be converted to an Integer"),
        ("Action=SendMessage&DelaySeconds=9223372036854775808", "STRING_VALUE can not be converted to an Integer"),
        ("Action=TagQueue&Tag.1.Key=a", "A key or its value is missing in a map"),
        ("Action=SendMessage&MessageBody=%FF", "The request is not in UTF-8."),
    ] {
        let error = form("/", text).unwrap_err();
        assert_eq!((error.code.as_ref(), error.message.as_str()), ("MalformedInput", message), "{text}");
    }
}

#[test]
fn a_request_without_an_action_is_no_operation() {
    let unknown = |error: ApiError| assert_eq!(error.shape, "UnknownOperationException");
    unknown(form("/", "").unwrap_err());
    unknown(form("/", "action=ListQueues").unwrap_err());
    unknown(read(Request::get("/000000000000/a"), b"Action=ListQueues").unwrap_err());
    unknown(read(Request::put("/?Action=ListQueues"), b"").unwrap_err());
    unknown(read(Request::head("/?Action=PurgeQueue"), b"").unwrap_err());
    unknown(aws_json("DynamoDB_20120810.ListTables", b"{}").unwrap_err());
    unknown(aws_json("ListQueues", b"{}").unwrap_err());
    unknown(read(Request::post("/").header("content-type", "application/x-amz-json-1.0"), b"{}").unwrap_err());
    unknown(
        read(
            Request::post("/").header("content-type", "text/plain").header("x-amz-target", "AmazonSQS.ListQueues"),
            b"{}",
        )
        .unwrap_err(),
    );
}

#[test]
fn json_is_an_object_and_nothing_else() {
    let call = |body: &[u8]| aws_json("AmazonSQS.ListQueues", body);
    assert_eq!(call(b" {\"a\": null, \"a\": 1} ").unwrap().body, json!({"a": 1}));
    let deep = |depth: usize| [b"{\"a\":".repeat(depth), b"1".to_vec(), b"}".repeat(depth)].concat();
    assert!(call(&deep(100)).is_ok());
    for wrong in [&b""[..], b"{", b"{} x", b"[]", b"null", b"\"{}\"", b"{\"a\": \"\xff\"}", &deep(1_000_000)] {
        assert_eq!(call(wrong).unwrap_err().code, "SerializationException", "{:.40}", String::from_utf8_lossy(wrong));
    }
    let half = call(b"{\"a\": \"\\ud800\"}").unwrap();
    assert_eq!(half.body["a"], "\u{fffe}", "for the operation to refuse it");
    for content_type in ["application/x-amz-json-1.1", "application/json; charset=utf-8", "Application/X-Amz-Json-1.0"]
    {
        let request =
            Request::post("/1/a").header("content-type", content_type).header("x-amz-target", "AmazonSQS.ListQueues");
        assert!(read(request, b"{}").is_ok(), "{content_type}");
    }
}

#[test]
fn answers_are_documents_of_the_older_sdks() {
    assert_eq!(xml("DeleteMessage", &json!({})), document("DeleteMessage", ""));
    assert_eq!(xml("ReceiveMessage", &json!({"Messages": []})), document("ReceiveMessage", "<ReceiveMessageResult/>"));
    assert_eq!(xml("ListQueues", &json!({})), document("ListQueues", "<ListQueuesResult/>"));
    assert_eq!(
        xml("ListQueues", &json!({"QueueUrls": ["a", "b"], "NextToken": "t"})),
        document(
            "ListQueues",
            "<ListQueuesResult><QueueUrl>a</QueueUrl><QueueUrl>b</QueueUrl><NextToken>t</NextToken></ListQueuesResult>"
        )
    );
    assert_eq!(
        xml("ListQueueTags", &json!({"Tags": {"a": "1", "b": ""}})),
        document(
            "ListQueueTags",
            "<ListQueueTagsResult><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key><Value></Value></Tag></ListQueueTagsResult>"
        )
    );
    let message = json!({"MessageId": "m", "ReceiptHandle": "r", "MD5OfBody": "5", "Body": "x", "Attributes": {"SenderId": "s"},
        "MD5OfMessageAttributes": "6", "MessageAttributes": {"n": {"BinaryValue": "AAE=", "DataType": "Binary"}}});
    assert_eq!(
        xml("ReceiveMessage", &json!({"Messages": [message]})),
        document(
            "ReceiveMessage",
            "<ReceiveMessageResult><Message><MessageId>m</MessageId><ReceiptHandle>r</ReceiptHandle><MD5OfBody>5</MD5OfBody>\
             <Body>x</Body><Attribute><Name>SenderId</Name><Value>s</Value></Attribute>\
             <MD5OfMessageAttributes>6</MD5OfMessageAttributes><MessageAttribute><Name>n</Name><Value>\
             <BinaryValue>AAE=</BinaryValue><DataType>Binary</DataType></Value></MessageAttribute></Message></ReceiveMessageResult>"
        )
    );
    let failed = json!({"Id": "b", "SenderFault": true, "Code": "c", "Message": "why"});
    assert_eq!(
        xml("DeleteMessageBatch", &json!({"Successful": [{"Id": "a"}], "Failed": [failed]})),
        document(
            "DeleteMessageBatch",
            "<DeleteMessageBatchResult><DeleteMessageBatchResultEntry><Id>a</Id></DeleteMessageBatchResultEntry>\
             <BatchResultErrorEntry><Id>b</Id><SenderFault>true</SenderFault><Code>c</Code><Message>why</Message>\
             </BatchResultErrorEntry></DeleteMessageBatchResult>"
        )
    );
    assert!(xml("CancelMessageMoveTask", &json!({"ApproximateNumberOfMessagesMoved": 3})).contains("Moved>3</Approx"));
}

#[test]
fn every_text_survives_xml() {
    let body = "<a b='\"'>&amp;\r\n\t]]>\u{85}\u{2028}\u{fffd}\u{1f600} ";
    let text = xml("SendMessage", &json!({"MessageId": body}));
    assert!(!text.contains('\r'), "a reader would make a line feed of it");
    let mut reader = quick_xml::Reader::from_str(&text);
    let mut read = String::new();
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Text(part) => read.push_str(&part.xml10_content()),
            quick_xml::events::Event::GeneralRef(part) => match part.resolve_char_ref().unwrap() {
                Some(character) => read.push(character),
                None => read.push_str(quick_xml::escape::resolve_predefined_entity(&part.xml10_content()).unwrap()),
            },
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(read, format!("{body}id-1"));
    assert!(xml("SendMessage", &json!({"MessageId": "\u{0}\u{1b}\u{ffff}"})).contains(">\u{fffd}\u{fffd}\u{fffd}<"));
}

#[test]
fn refusals_have_the_names_of_their_protocol() {
    let answer = |protocol: Protocol, error: ApiError| {
        let answer = protocol.refusal(&error, "id-1");
        let header = |name: &str| answer.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        let told = (answer.status().as_u16(), header("content-type"), header("x-amzn-query-error"));
        assert_eq!(header("x-amzn-requestid"), "id-1");
        (told, String::from_utf8(answer.into_body().to_vec()).unwrap())
    };
    let xml = |kind: &str, code: &str, message: &str| {
        format!(
            "<?xml version=\"1.0\"?><ErrorResponse xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\"><Error><Type>{kind}</Type>\
             <Code>{code}</Code><Message>{message}</Message><Detail/></Error><RequestId>id-1</RequestId></ErrorResponse>"
        )
    };
    let plain = |status: u16| (status, "text/xml".to_owned(), String::new());
    assert_eq!(
        answer(Protocol::Query, ApiError::no_queue()),
        (
            plain(400),
            xml(
                "Sender",
                "AWS.SimpleQueueService.NonExistentQueue",
                "The specified queue does not exist for this wsdl version."
            )
        )
    );
    assert_eq!(
        answer(Protocol::Query, ApiError::named("InternalError", "x")),
        (plain(500), xml("Receiver", "InternalError", "x"))
    );
    assert_eq!(
        answer(Protocol::Query, ApiError::named("SerializationException", "x")),
        (plain(400), xml("Sender", "MalformedInput", "x"))
    );
    let unknown = ApiError::named("UnknownOperationException", "x");
    assert_eq!(answer(Protocol::Query, unknown).0, plain(404));
    let aws = |status: u16, error: &str| (status, "application/x-amz-json-1.0".to_owned(), error.to_owned());
    assert_eq!(
        answer(Protocol::Json, ApiError::no_queue()),
        (
            aws(400, "AWS.SimpleQueueService.NonExistentQueue;Sender"),
            r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."}"#
                .to_owned()
        )
    );
    assert_eq!(
        answer(Protocol::Json, ApiError::invalid("x")),
        (
            aws(400, "InvalidParameterValue;Sender"),
            r#"{"__type":"com.amazon.coral.service#InvalidParameterValueException","message":"x"}"#.to_owned()
        )
    );
}
