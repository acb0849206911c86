//! Sending one message.

use crate::model::form::Done;
use crate::model::form::send::SendForm;
use crate::model::{Draft, QueueName, QueueUrl, Verb};
use crate::server::services::Connection;
use crate::server::services::act::Act;
use crate::server::services::submissions::Rejection;

impl Connection {
    /// Checks a form against its queue and sends what it says. Two requests (three where the queue's URL is unknown);
    /// the send itself is never repeated. The gateway has compared the MD5 of body and attributes when this succeeds.
    pub async fn send_message(&self, queue: &QueueName, form: &SendForm) -> Result<Done, Rejection> {
        let (url, attributes) = tokio::try_join!(self.url(queue), self.attributes(queue))?;
        let draft = form.parse(&attributes)?;
        let act = intent(queue, &url, &draft);
        let sending = draft.clone();
        let sent = self.act(act, |sqs| async move { sqs.send(&url, &sending).await }).await?;
        self.reread(queue).await;
        let duplicate = self.desk().recent().note(queue, &attributes, &draft, &sent, self.now_ms());
        Ok(if duplicate { Done::MessageNotDelivered(sent) } else { Done::MessageSent(sent) })
    }
}

/// The audit log gets the names of things, not their contents.
fn intent(queue: &QueueName, url: &QueueUrl, draft: &Draft) -> Act {
    Act::on(queue, Verb::SendMessage, draft.outline(url))
        .fact("bytes", draft.size())
        .fact("attributes", draft.attributes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AttributeValue, MessageAttribute};

    #[test]
    fn the_audit_log_holds_neither_body_nor_values() {
        let value = AttributeValue::Text("secret value".into());
        let attribute = MessageAttribute { data_type: "String".into(), value };
        let draft = Draft {
            body: "secret body".into(),
            group_id: Some("trade-1".into()),
            attributes: [("tenant".to_owned(), attribute)].into(),
            ..Draft::default()
        };
        let act = intent(&"q.fifo".parse().unwrap(), &QueueUrl::new("http://x/1/q.fifo"), &draft);
        let line = act.cli.unwrap().line().to_owned();
        assert!(
            line.contains("trade-1") && line.contains("file://body.txt") && line.contains("file://attributes.json")
        );
        assert!(!line.contains("secret") && !format!("{:?}", act.detail).contains("secret"), "{line}");
    }
}
