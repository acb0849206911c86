//! What is known to differ at another SQS (LocalStack 2026.3), each case once: what it does instead, and which side
//! follows AWS's documentation. The section is the case's own; `make conformance` prints it beside.

/// Whose behaviour is SQS's.
#[derive(Clone, Copy, Debug)]
pub(super) enum Right {
    /// The embedded SQS's: the documentation says so.
    Documented,
    /// The embedded SQS's: the documentation leaves it open, and SQS was seen to do so.
    Recorded,
    /// The documentation leaves it open, and neither is known to be wrong.
    Open,
}

impl Right {
    /// In the words of the table.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Documented => "the embedded SQS follows",
            Self::Recorded => "the embedded SQS does as SQS was recorded to; about",
            Self::Open => "the documentation does not say; about",
        }
    }
}

/// A known difference.
#[derive(Clone, Copy, Debug)]
pub(super) struct Difference {
    /// The case that shows it: `family::rule`.
    case: &'static str,
    /// What the other SQS does instead.
    pub(super) what: &'static str,
    pub(super) right: Right,
}

/// The documentation is on the side of the embedded SQS.
pub(super) const fn embedded(case: &'static str, what: &'static str) -> Difference {
    Difference { case, what, right: Right::Documented }
}

/// A recording of SQS is on the side of the embedded SQS.
const fn recorded(case: &'static str, what: &'static str) -> Difference {
    Difference { case, what, right: Right::Recorded }
}

/// Nothing is known to be on either side.
const fn undocumented(case: &'static str, what: &'static str) -> Difference {
    Difference { case, what, right: Right::Open }
}

