//! Just enough of Rust's grammar to tell code from comments and strings.

/// A Rust file in two readings, both with the lines where they were.
pub(super) struct Lexed {
    /// Comments are blanks, and so are the contents of strings.
    pub(super) code: String,
    /// Comments are blanks; strings stay.
    pub(super) text: String,
}

/// Reads a file up to its unit tests: they may use what the code above them may not.
pub(super) fn lex(source: &str) -> Lexed {
    let mut lexed = read(source);
    if let Some(end) = tests_at_the_foot(&lexed.code) {
        lexed.code.truncate(end);
        lexed.text.truncate(end);
    }
    lexed
}

/// Where `#[cfg(test)] mod tests {` begins.
fn tests_at_the_foot(code: &str) -> Option<usize> {
    code.match_indices("#[cfg(test)]").map(|(at, _)| at).find(|&at| {
        let next = code[at + "#[cfg(test)]".len()..].trim_start();
        next.starts_with("mod ") && next.find(['{', ';']).is_some_and(|at| next[at..].starts_with('{'))
    })
}

fn read(source: &str) -> Lexed {
    let bytes = source.as_bytes();
    let (mut code, mut text) = (source.as_bytes().to_vec(), source.as_bytes().to_vec());
    let mut at = 0;
    while at < bytes.len() {
        let end = if bytes[at..].starts_with(b"//") {
            let end = find(bytes, at, b"\n").unwrap_or(bytes.len());
            blank(&mut code[at..end]);
            blank(&mut text[at..end]);
            end
        } else if bytes[at..].starts_with(b"/*") {
            let end = end_of_block_comment(bytes, at);
            blank(&mut code[at..end]);
            blank(&mut text[at..end]);
            end
        } else if let Some((content, end)) = string(bytes, at) {
            blank(&mut code[content]);
            end
        } else {
            // An identifier is stepped over whole, so that the `r` of `for"` is not a raw string's.
            let word = bytes[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
            at + word.max(1)
        };
        at = end;
    }
    Lexed { code: String::from_utf8(code).unwrap(), text: String::from_utf8(text).unwrap() }
}

/// Blanks, but keeps the lines.
fn blank(bytes: &mut [u8]) {
    for byte in bytes {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

fn find(bytes: &[u8], from: usize, what: &[u8]) -> Option<usize> {
    bytes[from..].windows(what.len()).position(|window| window == what).map(|at| from + at)
}

fn end_of_block_comment(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    bytes.len()
}

/// The content and the end of the string or character that starts here.
fn string(bytes: &[u8], start: usize) -> Option<(std::ops::Range<usize>, usize)> {
    let prefix = [&b"br"[..], b"cr", b"r", b"b", b"c"].into_iter().find(|prefix| {
        bytes[start..].starts_with(prefix) && matches!(bytes.get(start + prefix.len()), Some(b'"' | b'#' | b'\''))
    });
    let raw = prefix.is_some_and(|prefix| prefix.ends_with(b"r"));
    let mut at = start + prefix.map_or(0, <[u8]>::len);
    if raw {
        let hashes = bytes[at..].iter().take_while(|byte| **byte == b'#').count();
        at += hashes;
        if bytes.get(at) != Some(&b'"') {
            return None; // a raw identifier
        }
        let close = [&b"\""[..], &vec![b'#'; hashes]].concat();
        let end = find(bytes, at + 1, &close).unwrap_or(bytes.len());
        return Some((at + 1..end, (end + close.len()).min(bytes.len())));
    }
    let quote = *bytes.get(at)?;
    // 'a' and '\n' are characters; 'a in &'a str is a lifetime.
    let is_character = quote == b'\''
        && (bytes.get(at + 1) == Some(&b'\\') || bytes.get(at + 1 + character_length(bytes, at + 1)) == Some(&b'\''));
    if quote != b'"' && !is_character {
        return None;
    }
    let mut end = at + 1;
    while end < bytes.len() && bytes[end] != quote {
        end += if bytes[end] == b'\\' { 2 } else { 1 };
    }
    let end = end.min(bytes.len());
    Some((at + 1..end, (end + 1).min(bytes.len())))
}

fn character_length(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at) {
        Some(0xF0..) => 4,
        Some(0xE0..) => 3,
        Some(0xC0..) => 2,
        _ => 1,
    }
}

/// The line of a place in a text, counted from one.
pub(super) fn line(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// The places where `word` stands by itself: not as part of a longer identifier.
pub(super) fn word_places<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let joins = |character: char| character.is_alphanumeric() || character == '_';
    text.match_indices(word).map(|(at, _)| at).filter(move |&at| {
        let joined_before = word.starts_with(joins) && text[..at].ends_with(joins);
        let joined_after = word.ends_with(joins) && text[at + word.len()..].starts_with(joins);
        !joined_before && !joined_after
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_are_not_code() {
        let Lexed { code, text } = read("a /* b /* c */ d */ e // f\n\"g \\\" h\" r#\"i \" j\"# k");
        assert_eq!(code.split_whitespace().collect::<String>(), "ae\"\"r#\"\"#k");
        assert!(text.contains("g \\\" h") && text.contains("i \" j") && !text.contains('f'));
        assert_eq!(line(&code, code.find('k').unwrap()), 2);
    }

    #[test]
    fn lifetimes_are_not_characters() {
        let Lexed { code, .. } = read("fn f<'a>(x: &'a str) { '\\''; 'é'; '\"'; b'x' }");
        assert!(code.contains("<'a>(x: &'a str)"));
        assert!(!code.contains('é') && !code.contains('"'));
    }

    #[test]
    fn unit_tests_are_cut_off_but_their_declaration_is_not() {
        assert_eq!(lex("a\n#[cfg(test)]\nmod tests {\n b }").code, "a\n");
        assert!(lex("#[cfg(test)]\nmod tests;\nuse c;").code.contains("use c"));
    }

    #[test]
    fn a_word_is_not_a_part_of_another() {
        assert_eq!(word_places("env my_env env_logger std::env::var", "env").collect::<Vec<_>>(), [0, 27]);
    }
}
