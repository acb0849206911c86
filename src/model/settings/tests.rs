//! Differences, merging and meaning of settings, case by case and at random.

use proptest::prelude::*;

use super::*;
use crate::model::QueueName;
use crate::model::health::{Severity, Target};

const ARN: &str = "arn:aws:sqs:eu-west-1:1:orders";

fn arn(name: &str) -> QueueArn {
    ARN.parse::<QueueArn>().unwrap().sibling(&name.parse().unwrap())
}

fn policy(name: &str, max_receive_count: u32) -> RedrivePolicy {
    RedrivePolicy { dead_letter_target: arn(name), max_receive_count }
}

fn tags(pairs: &[(&str, &str)]) -> Tags {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn plain(text: &str) -> String {
    text.replace(['\u{A0}', '\u{202F}'], " ")
}

fn standard() -> Settings {
    let attributes = Attributes { arn: ARN.parse().ok(), ..Attributes::default() };
    Settings { tags: Some(tags(&[("team", "pay")])), ..Settings::of(&attributes, None) }
}

fn fifo() -> Settings {
    Settings { fifo: Some(Fifo::of(&FifoSettings::default())), ..standard() }
}

#[test]
fn equal_settings_have_no_changes() {
    assert_eq!(changes(&standard(), &standard()), []);
    assert_eq!(tag_changes(&standard(), &standard()), []);
    let says_nothing = Attributes::default();
    let says_the_default =
        Attributes { redrive_allow_policy: Some(RedriveAllowPolicy::AllowAll), ..Attributes::default() };
    assert_eq!(changes(&Settings::of(&says_nothing, None), &Settings::of(&says_the_default, None)), []);
    let silent = Attributes { fifo: Some(FifoSettings::default()), ..Attributes::default() };
    let spoken = FifoSettings { deduplication_scope: Some("queue".into()), ..FifoSettings::default() };
    let spoken = Attributes { fifo: Some(spoken), ..Attributes::default() };
    assert_eq!(changes(&Settings::of(&silent, None), &Settings::of(&spoken, None)), []);
}

#[test]
fn each_setting_is_told_in_words_and_as_sqs_takes_it() {
    let mut wanted = fifo();
    wanted.visibility_timeout = 45;
    wanted.delay = 90;
    wanted.retention = 1_209_600;
    wanted.receive_wait = 20;
    wanted.maximum_message_size = 262_144;
    wanted.redrive_policy = Some(policy("orders-dlq", 5));
    wanted.redrive_allow_policy = by_queue([arn("b"), arn("a"), arn("b")]);
    wanted.fifo = Some(Fifo {
        content_based_deduplication: true,
        deduplication_scope: SCOPE_GROUP.into(),
        throughput_limit: LIMIT_GROUP.into(),
    });
    let told: Vec<(&str, String, String)> = changes(&fifo(), &wanted)
        .into_iter()
        .map(|change| (change.setting.attribute(), plain(&format!("{} → {}", change.from, change.to)), change.raw))
        .collect();
    let expected = [
        ("VisibilityTimeout", "30 s → 45 s", "45"),
        ("DelaySeconds", "0 s → 1 min 30 s", "90"),
        ("MessageRetentionPeriod", "4 d → 14 d", "1209600"),
        ("ReceiveMessageWaitTimeSeconds", "0 s → 20 s", "20"),
        ("MaximumMessageSize", "1 MiB → 256 KiB", "262144"),
        (
            "RedrivePolicy",
            "none → orders-dlq after 5 receives",
            r#"{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:1:orders-dlq","maxReceiveCount":5}"#,
        ),
        (
            "RedriveAllowPolicy",
            "any queue → only a, b",
            r#"{"redrivePermission":"byQueue","sourceQueueArns":["arn:aws:sqs:eu-west-1:1:a","arn:aws:sqs:eu-west-1:1:b"]}"#,
        ),
        ("ContentBasedDeduplication", "off → on", "true"),
        ("DeduplicationScope", "queue → messageGroup", "messageGroup"),
        ("FifoThroughputLimit", "perQueue → perMessageGroupId", "perMessageGroupId"),
    ];
    assert_eq!(told, expected.map(|(name, words, raw)| (name, words.to_owned(), raw.to_owned())));
}

#[test]
fn a_policy_is_removed_by_an_empty_text() {
    let with = Settings { redrive_policy: Some(policy("orders-dlq", 5)), ..standard() };
    let removed = changes(&with, &standard());
    assert_eq!((removed.len(), removed[0].raw.as_str(), removed[0].to.as_str()), (1, "", "none"));
}

#[test]
fn tags_are_set_changed_and_removed() {
    let wanted = Settings { tags: Some(tags(&[("team", "risk"), ("env", "prod")])), ..standard() };
    let found: Vec<_> = tag_changes(&standard(), &wanted).into_iter().map(|c| (c.key, c.from, c.to)).collect();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(found, [("env".to_owned(), None, text("prod")), ("team".to_owned(), text("pay"), text("risk"))]);
    let none = Settings { tags: Some(tags(&[])), ..standard() };
    assert_eq!(tag_changes(&standard(), &none)[0].to, None);
    let unread = Settings { tags: None, ..standard() };
    assert_eq!(tag_changes(&unread, &wanted), [], "tags that nobody could read are left alone");
}

#[test]
fn what_others_changed_is_kept_and_told() {
    let shown = standard();
    let mut wanted = shown.clone();
    wanted.visibility_timeout = 45;
    wanted.delay = 10;
    wanted.tags = Some(tags(&[("team", "pay"), ("env", "prod")]));
    let mut current = shown.clone();
    current.visibility_timeout = 60;
    current.delay = 10;
    current.retention = 86_400;
    current.tags = Some(tags(&[("team", "pay"), ("owner", "mia")]));
    let merged = merge(&shown, &wanted, &current);
    assert_eq!((merged.visibility_timeout, merged.delay, merged.retention), (45, 10, 86_400));
    assert_eq!(merged.tags, Some(tags(&[("team", "pay"), ("env", "prod"), ("owner", "mia")])));
    let told: Vec<(String, String, Option<String>)> = moved(&shown, &wanted, &current)
        .into_iter()
        .map(|moved| (moved.label, plain(&moved.now), moved.wanted.map(|text| plain(&text))))
        .collect();
    let row =
        |label: &str, now: &str, wanted: Option<&str>| (label.to_owned(), now.to_owned(), wanted.map(str::to_owned));
    assert_eq!(
        told,
        [
            row("Visibility timeout", "1 min", Some("45 s")),
            row("Retention", "1 d", None),
            row("Tag owner", "mia", None)
        ],
        "the delay is what was wanted anyway"
    );
}

#[test]
fn a_change_says_what_it_means() {
    let name: QueueName = "orders".parse().unwrap();
    let attributes = Attributes {
        arn: ARN.parse().ok(),
        redrive_policy: Some(policy("orders-dlq", 5)),
        redrive_allow_policy: None,
        ..Attributes::default()
    };
    let base = Settings::of(&attributes, None);
    let dlq = Attributes { retention: 1_209_600, ..Attributes::default() };
    let source_name: QueueName = "web".parse().unwrap();
    let source = Attributes { arn: Some(arn("web")), retention: 60, ..Attributes::default() };
    let severities = |wanted: &Settings, target: &Target<'_>| -> Vec<Severity> {
        let lints = advise(&name, &attributes, wanted, target, &[(&source_name, &source)]);
        lints.into_iter().map(|lint| lint.severity).collect()
    };
    let known = Target::Known(&dlq);
    assert_eq!(severities(&base, &known), []);
    let shorter = Settings { retention: 3_600, ..base.clone() };
    assert_eq!(severities(&shorter, &known), [Severity::Danger]);
    let at_once = Settings { visibility_timeout: 0, ..base.clone() };
    assert_eq!(severities(&at_once, &known), [Severity::Warning]);
    let few = Settings { redrive_policy: Some(policy("orders-dlq", 2)), ..base.clone() };
    assert_eq!(severities(&few, &known), [Severity::Warning]);
    let gone = Settings { redrive_policy: Some(policy("nowhere", 5)), ..base.clone() };
    assert_eq!(severities(&gone, &Target::Missing), [Severity::Danger]);
    assert!(obstacle(&name, &attributes, &gone, &Target::Missing).unwrap().contains("does not exist"));
    let denies = Attributes { redrive_allow_policy: Some(RedriveAllowPolicy::DenyAll), ..dlq.clone() };
    assert!(obstacle(&name, &attributes, &few, &Target::Known(&denies)).unwrap().contains("does not allow"));
    assert_eq!(obstacle(&name, &attributes, &few, &known), None);
    let closed = Settings { redrive_allow_policy: RedriveAllowPolicy::DenyAll, ..base.clone() };
    assert_eq!(severities(&closed, &known), [Severity::Warning], "web is shut out");
}

