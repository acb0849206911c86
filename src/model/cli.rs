//! The `aws sqs …` equivalent of what the console does: the console teaches the API.

/// One command line, quoted for a POSIX shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command(String);

impl Command {
    /// `aws sqs <operation>`, the operation in the CLI's spelling (`send-message`).
    pub fn new(operation: &str) -> Self {
        Self(format!("aws sqs {operation}"))
    }

    /// Adds `--option value`.
    #[must_use]
    pub fn option(mut self, option: &str, value: &str) -> Self {
        self.0.push_str(" --");
        self.0.push_str(option);
        self.0.push(' ');
        self.0.push_str(&quote(value));
        self
    }

    /// Adds `--option value` where there is a value.
    #[must_use]
    pub fn maybe(self, option: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.option(option, value),
            None => self,
        }
    }

    /// The line.
    pub fn line(&self) -> &str {
        &self.0
    }
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
}
