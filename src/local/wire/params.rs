//! A form (`Attribute.1.Name=DelaySeconds&Attribute.1.Value=5`) as a tree of its names' parts.

use std::collections::BTreeMap;

use percent_encoding::percent_decode;

use crate::local::core::ApiError;

/// The most parts of a name. No member of SQS lies deeper, so a longer name is of no member.
const DEPTH: usize = 8;

/// A name's part: what it holds, and what begins with it.
#[derive(Debug, Default)]
pub struct Node {
    text: Option<String>,
    below: BTreeMap<String, Node>,
}

impl Node {
    /// Reads forms into a tree. Of two parameters of a name the last counts, and of two forms the last.
    ///
    /// Errors: `MalformedInput` if a text is not UTF-8.
    pub fn of(forms: [&[u8]; 2]) -> Result<Self, ApiError> {
        let mut root = Self::default();
        for pair in forms.into_iter().flat_map(|form| form.split(|&byte| byte == b'&')) {
            let mut halves = pair.splitn(2, |&byte| byte == b'=');
            let (name, value) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
            let (name, value) = (text(name)?, text(value)?);
            if name.is_empty() || name.split('.').count() > DEPTH {
                continue;
            }
            let node = name.split('.').fold(&mut root, |node, part| node.below.entry(part.to_owned()).or_default());
            node.text = Some(value);
        }
        Ok(root)
    }

    /// What begins with this part.
    pub fn child(&self, part: &str) -> Option<&Self> {
        self.below.get(part)
    }

    /// The text of a name without further parts.
    ///
    /// Errors: `MalformedInput` if there is a list or a structure instead.
    pub fn text(&self) -> Result<&str, ApiError> {
        let misplaced = || malformed("Start of list found where not expected");
        if self.below.is_empty() { self.text.as_deref().ok_or_else(misplaced) } else { Err(misplaced()) }
    }

    /// The items of a flattened list, by their numbers. A list of one needs no number.
    pub fn items(&self) -> Vec<&Self> {
        let mut numbered: Vec<(u32, &Self)> =
            self.below.iter().filter_map(|(part, node)| Some((part.parse().ok()?, node))).collect();
        numbered.sort_by_key(|(number, _)| *number);
        if numbered.is_empty() { vec![self] } else { numbered.into_iter().map(|(_, node)| node).collect() }
    }
}

/// The error of a form that cannot be what it should be.
pub fn malformed(message: &str) -> ApiError {
    ApiError::named("MalformedInput", message)
}

/// A name or a value: `+` is a space, `%XX` a byte.
fn text(encoded: &[u8]) -> Result<String, ApiError> {
    let spaced: Vec<u8> = encoded.iter().map(|&byte| if byte == b'+' { b' ' } else { byte }).collect();
    String::from_utf8(percent_decode(&spaced).collect()).map_err(|_| malformed("The request is not in UTF-8."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(form: &str) -> Node {
        Node::of([form.as_bytes(), b""]).unwrap()
    }

    #[test]
    fn names_become_a_tree_and_escapes_become_bytes() {
        let tree = read("a.1.Name=x%20y+z&a.2.Name=%C3%A4&b=1&b=2&=c&d");
        let name = |item: &Node| item.child("Name").unwrap().text().unwrap().to_owned();
        assert_eq!(tree.child("a").unwrap().items().into_iter().map(name).collect::<Vec<_>>(), ["x y z", "ä"]);
        assert_eq!(tree.child("b").unwrap().text(), Ok("2"));
        assert_eq!(tree.child("d").unwrap().text(), Ok(""));
        assert!(tree.child("").is_none());
    }

    #[test]
    fn items_come_by_number_and_one_needs_none() {
        let texts = |form: &str| -> Vec<String> {
            read(form).child("a").unwrap().items().into_iter().map(|item| item.text().unwrap().to_owned()).collect()
        };
        assert_eq!(texts("a.10=c&a.9=b&a.2=a&a.x=d"), ["a", "b", "c"]);
        assert_eq!(texts("a=only"), ["only"]);
    }

    #[test]
    fn what_no_member_can_be_is_passed_over_or_refused() {
        assert!(read(&format!("a{}=x", ".a".repeat(100_000))).below.is_empty());
        assert_eq!(read("a.member.1=x").child("a").unwrap().text().unwrap_err().code, "MalformedInput");
        assert_eq!(Node::of([b"a=%FF", b""]).unwrap_err().code, "MalformedInput");
    }
}