prop_compose! {
    fn any_settings()(
        numbers in proptest::array::uniform5(0_u32..4),
        dlq in proptest::option::of(1_u32..4),
        tags in proptest::option::of(proptest::collection::btree_map("[ab]", "[xy]", 0..3)),
        deny in any::<bool>(),
    ) -> Settings {
        Settings {
            visibility_timeout: numbers[0],
            delay: numbers[1],
            retention: numbers[2],
            receive_wait: numbers[3],
            maximum_message_size: numbers[4],
            redrive_policy: dlq.map(|count| policy("orders-dlq", count)),
            redrive_allow_policy: if deny { RedriveAllowPolicy::DenyAll } else { RedriveAllowPolicy::AllowAll },
            fifo: None,
            tags,
        }
    }
}

proptest! {
    #[test]
    fn nothing_that_was_not_touched_is_changed(shown in any_settings(), current in any_settings()) {
        prop_assert_eq!(merge(&shown, &shown, &current), current);
    }

    #[test]
    fn without_others_one_gets_what_one_wants(shown in any_settings(), wanted in any_settings()) {
        let wanted = Settings { tags: shown.tags.as_ref().and(wanted.tags.clone().or(shown.tags.clone())), ..wanted };
        prop_assert_eq!(moved(&shown, &wanted, &shown), []);
        prop_assert_eq!(merge(&shown, &wanted, &shown), wanted);
    }
}
