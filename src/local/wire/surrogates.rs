//! Halves of surrogate pairs in JSON. JSON can say them and a Rust text cannot, but they are no reason to refuse a request
//! as unreadable: they are characters that a message may not have, and SQS says so (API reference, "SendMessage": after
//! `#xD7FF` the allowed ones go on at `#xE000`).

/// Whether there is an escape of a surrogate, paired or not.
pub fn may_have_halves(json: &[u8]) -> bool {
    json.windows(3).any(|bytes| bytes[0] == b'\\' && bytes[1] == b'u' && matches!(bytes[2], b'd' | b'D'))
}

/// Puts U+FFFE, which is as little allowed, for every half that lacks the other.
pub fn replace_halves(json: &[u8]) -> Vec<u8> {
    let mut mended = json.to_vec();
    let mut at = 0;
    while at < json.len() {
        if json[at] != b'\\' {
            at += 1;
            continue;
        }
        match (escaped(json, at), escaped(json, at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => at += 12,
            (Some(0xd800..=0xdfff), _) => {
                mended[at + 2..at + 6].copy_from_slice(b"fffe");
                at += 6;
            }
            // Another escape: what follows the backslash is not one of its own.
            _ => at += 2,
        }
    }
    mended
}

/// The number in `\uXXXX`, if there is one.
fn escaped(json: &[u8], at: usize) -> Option<u32> {
    let digits = json.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(json: &str) -> String {
        String::from_utf8(replace_halves(json.as_bytes())).unwrap()
    }

    #[test]
    fn halves_are_replaced_and_pairs_are_not() {
        for whole in
            [r#""\ud83d\ude00""#, r#""\\ud83d""#, r#""\u00e4 ä \" \\""#, r#""\uD7FF\uE000""#, r#""\"#, r#""\u12"#]
        {
            assert_eq!(mended(whole), whole);
        }
        assert_eq!(mended(r#""\ud83d""#), r#""\ufffe""#);
        assert_eq!(mended(r#""\uDE00 \ud83d\ud83d\ude00""#), r#""\ufffe \ufffe\ud83d\ude00""#);
        assert_eq!(mended(r#""\\\ud83dx""#), r#""\\\ufffex""#);
    }

    #[test]
    fn only_escapes_of_surrogates_are_looked_for() {
        assert!(may_have_halves(br#""\ud83d""#) && may_have_halves(br#""\uDFFF""#));
        assert!(!may_have_halves(br#""\u00e4 ud83d""#));
    }
}
