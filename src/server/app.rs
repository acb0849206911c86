//! Floor 5 — path to page, and nothing else. Every route is rendered whole (`SsrMode::Async`), so that content and
//! status are right without JavaScript.
//! May use: ui, server::pages.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::{SsrMode, path};

use super::pages::{
    activity, chosen, danger, deleted, editing, failure, home, import, job, messages, new_queue, queue, redrive,
    redrives, send, settings,
};

/// The console.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Router>
            <FlatRoutes fallback=failure::Unknown>
                <Route path=path!("/:connection") view=home::HomePage ssr=SsrMode::Async/>
                <Route path=path!("/:connection/activity") view=activity::ActivityPage ssr=SsrMode::Async/>
                <Route path=path!("/:connection/queues/:queue/settings") view=settings::SettingsPage ssr=SsrMode::Async/>
                <Route path=path!("/:connection/queues/:queue/danger") view=danger::DangerPage ssr=SsrMode::Async/>
                <Route path=path!("/:connection/new-queue") view=new_queue::NewQueuePage ssr=SsrMode::Async/>
                <Route path=path!("/:connection/queues/:queue") view=queue::OverviewPage ssr=SsrMode::Async/>
                <Route path=path!("/:connection/queues/:queue/messages") view=messages::MessagesPage ssr=SsrMode::Async/>
                <Route path=path!("/:connection/queues/:queue/messages/:message") view=messages::MessagePage ssr=SsrMode::Async/>
                <Route path=path!("/:connection/queues/:queue/messages/:message/edit") view=editing::EditPage ssr=SsrMode::Async/>
                <Route path=path!("/:connection/queues/:queue/chosen/:chosen/edit") view=editing::EditAllPage ssr=SsrMode::Async/>
                <Route path=path!("/:connection/queues/:queue/compare") view=messages::ComparePage ssr=SsrMode::Async/>
                <Route path=path!("/:connection/queues/:queue/chosen/:chosen") view=chosen::ChosenPage ssr=SsrMode::Async/>
                <Route path=path!("/:connection/queues/:queue/deleted") view=deleted::DeletedPage ssr=SsrMode::Async/>
                <Route path=path!("/:connection/deleted") view=deleted::AllDeletedPage ssr=SsrMode::Async/>
                <Route path=path!("/:connection/deleted/:copy") view=deleted::KeptCopyPage ssr=SsrMode::Async/>
                <Route path=path!("/:connection/queues/:queue/import") view=import::ImportPage ssr=SsrMode::Async/>
                <Route path=path!("/:connection/jobs/:job") view=job::JobPage ssr=SsrMode::Async/>
                <Route path=path!("/:connection/queues/:queue/plan/:plan") view=redrives::plan::PlanPage ssr=SsrMode::Async/>
                <Route path=path!("/:connection/redrives") view=redrives::list::RedrivesPage ssr=SsrMode::Async/>
                <Route path=path!("/:connection/redrives/:redrive") view=redrives::job::RedriveJobPage ssr=SsrMode::Async/>
                <Route path=path!("/:connection/queues/:queue/send") view=send::SendPage ssr=SsrMode::Async/>
                <Route path=path!("/:connection/queues/:queue/redrive") view=redrive::RedrivePage ssr=SsrMode::Async/>
            </FlatRoutes>
        </Router>
    }
}
