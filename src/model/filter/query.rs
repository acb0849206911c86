//! What the URL says about a list of messages: the filter, the order, the columns, the page. Nothing in it is an error:
//! what cannot be read is said beside its field, or is the default.

use percent_encoding::percent_decode_str;

use super::column::Column;
use super::path::JsonPath;
use super::{Fault, Filter};
use crate::model::paths;

/// How many messages a page shows.
pub const ROWS: usize = 100;
/// The most columns beside the id.
pub const COLUMNS: usize = 12;
/// The longest text of a query that is read, in bytes.
pub const LONGEST: usize = 8 << 10;
/// The name under which a form or a page that leads back to a list carries the text of its query.
pub const LIST: &str = "list";

/// In what form the messages are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// One by one.
    #[default]
    Table,
    /// By the cause of their failure.
    Causes,
    /// By message group.
    Groups,
}

impl Shown {
    /// Its name in the URL; empty for the default.
    pub fn key(self) -> &'static str {
        match self {
            Self::Table => "",
            Self::Causes => "causes",
            Self::Groups => "groups",
        }
    }
}

/// What the URL says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// The filter as it was typed.
    pub typed: String,
    /// The filter; where it cannot be read, the one that everything matches.
    pub filter: Filter,
    /// Why it cannot be read.
    pub fault: Option<Fault>,
    /// By which column, and whether the largest come first; the order in which the messages came where there is none.
    pub sort: Option<(Column, bool)>,
    /// The columns; empty where the snapshot decides.
    pub columns: Vec<Column>,
    /// The page, from 1.
    pub page: usize,
    /// By what failures are grouped; by what fits best where it is absent.
    pub by: Option<JsonPath>,
    /// In what form.
    pub view: Shown,
    /// The id of the message that is open beside the list.
    pub open: Option<String>,
}

impl Query {
    /// Reads the URL's parameters.
    pub fn read(parameter: impl Fn(&str) -> Option<String>) -> Self {
        let get = |name: &str| parameter(name).unwrap_or_default();
        let typed = get("filter");
        let (filter, fault) = match typed.parse() {
            Ok(filter) => (filter, None),
            Err(fault) => (Filter::default(), Some(fault)),
        };
        let sort = get("sort");
        let (key, descending) = sort.strip_prefix('-').map_or((sort.as_str(), false), |key| (key, true));
        Self {
            typed,
            filter,
            fault,
            sort: key.parse().ok().map(|column| (column, descending)),
            columns: columns(&get("columns")),
            page: get("page").parse().unwrap_or(1).max(1),
            by: get("by").parse().ok(),
            view: match get("view").as_str() {
                "causes" => Shown::Causes,
                "groups" => Shown::Groups,
                _ => Shown::Table,
            },
            open: Some(get("open")).filter(|id| !id.is_empty()),
        }
    }

    /// The same with another filter, from the first page.
    #[must_use]
    pub fn filtered(&self, filter: Filter) -> Self {
        Self { typed: filter.to_string(), filter, fault: None, page: 1, ..self.clone() }
    }

    /// The same in another order, from the first page.
    #[must_use]
    pub fn sorted(&self, column: Column, descending: bool) -> Self {
        Self { sort: Some((column, descending)), page: 1, ..self.clone() }
    }

    /// Another page of the same.
    #[must_use]
    pub fn paged(&self, page: usize) -> Self {
        Self { page, ..self.clone() }
    }

    /// The same with another message open beside it, or none; the page is the one that it stands on.
    #[must_use]
    pub fn opening(&self, open: Option<&str>, page: usize) -> Self {
        Self { open: open.map(str::to_owned), page, ..self.clone() }
    }

    /// The URL's parameters, those that say nothing left out.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let sort = self.sort.as_ref().map(|(column, descending)| {
            let sign = if *descending { "-" } else { "" };
            format!("{sign}{column}")
        });
        let columns: Vec<String> = self.columns.iter().map(Column::to_string).collect();
        let pairs = [
            ("filter", self.typed.clone()),
            ("sort", sort.unwrap_or_default()),
            ("columns", columns.join(",")),
            ("page", if self.page > 1 { self.page.to_string() } else { String::new() }),
            ("by", self.by.as_ref().map(JsonPath::to_string).unwrap_or_default()),
            ("view", self.view.key().to_owned()),
            ("open", self.open.clone().unwrap_or_default()),
        ];
        pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    /// A page's address with all of this.
    pub fn link(&self, page: &str) -> String {
        let pairs = self.pairs();
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        paths::with_query(page, &pairs)
    }

    /// All of this as one text, for a hidden field: what follows the question mark of its link.
    pub fn text(&self) -> String {
        self.link("").trim_start_matches('?').to_owned()
    }

    /// Reads such a text. It comes from a browser and may be anything: what leads back to a list is always printed anew
    /// from what was read here, so it can neither lead elsewhere nor say anything else.
    pub fn of(text: &str) -> Self {
        let text = if text.len() <= LONGEST { text } else { "" };
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=')?;
            Some((name.to_owned(), percent_decode_str(value).decode_utf8().ok()?.into_owned()))
        };
        let pairs: Vec<(String, String)> = text.split('&').filter_map(pair).collect();
        Self::read(|name| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()))
    }

    /// The address of a page that leads back to a list with all of this.
    pub fn carry(&self, page: &str) -> String {
        paths::with_query(page, &[(LIST, &self.text())])
    }

    /// What of it is worth keeping: all but the page and the message that is open.
    #[must_use]
    pub fn lasting(&self) -> Self {
        self.opening(None, 1)
    }

    /// Whether it shows the same as another, whatever the page and however the filter was typed.
    pub fn shows_same(&self, other: &Self) -> bool {
        let plain = |query: &Self| {
            let typed = if query.fault.is_some() { query.typed.trim().to_owned() } else { query.filter.to_string() };
            Self { typed, fault: None, ..query.lasting() }
        };
        plain(self) == plain(other)
    }
}

