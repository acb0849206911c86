//! The query of the request's address. The router's own map takes the percent encoding off twice, which makes another
//! text of one with a percent sign in it.

use http::request::Parts;
use leptos::prelude::use_context;

/// Names and values in the order of the address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked(Vec<(String, String)>);

impl Asked {
    /// The query of the request that is answered; empty outside of one.
    pub fn of_request() -> Self {
        use_context::<Parts>().and_then(|parts| parts.uri.query().map(Self::read)).unwrap_or_default()
    }

    /// Reads a query as it stands in an address.
    pub(super) fn read(query: &str) -> Self {
        Self(serde_urlencoded::from_str(query).unwrap_or_default())
    }

    /// The last value of a name.
    pub fn get(&self, name: &str) -> Option<String> {
        self.values(name).last().map(str::to_owned)
    }

    /// All values of a name.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_decoded_once() {
        let asked = Asked::read("filter=50%2525+%2B+%2541&columns=a&columns=b&x&%FF=%FF");
        assert_eq!(asked.get("filter").as_deref(), Some("50%25 + %41"));
        assert_eq!(asked.values("columns").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((asked.get("x").as_deref(), asked.get("y")), (Some(""), None));
        assert_eq!(Asked::read("%"), Asked(vec![("%".to_owned(), String::new())]));
    }
}
