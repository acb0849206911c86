//! The head of a page: the way back, what it is called, and what is done on it.

use leptos::prelude::*;

use super::breadcrumbs::Breadcrumbs;

/// The page's only `h1`. The children stand beside it (badges, copy buttons); `actions` stand at the end.
#[component]
pub fn PageHead(
    /// What the page is called.
    #[prop(into)]
    title: String,
    /// Label and address of each page above this one.
    #[prop(optional)]
    crumbs: Vec<(String, String)>,
    /// What is done on this page.
    #[prop(optional, into)]
    actions: Option<ViewFnOnce>,
    /// What stands beside the title.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="page-head">
            {(!crumbs.is_empty()).then(|| view! { <Breadcrumbs crumbs/> })}
            <h1 class="page-title">{title}</h1>
            {children.map(|children| children())}
            {actions.map(|actions| view! { <div class="page-actions">{actions.run()}</div> })}
        </div>
    }
}
