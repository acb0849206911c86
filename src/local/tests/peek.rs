//! `/_aws/sqs/messages`: what it shows, in all its forms, and that it changes nothing.

use serde_json::{Value, json};

use super::{Server, body_of, server};

/// Three messages in a queue: one in flight, one visible, one delayed.
async fn filled(server: &Server) -> String {
    let url = server.create("orders").await.as_str().unwrap().to_owned();
    let attributes = json!({"k": {"DataType": "String", "StringValue": "v"}});
    for (body, delay) in [("a<&>\r\n", 0), ("second", 0), ("delayed", 100)] {
        let mut message = json!({"QueueUrl": url, "MessageBody": body, "DelaySeconds": delay});
        if body.starts_with('a') {
            message["MessageAttributes"] = attributes.clone();
        }
        server.local.call("SendMessage", message).await.unwrap();
    }
    server.local.call("ReceiveMessage", json!({"QueueUrl": url})).await.unwrap();
    url
}

async fn look(server: &Server, query: &str) -> Value {
    let answer =
        server.raw(format!("GET /_aws/sqs/messages{query} HTTP/1.1\r\nAccept: application/json\r\n"), String::new());
    let answer = answer.await;
    assert!(answer.contains("content-type: application/json\r\n"), "{answer}");
    body_of(&answer)
}

fn bodies(answer: &Value) -> Vec<&str> {
    match &answer["ReceiveMessageResponse"]["ReceiveMessageResult"]["Message"] {
        Value::Array(list) => list.iter().filter_map(|message| message["Body"].as_str()).collect(),
        one => one["Body"].as_str().into_iter().collect(),
    }
}

#[tokio::test]
async fn a_look_shows_what_it_is_asked_for() {
    let server = server(false).await;
    let url = filled(&server).await;
    assert_eq!(bodies(&look(&server, &format!("?QueueUrl={url}")).await), ["second"]);
    let seen = look(&server, &format!("?QueueUrl={url}&ShowInvisible=true")).await;
    assert_eq!(bodies(&seen), ["a<&>\r\n", "second"]);
    assert_eq!(
        seen["ReceiveMessageResponse"]["ReceiveMessageResult"]["Message"][0]["MessageAttribute"],
        json!({"Name": "k", "Value": {"DataType": "String", "StringValue": "v"}})
    );
    let seen = look(&server, "/us-east-1/000000000000/orders?ShowInvisible=1&ShowDelayed=TRUE").await;
    assert_eq!(bodies(&seen), ["a<&>\r\n", "second", "delayed"]);
    let first = look(&server, &format!("?QueueUrl={url}&ShowInvisible=true&ShowDelayed=true&MaxResults=2")).await;
    assert_eq!(bodies(&first), ["a<&>\r\n", "second"]);
    let flags = |at: usize| {
        let attributes = &seen["ReceiveMessageResponse"]["ReceiveMessageResult"]["Message"][at]["Attribute"];
        let value = |name: &str| {
            let found = attributes.as_array().unwrap().iter().find(|attribute| attribute["Name"] == name);
            found.map(|attribute| attribute["Value"].as_str().unwrap().to_owned()).unwrap()
        };
        ["ApproximateReceiveCount", "IsVisible", "IsDelayed"].map(value)
    };
    assert_eq!(
        [flags(0), flags(1), flags(2)],
        [["1", "false", "false"], ["0", "true", "false"], ["0", "true", "true"]]
    );
    let empty = server.create("empty").await;
    let nothing = look(&server, &format!("?QueueUrl={}", empty.as_str().unwrap())).await;
    assert_eq!(nothing["ReceiveMessageResponse"]["ReceiveMessageResult"], Value::Null);
}

#[tokio::test]
async fn a_look_changes_nothing() {
    let server = server(true).await;
    let url = filled(&server).await;
    let before = (server.local.effects(), server.attributes(&url).await);
    for _ in 0..3 {
        look(&server, &format!("?QueueUrl={url}&ShowInvisible=true&ShowDelayed=true")).await;
    }
    assert_eq!((server.local.effects(), server.attributes(&url).await), before);
    let received = json!({"QueueUrl": url, "AttributeNames": ["ApproximateReceiveCount"]});
    let received = server.local.call("ReceiveMessage", received).await.unwrap();
    assert_eq!(received["Messages"][0]["Attributes"]["ApproximateReceiveCount"], "1", "the looks did not count");
}

