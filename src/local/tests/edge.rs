//! The edge of HTTP: which requests are SQS's, what every answer carries, and whom it does not answer.

use serde_json::json;

use super::{Server, body_of, server};

impl Server {
    /// Posts a form.
    async fn form(&self, path: &str, headers: &str, form: &str) -> String {
        let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
        self.raw(format!("POST {path} HTTP/1.1\r\n{kind}{headers}"), form.to_owned()).await
    }

    async fn bare(&self, line: &str, headers: &str) -> String {
        self.raw(format!("{line} HTTP/1.1\r\n{headers}"), String::new()).await
    }

    async fn holds(&self, url: &str) -> String {
        let attributes = self.attributes(url).await;
        attributes["Attributes"]["ApproximateNumberOfMessages"].as_str().unwrap().to_owned()
    }
}

fn element<'a>(answer: &'a str, name: &str) -> &'a str {
    let rest = answer.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("no {name} in {answer}")).1;
    rest.split_once(&format!("</{name}>")).unwrap().0
}

#[tokio::test]
async fn a_message_goes_through_forms_from_send_to_delete() {
    let server = server(false).await;
    let created = server.form("/", "", "Action=CreateQueue&QueueName=a&Version=2012-11-05").await;
    assert!(created.starts_with("HTTP/1.1 200 ") && created.contains("content-type: text/xml\r\n"), "{created}");
    assert_eq!(element(&created, "QueueUrl"), "http://local/000000000000/a", "as it was asked");
    let id = element(&created, "RequestId");
    assert!(created.contains(&format!("x-amzn-requestid: {id}\r\n")), "{created}");
    let sent = server.form("/000000000000/a", "", "Action=SendMessage&MessageBody=%3Ca%3E%0D%0A").await;
    assert_eq!(element(&sent, "MD5OfMessageBody").len(), 32);
    let got = server.bare("GET /000000000000/a?Action=ReceiveMessage&AttributeName=All", "").await;
    assert_eq!(element(&got, "Body"), "&lt;a&gt;&#13;\n");
    assert!(got.contains("<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>"), "{got}");
    let handle = element(&got, "ReceiptHandle").replace('+', "%2B").replace('=', "%3D");
    let deleted = server.form("/000000000000/a", "", &format!("Action=DeleteMessage&ReceiptHandle={handle}")).await;
    assert!(deleted.contains("<DeleteMessageResponse "), "{deleted}");
    let purged = server.form("/", "", "Action=PurgeQueue&QueueUrl=http://elsewhere/000000000000/none").await;
    assert!(purged.starts_with("HTTP/1.1 400 "), "{purged}");
    assert_eq!(element(&purged, "Code"), "AWS.SimpleQueueService.NonExistentQueue");
}

#[tokio::test]
async fn the_dials_disturb_both_protocols() {
    let server = server(true).await;
    server.create("a").await;
    server.dial(json!([{"operation": "SendMessage", "queue": "a", "count": 1, "action": {"answer": {"code": "OverLimit"}}}])).await;
    let send = "Action=SendMessage&MessageBody=x";
    let refused = server.form("/000000000000/a", "", send).await;
    assert!(refused.starts_with("HTTP/1.1 403 ") && element(&refused, "Code") == "OverLimit", "{refused}");
    assert!(server.form("/000000000000/a", "", send).await.starts_with("HTTP/1.1 200 "));
    assert_eq!(server.control("GET", "/_calls", json!(null)).await.1["SendMessage"], 2);
}

