//! A message of the demo before it is sent, and the request that sends it.

use serde_json::{Map, Value, json};

/// What is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Letter {
    /// The body.
    pub(super) body: String,
    /// The message group.
    pub(super) group: Option<String>,
    /// The deduplication id.
    pub(super) dedup: Option<String>,
    /// Name, data type and value; a `Binary` value is given in base64.
    pub(super) attributes: Vec<(&'static str, &'static str, String)>,
    /// The AWS X-Ray header.
    pub(super) trace: Option<String>,
}

impl Letter {
    /// A letter with this body.
    pub(super) fn text(body: impl Into<String>) -> Self {
        Self { body: body.into(), ..Self::default() }
    }

    /// A letter with this JSON as its body.
    pub(super) fn json(body: &Value) -> Self {
        Self::text(body.to_string())
    }

    /// In a message group, with a deduplication id.
    pub(super) fn in_group(mut self, group: impl Into<String>, dedup: impl Into<String>) -> Self {
        self.group = Some(group.into());
        self.dedup = Some(dedup.into());
        self
    }

    /// Of a tenant: a message group on a standard queue.
    pub(super) fn of_tenant(mut self, tenant: impl Into<String>) -> Self {
        self.group = Some(tenant.into());
        self
    }

    /// With a message attribute.
    pub(super) fn with(mut self, name: &'static str, data_type: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, data_type, value.into()));
        self
    }

    /// With a trace header.
    pub(super) fn traced(mut self, trace: impl Into<String>) -> Self {
        self.trace = Some(trace.into());
        self
    }

    /// The `SendMessage` request.
    pub(super) fn request(&self, queue_url: &str) -> Value {
        let mut request = Map::new();
        request.insert("QueueUrl".into(), queue_url.into());
        request.insert("MessageBody".into(), self.body.as_str().into());
        if let Some(group) = &self.group {
            request.insert("MessageGroupId".into(), group.as_str().into());
        }
        if let Some(dedup) = &self.dedup {
            request.insert("MessageDeduplicationId".into(), dedup.as_str().into());
        }
        if !self.attributes.is_empty() {
            let attributes = self.attributes.iter().map(|(name, data_type, value)| {
                let member = if data_type.starts_with("Binary") { "BinaryValue" } else { "StringValue" };
                ((*name).to_owned(), json!({"DataType": data_type, member: value}))
            });
            request.insert("MessageAttributes".into(), Value::Object(attributes.collect()));
        }
        if let Some(trace) = &self.trace {
            let header = json!({"AWSTraceHeader": {"DataType": "String", "StringValue": trace}});
            request.insert("MessageSystemAttributes".into(), header);
        }
        Value::Object(request)
    }
}
