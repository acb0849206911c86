//! A time: relative in words, absolute on hover and for programs.

use leptos::prelude::*;

use crate::model::words;

/// How long ago `at` was. Both are milliseconds since 1970, by the server's clock.
#[component]
pub fn Age(
    /// The moment.
    at: i64,
    /// The present.
    now: i64,
) -> impl IntoView {
    view! {
        <time class="age" datetime=words::timestamp(at) title=words::moment(at)>
            {words::age(now, at)}
        </time>
    }
}
