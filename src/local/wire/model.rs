//! What each operation's members are called in the Query protocol, and what they are: the service's model of 2012-11-05
//! as it was until SQS moved to JSON, with the members added since.

/// A member of a request, an answer or a structure.
#[derive(Debug)]
pub struct Member {
    /// Its name in JSON, by which the core knows it.
    pub name: &'static str,
    /// Its name in a form and in XML. Lists and maps repeat it, for they are all flattened.
    pub wire: &'static str,
    /// What it is.
    pub kind: Kind,
}

/// What a member is.
#[derive(Debug)]
pub enum Kind {
    /// A text; bytes in base64 too.
    Text,
    /// A whole number.
    Number,
    /// Yes or no.
    Flag,
    /// A list.
    List(&'static Kind),
    /// A map from texts; the name of a key, then what is under `Value`.
    Map(&'static str, &'static Kind),
    /// A structure.
    Structure(&'static [Member]),
}

/// An operation.
#[derive(Debug)]
pub struct Operation {
    /// Its name.
    pub name: &'static str,
    /// What it is asked with.
    pub input: &'static [Member],
    /// What it answers; nothing if it has nothing to say.
    pub output: Option<&'static [Member]>,
}

/// An operation by its name.
pub fn operation(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.name == name)
}

const fn member(name: &'static str, wire: &'static str, kind: Kind) -> Member {
    Member { name, wire, kind }
}

const fn text(name: &'static str) -> Member {
    member(name, name, Kind::Text)
}

const fn number(name: &'static str) -> Member {
    member(name, name, Kind::Number)
}

const fn texts(name: &'static str, wire: &'static str) -> Member {
    member(name, wire, Kind::List(&Kind::Text))
}

const QUEUE: Member = text("QueueUrl");
const ATTRIBUTES: Member = member("Attributes", "Attribute", Kind::Map("Name", &Kind::Text));
const fn tags(name: &'static str) -> Member {
    member(name, "Tag", Kind::Map("Key", &Kind::Text))
}

const fn message_attributes(name: &'static str, wire: &'static str) -> Member {
    const VALUE: &Kind = &Kind::Structure(&[
        text("StringValue"),
        text("BinaryValue"),
        texts("StringListValues", "StringListValue"),
        texts("BinaryListValues", "BinaryListValue"),
        text("DataType"),
    ]);
    member(name, wire, Kind::Map("Name", VALUE))
}

/// What SendMessage and an entry of its batch have in common, after `$first`.
macro_rules! draft {
    ($first:expr) => {
        &[
            $first,
            text("MessageBody"),
            number("DelaySeconds"),
            message_attributes("MessageAttributes", "MessageAttribute"),
            message_attributes("MessageSystemAttributes", "MessageSystemAttribute"),
            text("MessageDeduplicationId"),
            text("MessageGroupId"),
        ]
    };
}

const fn entries(wire: &'static str, entry: &'static Kind) -> Member {
    member("Entries", wire, Kind::List(entry))
}

macro_rules! batch_results {
    ($wire:literal, $entry:expr) => {
        Some(&[
            member("Successful", $wire, Kind::List(&Kind::Structure($entry))),
            member(
                "Failed",
                "BatchResultErrorEntry",
                Kind::List(&Kind::Structure(&[
                    text("Id"),
                    member("SenderFault", "SenderFault", Kind::Flag),
                    text("Code"),
                    text("Message"),
                ])),
            ),
        ])
    };
}

/// Every operation, in the order of the API reference.
const OPERATIONS: &[Operation] = &[
    Operation {
        name: "AddPermission",
        input: &[QUEUE, text("Label"), texts("AWSAccountIds", "AWSAccountId"), texts("Actions", "ActionName")],
        output: None,
    },
    Operation {
        name: "CancelMessageMoveTask",
        input: &[text("TaskHandle")],
        output: Some(&[number("ApproximateNumberOfMessagesMoved")]),
    },
    Operation {
        name: "ChangeMessageVisibility",
        input: &[QUEUE, text("ReceiptHandle"), number("VisibilityTimeout")],
        output: None,
    },
    Operation {
        name: "ChangeMessageVisibilityBatch",
        input: &[
            QUEUE,
            entries(
                "ChangeMessageVisibilityBatchRequestEntry",
                &Kind::Structure(&[text("Id"), text("ReceiptHandle"), number("VisibilityTimeout")]),
            ),
        ],
        output: batch_results!("ChangeMessageVisibilityBatchResultEntry", &[text("Id")]),
    },
    Operation { name: "CreateQueue", input: &[text("QueueName"), ATTRIBUTES, tags("tags")], output: Some(&[QUEUE]) },
    Operation { name: "DeleteMessage", input: &[QUEUE, text("ReceiptHandle")], output: None },
    Operation {
        name: "DeleteMessageBatch",
        input: &[
            QUEUE,
            entries("DeleteMessageBatchRequestEntry", &Kind::Structure(&[text("Id"), text("ReceiptHandle")])),
        ],
        output: batch_results!("DeleteMessageBatchResultEntry", &[text("Id")]),
    },
    Operation { name: "DeleteQueue", input: &[QUEUE], output: None },
    Operation {
        name: "GetQueueAttributes",
        input: &[QUEUE, texts("AttributeNames", "AttributeName")],
        output: Some(&[ATTRIBUTES]),
    },
    Operation {
        name: "GetQueueUrl",
        input: &[text("QueueName"), text("QueueOwnerAWSAccountId")],
        output: Some(&[QUEUE]),
    },
    Operation {
        name: "ListDeadLetterSourceQueues",
        input: &[QUEUE, text("NextToken"), number("MaxResults")],
        output: Some(&[texts("queueUrls", "QueueUrl"), text("NextToken")]),
    },
    Operation {
        name: "ListMessageMoveTasks",
        input: &[text("SourceArn"), number("MaxResults")],
        output: Some(&[member(
            "Results",
            "ListMessageMoveTasksResultEntry",
            Kind::List(&Kind::Structure(&[
                text("TaskHandle"),
                text("Status"),
                text("SourceArn"),
                text("DestinationArn"),
                number("MaxNumberOfMessagesPerSecond"),
                number("ApproximateNumberOfMessagesMoved"),
                number("ApproximateNumberOfMessagesToMove"),
                text("FailureReason"),
                number("StartedTimestamp"),
            ])),
        )]),
    },
    Operation { name: "ListQueueTags", input: &[QUEUE], output: Some(&[tags("Tags")]) },
    Operation {
        name: "ListQueues",
        input: &[text("QueueNamePrefix"), text("NextToken"), number("MaxResults")],
        output: Some(&[texts("QueueUrls", "QueueUrl"), text("NextToken")]),
    },
    Operation { name: "PurgeQueue", input: &[QUEUE], output: None },
    Operation {
        name: "ReceiveMessage",
        input: &[
            QUEUE,
            texts("AttributeNames", "AttributeName"),
            texts("MessageSystemAttributeNames", "MessageSystemAttributeName"),
            texts("MessageAttributeNames", "MessageAttributeName"),
            number("MaxNumberOfMessages"),
            number("VisibilityTimeout"),
            number("WaitTimeSeconds"),
            text("ReceiveRequestAttemptId"),
        ],
        output: Some(&[member(
            "Messages",
            "Message",
            Kind::List(&Kind::Structure(&[
                text("MessageId"),
                text("ReceiptHandle"),
                text("MD5OfBody"),
                text("Body"),
                ATTRIBUTES,
                text("MD5OfMessageAttributes"),
                message_attributes("MessageAttributes", "MessageAttribute"),
            ])),
        )]),
    },
    Operation { name: "RemovePermission", input: &[QUEUE, text("Label")], output: None },
    Operation {
        name: "SendMessage",
        input: draft!(QUEUE),
        output: Some(&[
            text("MessageId"),
            text("MD5OfMessageBody"),
            text("MD5OfMessageAttributes"),
            text("MD5OfMessageSystemAttributes"),
            text("SequenceNumber"),
        ]),
    },
    Operation {
        name: "SendMessageBatch",
        input: &[QUEUE, entries("SendMessageBatchRequestEntry", &Kind::Structure(draft!(text("Id"))))],
        output: batch_results!(
            "SendMessageBatchResultEntry",
            &[
                text("Id"),
                text("MessageId"),
                text("MD5OfMessageBody"),
                text("MD5OfMessageAttributes"),
                text("MD5OfMessageSystemAttributes"),
                text("SequenceNumber"),
            ]
        ),
    },
    Operation { name: "SetQueueAttributes", input: &[QUEUE, ATTRIBUTES], output: None },
    Operation {
        name: "StartMessageMoveTask",
        input: &[text("SourceArn"), text("DestinationArn"), number("MaxNumberOfMessagesPerSecond")],
        output: Some(&[text("TaskHandle")]),
    },
    Operation { name: "TagQueue", input: &[QUEUE, tags("Tags")], output: None },
    Operation { name: "UntagQueue", input: &[QUEUE, texts("TagKeys", "TagKey")], output: None },
];
