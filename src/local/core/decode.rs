//! Reading the members of a request. A missing or ill-typed member becomes the error SQS gives, never a panic or a guess.

use serde_json::{Map, Value};

use super::error::ApiError;

/// The members of one JSON object, taken out by name. A `null` counts as absent.
#[derive(Debug)]
pub struct Members(Map<String, Value>);

impl Members {
    /// The members of a request or of a structure in it.
    pub fn of(value: Value) -> Result<Self, ApiError> {
        match value {
            Value::Object(map) => Ok(Self(map)),
            _ => Err(malformed("Unexpected value where a structure or map was expected.")),
        }
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.0.get_mut(name).map(Value::take).filter(|value| !value.is_null())
    }

    /// A text.
    pub fn text(&mut self, name: &str) -> Result<Option<String>, ApiError> {
        self.take(name).map(text).transpose()
    }

    /// A text that must be there and not be empty.
    pub fn required(&mut self, name: &str) -> Result<String, ApiError> {
        self.text(name)?.filter(|text| !text.is_empty()).ok_or_else(|| ApiError::missing(name))
    }

    /// A whole number.
    pub fn number(&mut self, name: &str) -> Result<Option<i64>, ApiError> {
        self.take(name)
            .map(|value| match &value {
                Value::Number(number) => number.as_i64().ok_or_else(|| cannot(&value, "an Integer")),
                _ => Err(cannot(&value, "an Integer")),
            })
            .transpose()
    }

    /// A list of texts; empty when absent.
    pub fn texts(&mut self, name: &str) -> Result<Vec<String>, ApiError> {
        self.list(name)?.unwrap_or_default().into_iter().map(text).collect()
    }

    /// A map of texts, in the order sent; empty when absent.
    pub fn text_map(&mut self, name: &str) -> Result<Vec<(String, String)>, ApiError> {
        self.map(name)?.into_iter().map(|(key, value)| Ok((key, text(value)?))).collect()
    }

    /// A map of structures, in the order sent; empty when absent.
    pub fn member_map(&mut self, name: &str) -> Result<Vec<(String, Members)>, ApiError> {
        self.map(name)?.into_iter().map(|(key, value)| Ok((key, Members::of(value)?))).collect()
    }

    /// A list of structures.
    pub fn entries(&mut self, name: &str) -> Result<Option<Vec<Members>>, ApiError> {
        self.list(name)?.map(|list| list.into_iter().map(Members::of).collect()).transpose()
    }

    fn list(&mut self, name: &str) -> Result<Option<Vec<Value>>, ApiError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Array(list)) => Ok(Some(list)),
            Some(_) => Err(malformed("Unexpected value where a list was expected.")),
        }
    }

    fn map(&mut self, name: &str) -> Result<Map<String, Value>, ApiError> {
        match self.take(name) {
            None => Ok(Map::new()),
            Some(Value::Object(map)) => Ok(map),
            Some(_) => Err(malformed("Unexpected value where a structure or map was expected.")),
        }
    }
}

fn text(value: Value) -> Result<String, ApiError> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(cannot(&other, "a String")),
    }
}

fn cannot(value: &Value, wanted: &str) -> ApiError {
    let found = match value {
        Value::Null => "NULL_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Number(number) if number.is_i64() => "NUMBER_VALUE",
        Value::Number(_) => "DECIMAL_VALUE",
        Value::String(_) => "STRING_VALUE",
        Value::Array(_) => return malformed("Start of list found where not expected"),
        Value::Object(_) => return malformed("Start of structure or map found where not expected."),
    };
    malformed(&format!("{found} can not be converted to {wanted}"))
}

fn malformed(message: &str) -> ApiError {
    ApiError::named("SerializationException", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn absent_null_and_empty_required_texts_are_missing() {
        for body in [json!({}), json!({"QueueUrl": null}), json!({"QueueUrl": ""})] {
            let error = Members::of(body).unwrap().required("QueueUrl").unwrap_err();
            assert_eq!(error.code, "MissingParameter");
            assert_eq!(error.message, "The request must contain the parameter QueueUrl.");
        }
    }

    #[test]
    fn ill_typed_members_are_serialization_errors() {
        let mut members = Members::of(json!({"a": "1", "b": 1, "c": {}, "d": [1], "e": {"k": 1}, "f": 1.5})).unwrap();
        assert_eq!(members.number("a").unwrap_err().message, "STRING_VALUE can not be converted to an Integer");
        assert_eq!(members.text("b").unwrap_err().message, "NUMBER_VALUE can not be converted to a String");
        assert_eq!(members.texts("c").unwrap_err().code, "SerializationException");
        assert_eq!(members.texts("d").unwrap_err().code, "SerializationException");
        assert_eq!(members.text_map("e").unwrap_err().code, "SerializationException");
        assert_eq!(members.number("f").unwrap_err().code, "SerializationException");
        assert!(Members::of(json!([])).is_err());
        let mut members = Members::of(json!({"a": [], "b": {}})).unwrap();
        assert_eq!(members.text("a").unwrap_err().message, "Start of list found where not expected");
        assert_eq!(members.text("b").unwrap_err().message, "Start of structure or map found where not expected.");
    }
}
