//! A small tree that is written as XML, or as the JSON that LocalStack makes of that XML: a name that comes once is a
//! member, a name that comes more often is a list, and an element with nothing in it is null.

use serde_json::{Map, Value};

/// An element with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    name: String,
    content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Text(String),
    Tree(Vec<Node>),
}

impl Node {
    /// An element with a text.
    pub fn text(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), content: Content::Text(text.to_owned()) }
    }

    /// An element with elements.
    pub fn tree(name: &str, nodes: Vec<Node>) -> Self {
        Self { name: name.to_owned(), content: Content::Tree(nodes) }
    }

    /// A document in a namespace.
    pub fn to_xml(&self, namespace: &str) -> String {
        let mut out = String::from("<?xml version='1.0' encoding='utf-8'?>\n");
        self.write(&mut out, &format!(" xmlns=\"{namespace}\""));
        out
    }

    fn write(&self, out: &mut String, attributes: &str) {
        out.extend(["<", &self.name, attributes]);
        match &self.content {
            Content::Tree(nodes) if nodes.is_empty() => return out.push_str(" />"),
            Content::Tree(nodes) => {
                out.push('>');
                for node in nodes {
                    node.write(out, "");
                }
            }
            Content::Text(text) => {
                out.push('>');
                escape(text, out);
            }
        }
        out.extend(["</", &self.name, ">"]);
    }

    /// The same as JSON.
    pub fn to_json(&self) -> Value {
        let mut whole = Map::new();
        whole.insert(self.name.clone(), self.value());
        whole.into()
    }

    fn value(&self) -> Value {
        let nodes = match &self.content {
            Content::Text(text) if text.is_empty() => return Value::Null,
            Content::Text(text) => return text.as_str().into(),
            Content::Tree(nodes) if nodes.is_empty() => return Value::Null,
            Content::Tree(nodes) => nodes,
        };
        // A list of one name keeps a list as long as the queue, so members are gathered and not looked through.
        let mut members: Map<String, Value> = Map::new();
        for node in nodes {
            match members.get_mut(&node.name) {
                None => {
                    members.insert(node.name.clone(), node.value());
                }
                Some(Value::Array(list)) => list.push(node.value()),
                Some(one) => *one = Value::Array(vec![one.take(), node.value()]),
            }
        }
        members.into()
    }
}

/// A carriage return is escaped too: a reader of XML would take it for a line feed.
fn escape(text: &str, out: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#xD;"),
            letter => out.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_element_is_written_in_both_ways() {
        let tree = Node::tree("A", vec![Node::text("B", "<&\">\r\n"), Node::tree("C", vec![]), Node::text("B", "2")]);
        assert_eq!(
            tree.to_xml("n"),
            "<?xml version='1.0' encoding='utf-8'?>\n<A xmlns=\"n\"><B>&lt;&amp;&quot;&gt;&#xD;\n</B><C /><B>2</B></A>"
        );
        assert_eq!(tree.to_json(), json!({"A": {"B": ["<&\">\r\n", "2"], "C": null}}));
        assert_eq!(Node::tree("A", vec![Node::text("B", "1")]).to_json(), json!({"A": {"B": "1"}}));
    }
}
