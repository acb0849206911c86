//! The `aws sqs …` equivalent of what the console does: the console teaches the API.

use serde_json::{Map, Value};

/// One command line, quoted for a POSIX shell and for the AWS CLI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The operation and its options.
    options: String,
    /// The parameters that cannot be options.
    input: Map<String, Value>,
    line: String,
}

impl Command {
    /// `aws sqs <operation>`, the operation in the CLI's spelling (`send-message`).
    pub fn new(operation: &str) -> Self {
        let options = format!("aws sqs {operation}");
        Self { line: options.clone(), options, input: Map::new() }
    }

    /// Adds `--option value`. The value stays what it is, also one that the CLI would open as a file or take for an
    /// option: such a one goes into `--cli-input-json`, where nothing is expanded (AWS CLI User Guide, "Loading a
    /// parameter from a file" and "CLI skeletons and input files").
    #[must_use]
    pub fn option(mut self, option: &str, value: &str) -> Self {
        if is_expanded(option, value) {
            self.input.insert(parameter(option), value.into());
            self.written()
        } else {
            self.raw(option, value)
        }
    }

    /// Adds `--option value` where there is a value.
    #[must_use]
    pub fn maybe(self, option: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.option(option, value),
            None => self,
        }
    }

    /// Adds `--option file://name`: the value is in a file that whoever runs the line writes first.
    #[must_use]
    pub fn file(self, option: &str, name: &str) -> Self {
        self.raw(option, &format!("file://{name}"))
    }

    /// The line.
    pub fn line(&self) -> &str {
        &self.line
    }

    fn raw(mut self, option: &str, value: &str) -> Self {
        for part in [" --", option, " ", &quote(value)] {
            self.options.push_str(part);
        }
        self.written()
    }

    fn written(mut self) -> Self {
        self.line.clone_from(&self.options);
        if !self.input.is_empty() {
            let input = Value::Object(self.input.clone()).to_string();
            self.line.push_str(" --cli-input-json ");
            self.line.push_str(&quote(&input));
        }
        self
    }
}

/// Whether the CLI would take an option's value for something else: for the name of a file or, in version 1, for an
/// address to fetch (but never a queue's URL), or for the next option.
fn is_expanded(option: &str, value: &str) -> bool {
    let starts = |with: &[&str]| with.iter().any(|with| value.starts_with(with));
    starts(&["-", "file://", "fileb://"]) || option != "queue-url" && starts(&["http://", "https://"])
}

/// An option's name in JSON: `message-body` is `MessageBody`.
fn parameter(option: &str) -> String {
    let mut after_hyphen = true;
    let spell = |c: char| {
        let spelled = if after_hyphen { c.to_ascii_uppercase() } else { c };
        after_hyphen = c == '-';
        (c != '-').then_some(spelled)
    };
    option.chars().filter_map(spell).collect()
}

/// Quotes a word for a POSIX shell; plain words stay plain.
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_survives_the_shell() {
        let command = Command::new("send-message")
            .option("queue-url", "http://127.0.0.1:4566/0/orders")
            .option("message-body", r#"it's {"a":1} $HOME"#)
            .maybe("message-group-id", None);
        assert_eq!(
            command.line(),
            r#"aws sqs send-message --queue-url http://127.0.0.1:4566/0/orders --message-body 'it'\''s {"a":1} $HOME'"#
        );
        assert_eq!(quote(""), "''");
    }

    #[test]
    fn a_value_that_the_cli_would_open_is_given_as_json() {
        let send =
            |body| Command::new("send-message").option("queue-url", "https://x/1/q").option("message-body", body);
        for body in ["file:///home/x/.aws/credentials", "fileb://x", "-x", "--debug", "http://x", "https://x"] {
            let expected = format!(
                r#"aws sqs send-message --queue-url https://x/1/q --cli-input-json '{{"MessageBody":"{body}"}}'"#
            );
            assert_eq!(send(body).line(), expected);
        }
        for body in [" file://x", "FILE://x", "files", "{\"a\":\"file://x\"}", "a-b"] {
            assert!(send(body).line().ends_with(&format!("--message-body {}", quote(body))), "{body}");
        }
        assert!(Command::new("x").option("queue-url", "file://x").line().ends_with(r#"'{"QueueUrl":"file://x"}'"#));
    }

    #[test]
    fn several_values_share_one_json() {
        let command = Command::new("send-message")
            .option("message-body", "file://it's")
            .option("message-group-id", "-g")
            .option("delay-seconds", "5");
        assert_eq!(
            command.line(),
            r#"aws sqs send-message --delay-seconds 5 --cli-input-json '{"MessageBody":"file://it'\''s","MessageGroupId":"-g"}'"#
        );
    }

    #[test]
    fn a_file_of_ones_own_is_one() {
        let command = Command::new("delete-message-batch").file("entries", "entries.json");
        assert_eq!(command.line(), "aws sqs delete-message-batch --entries file://entries.json");
    }
}
