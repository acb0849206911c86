//! What the URL says about a list of messages: the filter, the order, the columns, the page. Nothing in it is an error:
//! what cannot be read is said beside its field, or is the default.

use super::column::Column;
use super::path::JsonPath;
use super::{Fault, Filter};
use crate::model::paths;

/// How many messages a page shows.
pub const ROWS: usize = 100;
/// The most columns beside the id.
pub const COLUMNS: usize = 12;

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
    use super::*;

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