const KNOWN: &[Difference] = &[
    embedded("access_policies::a_policy_has_8192_bytes_at_most", "accepts any policy"),
    embedded("access_policies::a_policy_has_twenty_statements_at_most", "accepts any policy"),
    embedded("access_policies::a_policy_is_of_one_of_two_versions", "accepts any policy"),
    embedded("access_policies::a_queue_can_be_made_with_a_policy", "accepts what is no policy"),
    embedded("access_policies::a_statement_has_fifty_principals_at_most", "accepts any policy"),
    embedded("access_policies::a_statement_has_seven_actions_at_most", "accepts any policy"),
    embedded("access_policies::a_statement_has_ten_conditions_at_most", "accepts any policy"),
    embedded("access_policies::a_statement_says_who_may_or_may_not_do_what", "accepts any policy"),
    embedded("access_policies::what_is_no_policy_is_refused", "accepts any text"),
    embedded("addresses::an_address_without_a_queue_is_invalid", "answers 500"),
    embedded("attributes::a_delay_is_at_most_fifteen_minutes", "accepts any number"),
    embedded("attributes::a_queue_knows_when_it_was_changed_in_seconds", "does not move LastModifiedTimestamp"),
    embedded("attributes::a_receive_waits_for_twenty_seconds_at_most", "accepts any number"),
    embedded("attributes::a_shorter_retention_ends_messages_that_are_older", "lets them live"),
    embedded("attributes::a_standard_queue_does_not_know_what_a_fifo_queue_is", "answers nothing"),
    embedded("attributes::a_visibility_timeout_is_at_most_twelve_hours", "accepts any number"),
    embedded("attributes::attributes_are_set_all_or_none", "accepts what is no number"),
    embedded("attributes::messages_are_kept_for_a_minute_to_fourteen_days", "accepts any number"),
    embedded("attributes::setting_nothing_is_refused", "accepts it"),
    embedded("attributes::the_longest_message_has_one_kibibyte_to_one_mebibyte", "accepts any number"),
    embedded("attributes::what_sqs_counts_and_knows_cannot_be_set", "sets All"),
    embedded("batches::a_batch_is_judged_as_a_whole_first", "looks at one entry after the other"),
    recorded(
        "batches::a_message_too_long_for_its_queue_fails_alone",
        "shows the name of the error's shape for its code",
    ),
    embedded("batches::an_entry_without_an_id_is_refused", "answers 500"),
    embedded("batches::each_entry_is_answered_with_its_own_digests", "leaves out MD5OfMessageSystemAttributes"),
    embedded("batches::every_kind_of_bad_entry_fails_alone", "accepts an entry with any delay"),
    embedded(
        "batches::ids_of_entries_have_eighty_letters_digits_hyphens_and_underscores_at_most",
        "accepts letters of other alphabets",
    ),
    embedded("batches::one_bad_entry_fails_alone", "accepts an entry with any delay"),
    embedded("dead_letter_sources::a_page_of_sources_has_its_range", "accepts any number"),
    embedded("dead_letter_sources::a_token_belongs_to_its_list_and_needs_a_size", "has no pages of them"),
    embedded("dead_letter_sources::sources_come_in_pages", "answers all at once"),
    embedded("dead_letters::a_dead_letter_of_a_standard_queue_keeps_its_age", "counts from the move"),
    embedded(
        "dead_letters::the_deduplication_id_of_a_dead_letter_is_its_message_id",
        "keeps the id, and drops the second as a duplicate",
    ),
    undocumented("dead_letters::without_their_dead_letter_queue_messages_stay", "refuses to receive"),
    embedded("deduplication::a_body_can_count_in_its_group_alone", "knows an id of one group at a time"),
    embedded("deduplication::a_changed_scope_counts_a_minute_later", "never changes the scope"),
    embedded("deduplication::a_duplicate_is_told_of_the_first_message", "tells of another sequence number"),
    embedded("deduplication::a_widened_scope_counts_a_minute_later_too", "never changes the scope"),
    embedded("deduplication::an_id_can_count_in_its_group_alone", "knows an id of one group at a time"),
    embedded("deleting::a_batch_deletes_what_it_can", "says that a bad handle is not the sender's fault"),
    embedded("deleting::an_empty_handle_is_missing", "says that it is invalid"),
    embedded("deleting::an_entry_without_a_handle_fails_alone", "says that it is invalid"),
    embedded("deleting::garbage_is_no_handle", "answers 400"),
    embedded("encryption::a_data_key_is_used_for_a_minute_to_a_day", "accepts any number"),
    embedded("encryption::a_data_key_is_used_for_five_minutes_unless_said_otherwise", "has no default"),
    recorded("encryption::a_key_takes_the_place_of_encryption_by_sqs", "leaves SSE-SQS on"),
    recorded("encryption::a_key_that_is_removed_leaves_no_encryption", "leaves SSE-SQS on"),
    embedded("encryption::a_queue_has_one_kind_of_encryption_at_a_time", "accepts both"),
    embedded("encryption::encryption_by_sqs_is_switched_off_and_on", "accepts any text"),
    embedded("encryption::encryption_by_sqs_takes_the_place_of_a_key", "keeps the key"),
    embedded("encryption::without_a_key_there_is_no_data_key", "shows its period all the same"),
    embedded("errors::a_member_of_another_type_is_refused", "answers 500"),
    embedded("errors::a_name_that_rests_has_its_error", "makes the queue at once"),
    embedded("errors::an_error_carries_its_shape_and_the_code_of_old", "says application/json"),
    embedded("errors::an_operation_that_sqs_does_not_have_is_refused", "answers 500"),
    embedded("errors::every_error_has_its_status_its_shape_and_its_code_of_old", "says application/json"),
    embedded("errors::every_operation_needs_its_other_members", "answers 500"),
    embedded("errors::every_operation_needs_its_queue", "finds no queue, or answers 500"),
    embedded("errors::what_is_no_json_object_is_refused", "answers 500"),
    recorded(
        "fifo::a_group_whose_first_messages_are_deleted_keeps_the_place_of_the_next",
        "moves the group behind the others",
    ),
    embedded("fifo::a_later_message_released_first_still_comes_later", "gives the later message first"),
    embedded("fifo::a_receive_with_the_same_attempt_id_gives_the_same_messages", "ignores the attempt id"),
    embedded("fifo::an_attempt_id_has_a_form_and_is_for_fifo_queues", "ignores the attempt id"),
    embedded("fifo::an_attempt_whose_messages_were_touched_cannot_be_repeated", "ignores the attempt id"),
    embedded("fifo::an_expired_handle_does_not_delete", "says in a batch that it is not the sender's fault"),
    embedded("fifo::an_expired_handle_does_not_hide", "hides the message"),
    embedded("fifo_attributes::a_quota_is_per_queue_or_per_group", "accepts any text"),
    embedded("fifo_attributes::a_quota_per_group_needs_duplicates_sought_per_group", "accepts it alone"),
    embedded("fifo_attributes::deduplication_by_content_is_switched_on_and_off", "accepts any text"),
    embedded("fifo_attributes::duplicates_are_sought_in_the_queue_or_in_the_group", "accepts any text"),
    embedded("fifo_sending::a_changed_delay_holds_for_messages_already_there", "lets them wait"),
    embedded(
        "fifo_sending::an_entry_with_a_delay_of_its_own_fails_alone",
        "shows the name of the error's shape for its code",
    ),
    embedded("lists::a_page_has_one_to_a_thousand_queues", "accepts any number"),
    embedded("lists::a_token_goes_with_a_number", "does not need the number"),
    embedded("lists::a_token_is_of_the_list_it_came_with", "accepts it for any list"),
    embedded("lists::a_token_that_sqs_did_not_give_is_refused", "begins anew"),
    embedded("message_attributes::a_number_has_a_range", "accepts any number"),
    embedded("message_attributes::a_number_has_thirty_eight_digits_at_most", "accepts any number"),
    embedded("message_attributes::a_type_is_needed", "answers 500"),
    embedded("message_attributes::a_value_stands_where_its_type_says", "accepts it anywhere"),
    embedded("message_attributes::attributes_of_an_entry_keep_the_same_rules", "accepts what is no number"),
    embedded("message_attributes::lists_are_not_supported", "answers another code"),
    embedded("message_attributes::names_types_and_values_are_not_empty", "accepts empty binary values"),
    embedded("message_attributes::other_system_attributes_are_refused", "accepts them"),
    embedded("message_attributes::periods_stand_alone_inside_a_name", "accepts two in a row"),
    embedded("message_attributes::ten_attributes_are_the_most", "accepts any number"),
    embedded("message_attributes::the_trace_header_is_a_string", "accepts any type"),
    recorded("message_attributes::types_are_one_of_three_with_a_label", "refuses others in words of its own"),
    embedded("message_attributes::what_is_no_number_is_refused", "accepts any text"),
    embedded("move_tasks::a_task_that_is_over_cannot_be_cancelled", "cancels it once more"),
    embedded("move_tasks::both_are_arns", "answers 500"),
    recorded("move_tasks::source_and_destination_exist", "answers 400"),
    embedded("move_tasks::the_destination_is_another_queue_of_the_same_type", "accepts any queue"),
    embedded("move_tasks::the_newest_tasks_come_first_and_one_is_the_default", "accepts any number"),
    embedded("move_tasks::the_rate_is_between_1_and_500", "accepts any number"),
    embedded("move_tasks::the_source_must_be_said", "answers 500"),
    embedded("moved_messages::a_fifo_group_keeps_its_order", "drops the messages as duplicates"),
    embedded("moved_messages::a_message_from_nowhere_ends_a_task_back_to_the_sources", "gives another reason"),
    undocumented("moved_messages::a_message_too_long_for_its_destination_stays", "moves it"),
    embedded("moved_messages::a_moved_message_is_a_new_one", "keeps the id and the count"),
    embedded("moved_messages::a_moved_message_stands_behind_those_that_are_there", "drops the message as a duplicate"),
    embedded("moved_messages::a_task_fails_when_a_source_is_gone", "names the reason by the shape of the error"),
    recorded("moved_messages::a_task_fails_when_its_destination_goes", "names the reason by the shape of the error"),
    embedded("moved_messages::a_task_goes_with_its_dead_letter_queue", "answers 400"),
    embedded("permissions::a_label_has_eighty_letters_digits_hyphens_and_underscores_at_most", "accepts any label"),
    embedded("permissions::a_permission_changes_the_queue", "does not move LastModifiedTimestamp"),
    embedded("permissions::a_permission_has_seven_actions_at_most", "accepts any number"),
    embedded("permissions::a_permission_says_who_may_do_what", "accepts permissions for nobody and nothing"),
    embedded("permissions::a_principal_is_an_account", "accepts any text"),
    embedded("permissions::a_queue_has_twenty_permissions_at_most", "accepts any number"),
    embedded("permissions::what_is_the_owners_alone_cannot_be_shared", "shares every action"),
    embedded("policies::a_policy_moves_the_time_of_the_last_change", "does not move LastModifiedTimestamp"),
    recorded("policies::a_queue_may_be_its_own_dead_letter_queue", "loses its messages from sight"),
    undocumented("policies::a_queue_that_is_denied_later_keeps_its_messages", "moves them all the same"),
    embedded("policies::a_redrive_allow_policy_is_in_its_format", "accepts any text"),
    recorded("policies::a_redrive_policy_has_both_members", "refuses it in words of its own"),
    embedded("policies::a_redrive_policy_has_no_other_member", "accepts any member"),
    embedded("policies::a_redrive_policy_is_a_json_object", "answers 500"),
    embedded("policies::a_refused_policy_changes_nothing_else", "accepts any policy"),
    embedded("policies::by_queue_lets_in_the_named_queues_alone", "lets in every queue"),
    embedded("policies::by_queue_names_one_to_ten_queues", "accepts any number"),
    embedded("policies::deny_all_keeps_every_queue_away", "lets in every queue"),
    embedded("policies::each_permission_reads_as_it_was_set", "keeps the empty text"),
    embedded("policies::source_queues_are_named_with_by_queue_alone", "accepts any policy"),
    embedded("policies::source_queues_are_of_the_same_region", "accepts any policy"),
    embedded("policies::the_count_is_a_number_or_a_text_and_reads_as_a_number", "shows the text"),
    embedded("policies::the_count_is_between_1_and_1000", "accepts any number"),
    embedded("policies::the_dead_letter_queue_is_of_the_same_account_and_region", "accepts any ARN"),
    embedded("policies::the_dead_letter_queue_is_of_the_same_type", "accepts any queue"),
    embedded("policies::the_dead_letter_queue_must_exist", "accepts any ARN"),
    embedded("policies::the_target_is_the_arn_of_a_queue", "accepts any text"),
    undocumented("protocols::a_body_that_cannot_be_read_is_a_serialization_error", "answers 500"),
    undocumented("protocols::an_unknown_target_is_an_unknown_operation", "answers 500"),
    embedded("protocols::entries_of_a_batch_travel_in_forms_and_documents", "blames nobody"),
    undocumented("queues::a_queue_is_not_made_again_with_other_tags", "ignores the tags"),
    embedded("receiving::a_receive_asks_for_one_to_ten_messages", "accepts negative numbers"),
    embedded("receiving::a_receive_hides_for_twelve_hours_at_most", "accepts any number"),
    embedded("receiving::an_unknown_system_attribute_is_refused", "leaves it out"),
    embedded("receiving::the_old_name_of_the_list_still_counts", "ignores it beside the new one"),
    embedded("sending::a_message_can_be_delayed_by_fifteen_minutes_at_most", "accepts a negative delay"),
    embedded("sending::a_message_without_a_body_is_refused", "answers 500"),
    recorded("sending::a_standard_queue_takes_no_deduplication_id", "refuses it in words of its own"),
    embedded("sending::an_answer_has_no_more_than_was_asked_for", "answers the digest of no attributes"),
    embedded("sending::half_a_surrogate_pair_is_no_character", "answers 500"),
    embedded("tags::a_key_has_one_to_128_characters", "accepts any key"),
    embedded("tags::a_queue_has_fifty_tags_at_most", "accepts any number"),
    embedded("tags::a_queue_with_a_tag_that_is_refused_is_not_made", "accepts any tag"),
    embedded("tags::a_value_has_256_characters_at_most", "accepts any value"),
    embedded("tags::tagging_with_nothing_is_refused", "accepts it"),
    embedded("tags::tags_do_not_begin_like_those_of_aws", "accepts them"),
    embedded("tags::tags_have_letters_digits_spaces_and_eight_signs", "accepts any tag"),
    embedded("tags::untagging_nothing_is_refused", "accepts it"),
    embedded(
        "visibility::a_batch_of_changes_succeeds_and_fails_entry_by_entry",
        "accepts a timeout beyond twelve hours",
    ),
    embedded("visibility::a_change_is_for_twelve_hours_at_most", "accepts negative numbers"),
    embedded("visibility::a_change_needs_a_handle_and_a_timeout", "answers InternalError, 500"),
    embedded("visibility::twelve_hours_are_counted_from_the_receive", "does not count what has passed"),
    embedded("visibility::what_is_no_handle_is_refused", "answers 400"),
    embedded("visibility::what_was_released_is_not_in_flight", "accepts it"),
];

/// The known difference in a case, if there is one.
pub(super) fn of(case: &str) -> Option<&'static Difference> {
    KNOWN.iter().find(|difference| difference.case == case)
}

#[test]
fn every_difference_is_of_a_case_and_listed_once() {
    let families = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/conformance");
    for (place, Difference { case, .. }) in KNOWN.iter().enumerate() {
        let (family, rule) = case.split_once("::").unwrap();
        let text = std::fs::read_to_string(format!("{families}/{family}.rs")).unwrap_or_default();
        assert!(text.contains(&format!("async fn {rule}(")), "there is no case {case}");
        assert!(KNOWN[..place].iter().all(|other| other.case != *case), "{case} is listed twice");
    }
}