/// Columns from a list with commas; what is none is left out, and so is what comes twice. A comma in quotation marks, as in
/// the name of a member, belongs to a path.
pub fn columns(list: &str) -> Vec<Column> {
    let mut found: Vec<Column> = Vec::new();
    let (mut item, mut quoted, mut escaped) = (String::new(), false, false);
    for c in list.chars().chain([',']) {
        if c == ',' && !quoted {
            if let Ok(column) = item.trim().parse()
                && !found.contains(&column)
                && found.len() < COLUMNS
            {
                found.push(column);
            }
            item.clear();
            continue;
        }
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        item.push(c);
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_a_list_says_is_carried(filter in any::<String>(), sort in "-?[a-z:.\"]{0,9}", columns in any::<String>(), page in 0_usize..9) {
            let url = [("filter", filter.clone()), ("sort", sort), ("columns", columns), ("page", page.to_string()), ("by", filter)];
            let query = Query::read(|name| url.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone()));
            prop_assume!(query.text().len() <= LONGEST);
            let carried = Query::of(&query.text());
            prop_assert!(carried.shows_same(&query));
            prop_assert_eq!(carried, query);
        }

        #[test]
        fn no_text_leads_elsewhere(text in any::<String>()) {
            let link = Query::of(&text).link("/m");
            prop_assert!(link == "/m" || link.starts_with("/m?"), "{}", link);
            prop_assert!(link.bytes().all(|byte| byte.is_ascii_graphic()), "{}", link);
        }
    }

    fn read(url: &[(&str, &str)]) -> Query {
        Query::read(|name| url.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn everything_is_in_the_url_and_comes_back() {
        let url = [
            ("filter", "is:json timeout"),
            ("sort", "-body:order.total"),
            ("columns", r#"sent,body:"a,b",attr:type"#),
            ("page", "3"),
            ("by", "error.code"),
            ("view", "causes"),
            ("open", "m 1"),
        ];
        let query = read(&url);
        assert_eq!(query.columns.len(), 3);
        let pairs = query.pairs();
        assert_eq!(pairs.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>(), url);
        assert!(
            query.paged(2).link("/m").contains("page=2")
                && !query.filtered(Filter::default()).link("/m").contains("page")
        );
        assert_eq!(query.sorted(Column::Size, true).pairs()[1].1, "-size");
    }

    #[test]
    fn it_travels_as_one_text_and_nothing_else_does() {
        let url = [
            ("filter", "a&sort=size \"ü=%26\" or b+c"),
            ("sort", "-body:\"a,b\".c"),
            ("columns", r#"sent,body:"a,b""#),
            ("page", "3"),
            ("by", "attr.type"),
            ("view", "groups"),
        ];
        let query = read(&url);
        assert_eq!(Query::of(&query.text()), query, "{}", query.text());
        assert_eq!(Query::of(""), Query { page: 1, ..Query::default() });
        for hostile in [
            "//evil.example/",
            "https://evil.example/?filter=a",
            "\r\nSet-Cookie: a=b",
            "filter=%ff",
            "=&&=",
            "page=-1",
        ] {
            let link = Query::of(hostile).link("/local/queues/orders/messages");
            assert_eq!(link, "/local/queues/orders/messages", "{hostile}");
        }
        assert_eq!(Query::of(&format!("filter={}", "a".repeat(LONGEST))).typed, "");
    }

    #[test]
    fn it_is_the_same_however_it_was_typed() {
        let query = read(&[("filter", "is:json  count=3"), ("page", "2")]);
        assert!(query.shows_same(&read(&[("filter", " is:JSON count:3")])));
        assert!(
            !query.shows_same(&read(&[("filter", "is:json")]))
                && !query.shows_same(&read(&[("filter", "is:json count:3"), ("sort", "size")]))
        );
        assert!(!read(&[("filter", "age>")]).shows_same(&read(&[])), "what cannot be read is not nothing");
        assert_eq!(query.lasting().text(), "filter=is%3Ajson%20%20count%3D3");
    }

    #[test]
    fn what_cannot_be_read_is_said_or_the_default() {
        let query =
            read(&[("filter", "age>2"), ("sort", "-nothing"), ("columns", "a,,sent,sent,body:a..b"), ("page", "-1")]);
        assert_eq!((query.typed.as_str(), query.filter.is_empty(), query.page), ("age>2", true, 1));
        assert!(query.fault.is_some() && query.sort.is_none() && query.columns == [Column::Sent]);
        assert!(
            columns(&"attr:a,".repeat(3)).len() == 1
                && columns(&(0..99).map(|n| format!("attr:a{n}")).collect::<Vec<_>>().join(",")).len() == COLUMNS
        );
    }
}
