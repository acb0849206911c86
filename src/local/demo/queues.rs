//! The queues of the demo: a trading desk's and a shop's. Some are set up as nobody should, so that there is something
//! to find: no dead-letter queue, one that forgets too early, one that is gone.

use serde_json::{Map, Value, json};

/// A queue as the demo creates it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    /// Its name.
    pub(super) name: &'static str,
    /// Where its failures go, and after how many receives.
    pub(super) dead_letters: Option<(&'static str, u32)>,
    /// Attributes beyond the defaults; durations in seconds.
    pub(super) attributes: &'static [(&'static str, &'static str)],
    /// Its tags: team, environment, cost centre.
    pub(super) tags: Option<(&'static str, &'static str, &'static str)>,
}

const fn plan(name: &'static str) -> Plan {
    Plan { name, dead_letters: None, attributes: &[], tags: None }
}

impl Plan {
    const fn fails_to(self, queue: &'static str, receives: u32) -> Self {
        Self { dead_letters: Some((queue, receives)), ..self }
    }

    const fn set(self, attributes: &'static [(&'static str, &'static str)]) -> Self {
        Self { attributes, ..self }
    }

    const fn owned_by(self, team: &'static str, cost_centre: &'static str) -> Self {
        Self { tags: Some((team, "production", cost_centre)), ..self }
    }

    /// How long a receive hides a message of this queue, in seconds.
    pub(super) fn visibility(&self) -> u64 {
        let set = self.attributes.iter().find(|(name, _)| *name == "VisibilityTimeout");
        set.and_then(|(_, value)| value.parse().ok()).unwrap_or(30)
    }

    /// The `CreateQueue` request. `arn` gives the ARN of a queue by its name.
    pub(super) fn request(&self, arn: impl Fn(&str) -> String) -> Value {
        let mut attributes: Map<String, Value> =
            self.attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
        if self.name.ends_with(".fifo") {
            attributes.insert("FifoQueue".into(), "true".into());
        }
        if let Some((queue, receives)) = self.dead_letters {
            let policy = json!({"deadLetterTargetArn": arn(queue), "maxReceiveCount": receives});
            attributes.insert("RedrivePolicy".into(), policy.to_string().into());
        }
        if let Some((_, sources)) = ALLOWED.iter().find(|(queue, _)| *queue == self.name) {
            let sources: Vec<String> = sources.iter().map(|source| arn(source)).collect();
            let policy = if sources.is_empty() {
                json!({"redrivePermission": "denyAll"})
            } else {
                json!({"redrivePermission": "byQueue", "sourceQueueArns": sources})
            };
            attributes.insert("RedriveAllowPolicy".into(), policy.to_string().into());
        }
        if let Some((_, service)) = WRITERS.iter().find(|(queue, _)| *queue == self.name) {
            let policy = json!({"Version": "2012-10-17", "Statement": [{
                "Sid": "LetServiceSend", "Effect": "Allow", "Principal": {"Service": service},
                "Action": "sqs:SendMessage", "Resource": arn(self.name),
            }]});
            attributes.insert("Policy".into(), policy.to_string().into());
        }
        let mut request = json!({"QueueName": self.name, "Attributes": attributes});
        if let Some((team, env, cost_centre)) = self.tags {
            request["tags"] = json!({"team": team, "env": env, "cost-centre": cost_centre});
        }
        request
    }
}

/// Queues that say who may use them as a dead-letter queue; nobody where the list is empty.
const ALLOWED: [(&str, &[&str]); 2] = [("orders-dlq", &["orders", "orders-eu"]), ("domain-events-dlq", &[])];

/// Queues into which another service of AWS writes.
const WRITERS: [(&str, &str); 3] = [
    ("domain-events-dlq", "events.amazonaws.com"),
    ("thumbnails", "s3.amazonaws.com"),
    ("webhooks", "sns.amazonaws.com"),
];

/// Fourteen days: what a dead-letter queue should keep.
const LONGEST: (&str, &str) = ("MessageRetentionPeriod", "1209600");
/// Long polling by default.
const POLLED: (&str, &str) = ("ReceiveMessageWaitTimeSeconds", "20");

/// The queue that is deleted after others came to rely on it.
pub(super) const DANGLING: &str = "Reconciliation-dlq";

/// All of them. A dead-letter queue stands before its sources.
pub(super) const PLANS: [Plan; 30] = [
    // The trading desk.
    plan("TradeStatus-dlq.fifo").set(&[LONGEST]).owned_by("trade-lifecycle", "CM-1140"),
    plan("TradeStatus.fifo")
        .fails_to("TradeStatus-dlq.fifo", 5)
        .set(&[("VisibilityTimeout", "60"), POLLED])
        .owned_by("trade-lifecycle", "CM-1140"),
    plan("MarketData")
        .set(&[("MessageRetentionPeriod", "3600"), ("MaximumMessageSize", "65536")])
        .owned_by("market-data", "CM-1020"),
    plan("Positions.fifo")
        .set(&[
            ("ContentBasedDeduplication", "true"),
            ("DeduplicationScope", "messageGroup"),
            ("FifoThroughputLimit", "perMessageGroupId"),
        ])
        .owned_by("risk", "CM-2200"),
    plan("SettlementInstructions-dlq.fifo").set(&[LONGEST]).owned_by("settlement", "CM-3010"),
    plan("SettlementInstructions.fifo")
        .fails_to("SettlementInstructions-dlq.fifo", 4)
        .set(&[("VisibilityTimeout", "300"), ("MessageRetentionPeriod", "1209600")])
        .owned_by("settlement", "CM-3010"),
    plan(DANGLING).set(&[LONGEST]),
    plan("Reconciliation").fails_to(DANGLING, 5).owned_by("settlement", "CM-3010"),
    // The shop.
    plan("orders-dlq").set(&[LONGEST]).owned_by("checkout", "SH-100"),
    plan("orders").fails_to("orders-dlq", 5).set(&[("VisibilityTimeout", "45"), POLLED]).owned_by("checkout", "SH-100"),
    plan("orders-eu").fails_to("orders-dlq", 5).set(&[("VisibilityTimeout", "45")]).owned_by("checkout", "SH-110"),
    plan("payments-dlq").set(&[LONGEST]).owned_by("payments", "SH-200"),
    plan("payments")
        .fails_to("payments-dlq", 4)
        .set(&[("VisibilityTimeout", "60"), POLLED])
        .owned_by("payments", "SH-200"),
    plan("emails-dlq").set(&[LONGEST]).owned_by("crm", "SH-310"),
    plan("emails").fails_to("emails-dlq", 5).owned_by("crm", "SH-310"),
    plan("webhooks-dlq").set(&[LONGEST]).owned_by("integrations", "SH-320"),
    plan("webhooks").fails_to("webhooks-dlq", 6).owned_by("integrations", "SH-320"),
    // Forgets in 4 days what its source would keep for 14.
    plan("inventory-dlq").owned_by("warehouse", "SH-400"),
    plan("inventory").fails_to("inventory-dlq", 4).set(&[LONGEST]).owned_by("warehouse", "SH-400"),
    plan("shipping-dlq").set(&[LONGEST]).owned_by("warehouse", "SH-410"),
    // Two receives: looking twice would move a message.
    plan("shipping").fails_to("shipping-dlq", 2).set(&[("VisibilityTimeout", "120")]).owned_by("warehouse", "SH-410"),
    plan("returns-dlq").set(&[LONGEST]).owned_by("warehouse", "SH-420"),
    plan("returns").fails_to("returns-dlq", 5).owned_by("warehouse", "SH-420"),
    // No dead-letter queue: a failure comes back until it expires.
    plan("pricing").set(&[("VisibilityTimeout", "20")]).owned_by("catalogue", "SH-500"),
    plan("search-index").set(&[("DelaySeconds", "300")]).owned_by("catalogue", "SH-510"),
    plan("thumbnails-dlq").set(&[LONGEST]).owned_by("catalogue", "SH-520"),
    plan("thumbnails")
        .fails_to("thumbnails-dlq", 3)
        .set(&[("VisibilityTimeout", "90")])
        .owned_by("catalogue", "SH-520"),
    // Fed by EventBridge, so no queue of SQS names it, and none may.
    plan("domain-events-dlq").set(&[LONGEST]).owned_by("platform", "PL-001"),
    plan("audit-events")
        .set(&[("KmsMasterKeyId", "alias/audit-events"), ("KmsDataKeyReusePeriodSeconds", "3600"), LONGEST])
        .owned_by("platform", "PL-001"),
    // Fair: its messages carry their tenant as message group.
    plan("notifications").set(&[("VisibilityTimeout", "60")]).owned_by("crm", "SH-330"),
];

/// The plan of a queue.
pub(super) fn named(name: &str) -> Option<&'static Plan> {
    PLANS.iter().find(|plan| plan.name == name)
}
