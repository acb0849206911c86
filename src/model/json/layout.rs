//! Lays JSON out by moving white space alone: every key, number and escape stays as it was written, in its order.

use super::{Fault, Piece, Reader};

/// The most bytes a text grows to: eight times the largest message.
const LARGEST: usize = 8 << 20;

/// One member or element a line, indented by two spaces.
pub fn indented(text: &str) -> Result<String, Fault> {
    lay_out(text, true)
}

/// Everything in one line, without spaces.
pub fn compact(text: &str) -> Result<String, Fault> {
    lay_out(text, false)
}

fn lay_out(text: &str, lines: bool) -> Result<String, Fault> {
    let mut reader = Reader::from(text, 0);
    let mut out = String::with_capacity(text.len() * if lines { 2 } else { 1 });
    let line = |out: &mut String, depth: usize| {
        if lines {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", depth));
        }
    };
    // Whether something was just opened, and whether a name waits for its value.
    let (mut fresh, mut named) = (true, false);
    while let Some((piece, place)) = reader.step()? {
        let depth = reader.depth();
        if piece == Piece::Close {
            if !fresh {
                line(&mut out, depth);
            }
        } else if !named {
            if !fresh {
                out.push(',');
            }
            let around = depth - usize::from(piece == Piece::Open);
            if around > 0 {
                line(&mut out, around);
            }
        }
        if out.len() > LARGEST {
            return Err(Fault { at: place.start, sentence: "This is nested too deep to be laid out." });
        }
        named = piece == Piece::Key;
        fresh = piece == Piece::Open;
        out.push_str(&text[place]);
        if named {
            out.push_str(if lines { ": " } else { ":" });
        }
    }
    reader.end()?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    #[test]
    fn white_space_is_moved_and_nothing_else() {
        let body = "{\"b\":1.0000000000000000001,\"a\":{\"x\":[ ],\"y\":{} , \"z\":[1,\"t, : {\\\"q\\\"\"]},\"a\":\"é\\u00e9\"}";
        let expected = r#"{
  "b": 1.0000000000000000001,
  "a": {
    "x": [],
    "y": {},
    "z": [
      1,
      "t, : {\"q\""
    ]
  },
  "a": "é\u00e9"
}"#;
        assert_eq!(indented(body).as_deref(), Ok(expected), "order, digits, doubles and escapes stay");
        let close = r#"{"b":1.0000000000000000001,"a":{"x":[],"y":{},"z":[1,"t, : {\"q\""]},"a":"é\u00e9"}"#;
        assert_eq!(compact(expected).as_deref(), Ok(close));
        for same in ["1", "\"a b\"", "null", "[]"] {
            assert_eq!(indented(same).as_deref(), Ok(same));
        }
        assert_eq!(indented("[[[]],1]").as_deref(), Ok("[\n  [\n    []\n  ],\n  1\n]"));
        assert!(indented("{} x").is_err());
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(indented(&deep).is_err() && compact(&deep).is_ok());
    }

    proptest! {
        #[test]
        fn both_ways_mean_the_same(keys in prop::collection::vec(r#"[a-z "\\{}:,é]{0,6}"#, 0..5), number in any::<i64>()) {
            let value = serde_json::json!({ "keys": keys, "n": { "number": number, "none": [], "empty": {} } });
            let text = value.to_string();
            let laid_out = indented(&text).unwrap();
            prop_assert_eq!(serde_json::from_str::<Value>(&laid_out).unwrap(), value);
            prop_assert_eq!(compact(&laid_out).unwrap(), text);
            prop_assert_eq!(indented(&laid_out).unwrap(), laid_out);
        }
    }
}