#[tokio::test]
async fn a_look_at_a_fifo_queue_knows_what_waits() {
    let server = server(false).await;
    let made = json!({"QueueName": "f.fifo", "Attributes": {"FifoQueue": "true"}});
    let url = server.local.call("CreateQueue", made).await.unwrap()["QueueUrl"].as_str().unwrap().to_owned();
    for (group, body) in [("g", "1"), ("g", "2"), ("h", "3")] {
        let message =
            json!({"QueueUrl": url, "MessageBody": body, "MessageGroupId": group, "MessageDeduplicationId": body});
        server.local.call("SendMessage", message).await.unwrap();
    }
    assert_eq!(bodies(&look(&server, &format!("?QueueUrl={url}")).await), ["1", "2", "3"]);
    server.local.call("ReceiveMessage", json!({"QueueUrl": url})).await.unwrap();
    assert_eq!(bodies(&look(&server, &format!("?QueueUrl={url}")).await), ["3"]);
    assert_eq!(bodies(&look(&server, &format!("?QueueUrl={url}&ShowInvisible=true")).await), ["1", "2", "3"]);
}

#[tokio::test]
async fn a_look_is_answered_in_xml_and_in_aws_json() {
    let server = server(false).await;
    let url = filled(&server).await;
    let xml = server.raw(format!("GET /_aws/sqs/messages?QueueUrl={url} HTTP/1.1\r\n"), String::new()).await;
    assert!(xml.contains("content-type: text/xml\r\n"), "{xml}");
    let start = "<ReceiveMessageResponse xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\"><ReceiveMessageResult>\
        <Message><MessageId>";
    assert!(xml.contains(start) && xml.contains("<Body>second</Body><Attribute><Name>SenderId</Name><Value>"), "{xml}");
    assert!(xml.contains("<ReceiptHandle>SQS/BACKDOOR/ACCESS</ReceiptHandle></Message></ReceiveMessageResult>"));
    let form = "POST /_aws/sqs/messages HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    let form = server.raw(form.into(), format!("Action=ReceiveMessage&QueueUrl={url}&ShowInvisible=1")).await;
    assert!(form.contains("<Body>a&lt;&amp;&gt;&#xD;\n</Body>"), "{form}");
    let aws = "POST /_aws/sqs/messages HTTP/1.1\r\nX-Amz-Target: AmazonSQS.ReceiveMessage\r\n\
        Content-Type: application/x-amz-json-1.0\r\n";
    let answer = body_of(&server.raw(aws.into(), json!({"QueueUrl": url}).to_string()).await);
    assert_eq!(answer["Messages"][0]["Body"], "second");
    assert_eq!(answer["Messages"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_look_at_what_is_not_there_is_refused() {
    let server = server(false).await;
    server.create("orders").await;
    let ask = async |path: &str| {
        let answer =
            server.raw(format!("GET /_aws/sqs/messages{path} HTTP/1.1\r\nAccept: application/json\r\n"), String::new());
        let answer = answer.await;
        let status = answer.split(' ').nth(1).unwrap().to_owned();
        (status, body_of(&answer)["ErrorResponse"]["Error"]["Code"].as_str().unwrap().to_owned())
    };
    let no_queue = ("400".to_owned(), "AWS.SimpleQueueService.NonExistentQueue".to_owned());
    for path in [
        "",
        "?QueueUrl=",
        "?QueueUrl=http://h/000000000000/none",
        "/us-east-1/000000000000/none",
        "/eu-west-1/000000000000/orders",
        "/us-east-1/111111111111/orders",
    ] {
        assert_eq!(ask(path).await, no_queue, "{path}");
    }
    assert_eq!(ask("?QueueUrl=rubbish").await, no_queue, "a bare name");
    assert_eq!(ask("?QueueUrl=http://h/").await, ("404".to_owned(), "InvalidAddress".to_owned()));
    let put = server.raw("PUT /_aws/sqs/messages HTTP/1.1\r\n".into(), String::new()).await;
    assert!(put.starts_with("HTTP/1.1 405 "), "{put}");
}