#[tokio::test]
async fn every_answer_carries_an_id_and_a_date_and_no_permission_for_pages() {
    let server = server(false).await;
    let json_header = "Content-Type: application/x-amz-json-1.0\r\nX-Amz-Target: AmazonSQS.";
    let answers = [
        (server.raw(format!("POST / HTTP/1.1\r\n{json_header}ListQueues\r\n"), "{}".into()).await, 200),
        (server.raw(format!("POST / HTTP/1.1\r\n{json_header}ListQueue\r\n"), "{}".into()).await, 400),
        (server.raw(format!("POST / HTTP/1.1\r\n{json_header}ListQueues\r\n"), String::new()).await, 400),
        (server.bare("GET /?Action=ListQueues", "").await, 200),
        (server.bare("GET /?Action=ListQueue", "").await, 400),
        (server.bare("GET /", "").await, 404),
        (server.bare("GET /000000000000/a", "").await, 404),
        (server.bare("HEAD /", "").await, 404),
        (server.bare("PUT /?Action=ListQueues", "").await, 404),
        (server.bare("OPTIONS /", "Access-Control-Request-Method: POST\r\n").await, 404),
        (server.bare("GET /?Action=ListQueues", "Origin: http://evil.example\r\n").await, 403),
        (server.form("/", "", &"x".repeat(9 << 20)).await, 413),
    ];
    for (answer, status) in answers {
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{status}: {answer}");
        for header in ["x-amzn-requestid: ", "date: ", "content-type: "] {
            assert_eq!(answer.matches(header).count(), 1, "{header}: {answer}");
        }
        assert!(!answer.contains("access-control"), "{answer}");
        if status == 404 && !answer.ends_with("\r\n\r\n") {
            assert!(answer.ends_with("<UnknownOperationException/>\n"), "{answer}");
        }
    }
}

#[tokio::test]
async fn any_signature_is_accepted() {
    let server = server(false).await;
    let expired = "Authorization: AWS4-HMAC-SHA256 Credential=AKID/20010101/eu-west-1/sqs/aws4_request, SignedHeaders=host, \
                   Signature=0\r\nX-Amz-Date: 20010101T000000Z\r\nX-Amz-Security-Token: t\r\n";
    for headers in [expired, "Authorization: nonsense\r\n", ""] {
        assert!(server.bare("GET /?Action=ListQueues", headers).await.starts_with("HTTP/1.1 200 "), "{headers}");
    }
}

#[tokio::test]
async fn pages_of_others_change_nothing_here() {
    let server = server(true).await;
    let url = server.create("a").await.as_str().unwrap().to_owned();
    server.local.call("SendMessage", json!({"QueueUrl": url, "MessageBody": "b"})).await.unwrap();
    let purge = "Action=PurgeQueue&QueueUrl=http://x/000000000000/a";
    for headers in [
        "Origin: http://evil.example\r\n",
        "Origin: null\r\n",
        "Origin: http://localhost:3000\r\n",
        "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: same-site\r\n",
    ] {
        let refused = server.form("/", headers, purge).await;
        assert!(
            refused.starts_with("HTTP/1.1 403 ") && element(&refused, "Code") == "AccessDenied",
            "{headers}: {refused}"
        );
        let got = server.bare("GET /000000000000/a?Action=ReceiveMessage", headers).await;
        assert!(got.starts_with("HTTP/1.1 403 "), "{headers}: {got}");
        let target = "X-Amz-Target: AmazonSQS.PurgeQueue\r\n";
        let refused =
            server.raw(format!("POST / HTTP/1.1\r\n{headers}{target}"), json!({"QueueUrl": url}).to_string()).await;
        assert_eq!(body_of(&refused)["__type"], "com.amazon.coral.service#AccessDeniedException", "{headers}");
        assert!(server.bare("GET /_effects", headers).await.starts_with("HTTP/1.1 403 "), "{headers}");
    }
    assert_eq!(server.holds(&url).await, "1");
}

#[tokio::test]
async fn a_connection_serves_many_requests() {
    use std::io::{Read as _, Write as _};
    let server = server(false).await;
    let address = server.address;
    let exchange = move || {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let get = |end: &str| format!("GET /?Action=ListQueues HTTP/1.1\r\nHost: {address}\r\n{end}\r\n");
        stream.write_all(format!("{}{}{}", get(""), get(""), get("Connection: close\r\n")).as_bytes()).unwrap();
        let mut answers = String::new();
        stream.read_to_string(&mut answers).unwrap();
        answers
    };
    let answers = tokio::task::spawn_blocking(exchange).await.unwrap();
    assert_eq!(answers.matches("HTTP/1.1 200 OK\r\n").count(), 3, "{answers}");
    assert_eq!(answers.matches("connection: close\r\n").count(), 1, "{answers}");
}
