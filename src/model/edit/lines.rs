//! Line ends. A form sends every one of them as CR LF (HTML, "constructing the entry list"), so which of them a text had
//! is known from the original alone.

/// A text as it comes back from a form in which nobody changed it.
pub fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Gives an edited text the line ends of the original: lines before and after what was changed keep theirs, new ones get
/// the one that the original has most.
pub fn restore(original: &str, edited: &str) -> String {
    if !original.contains('\r') {
        return edited.to_owned();
    }
    let (old, new) = (split(original), split(edited));
    let same = |(old, new): &(&Line<'_>, &Line<'_>)| old.text == new.text && old.end.is_empty() == new.end.is_empty();
    let before = old.iter().zip(&new).take_while(same).count();
    let most = old.len().min(new.len()) - before;
    let after = old.iter().rev().zip(new.iter().rev()).take(most).take_while(same).count();
    let usual = usual(&old);
    let mut out = String::with_capacity(edited.len() + new.len());
    for (at, line) in new.iter().enumerate() {
        let kept = if at < before {
            Some(old[at].end)
        } else {
            (new.len() - at <= after).then(|| old[old.len() - (new.len() - at)].end)
        };
        let end = kept.unwrap_or(if line.end.is_empty() { "" } else { usual });
        // Behind a lone CR a lone LF would be the second half of one line end.
        let end = if end == "\n" && line.text.is_empty() && out.ends_with('\r') { "\r\n" } else { end };
        out.push_str(line.text);
        out.push_str(end);
    }
    out
}

struct Line<'a> {
    text: &'a str,
    end: &'a str,
}

fn split(text: &str) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['\r', '\n']) {
        let length = if rest[at..].starts_with("\r\n") { 2 } else { 1 };
        lines.push(Line { text: &rest[..at], end: &rest[at..at + length] });
        rest = &rest[at + length..];
    }
    lines.push(Line { text: rest, end: "" });
    lines
}

fn usual<'a>(lines: &[Line<'a>]) -> &'a str {
    let count = |end: &str| lines.iter().filter(|line| line.end == end).count();
    ["\r\n", "\n", "\r"].into_iter().rev().max_by_key(|end| count(end)).unwrap_or("\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_was_not_changed_keeps_its_line_ends() {
        assert_eq!(restore("a\r\nb\r\nc", "a\nB\nc"), "a\r\nB\r\nc");
        assert_eq!(restore("a\r\nb\nc\rd", "a\nb\nx\nc\nd"), "a\r\nb\nx\r\nc\rd", "the most frequent for a new line");
        assert_eq!(restore("a\nb", "a\nx\nb"), "a\nx\nb");
        assert_eq!(restore("a\r\n", "a"), "a");
        assert_eq!(restore("a\r\nb", "b"), "b");
        assert_eq!(restore("\r\n\r\n", "\n"), "\r\n");
        assert_eq!(restore("a\r\r\n", "a\n\n"), "a\r\r\n");
    }

    proptest! {
        #[test]
        fn a_text_that_nobody_changed_comes_back(text in "[ab\r\n]{0,16}") {
            prop_assert_eq!(restore(&text, &plain(&text)), text);
        }

        #[test]
        fn only_line_ends_are_added(original in "[ab\r\n]{0,12}", edited in "[ab\n]{0,12}") {
            prop_assert_eq!(plain(&restore(&original, &edited)), edited);
        }
    }
}
