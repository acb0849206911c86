//! Plain HTTP, for what no SDK lets one say: other headers, other methods, bodies that are no request.

use std::collections::HashMap;

use super::super::subject::{ACCOUNT, REGION};

/// An answer as it stands on the wire.
#[derive(Clone, Debug)]
pub(in super::super) struct Answer {
    pub(in super::super) status: u16,
    /// By their names in lower case.
    pub(in super::super) headers: HashMap<String, String>,
    pub(in super::super) body: String,
}

/// Sends a request and takes whatever comes back. It is signed with nonsense, which names the account and the Region
/// to those who take them from there.
pub(in super::super) async fn http(
    endpoint: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut request = client.request(method.parse().unwrap(), format!("{endpoint}{path}")).body(body.to_owned());
    let scope = format!("Credential={ACCOUNT}/20260101/{REGION}/sqs/aws4_request");
    let signature = format!("AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=00");
    request = request.header("authorization", signature);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    let text = |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Answer {
        status: answer.status().as_u16(),
        headers: answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: String::from_utf8_lossy(&answer.bytes().await.unwrap()).into_owned(),
    }
}
