//! What a configuration leads to, as far as that can be seen without AWS.

use super::*;
use crate::server::sqs::Sqs as _;

#[tokio::test]
async fn a_loopback_endpoint_needs_nothing_configured() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let serve = async {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = vec![0; 8192];
        let read = stream.read(&mut head).await.unwrap();
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-amzn-requestid: r\r\n\r\n{}";
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8_lossy(&head[..read]).to_ascii_lowercase()
    };
    let configured =
        Connect { endpoint: Some(endpoint.clone()), region: Some("eu-west-1".into()), ..Connect::default() };
    let sqs = connect(&configured).await.unwrap();
    assert_eq!(sqs.info(), &Info { region: "eu-west-1".into(), endpoint: Some(endpoint) });
    let (asked, listed) = tokio::join!(serve, sqs.list_queues(None));
    assert_eq!(listed.unwrap().value, []);
    assert!(asked.contains("/eu-west-1/sqs/aws4_request"), "{asked}");
    assert!(asked.contains("app/redrive"), "{asked}");
}

#[tokio::test]
async fn mistakes_are_told_before_anything_is_called() {
    let with = |endpoint: &str| Connect { endpoint: Some(endpoint.into()), ..Connect::default() };
    let refused = connect(&with("localhost:4566")).await.unwrap_err();
    assert_eq!(refused, ConnectError::Endpoint("localhost:4566".into()));

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ca.pem");
    let trusting = Connect { ca_file: Some(path.clone()), ..with("https://127.0.0.1:1") };
    let reason = std::io::ErrorKind::NotFound;
    assert_eq!(connect(&trusting).await.unwrap_err(), ConnectError::CaFile { path: path.clone(), reason });
    let damaged = ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"];
    for content in damaged {
        std::fs::write(&path, content).unwrap();
        assert_eq!(connect(&trusting).await.unwrap_err(), ConnectError::Certificates(path.clone()), "{content}");
    }
}
