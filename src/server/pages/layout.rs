//! The frame of every page: the bar along the top, and `main`.

use leptos::prelude::*;
use leptos_meta::{Body, Title};

use super::Page;
use super::shell::Theme;
use crate::model::live::State;
use crate::model::{QueueArn, paths, words};
use crate::server::api::theme;
use crate::server::services::poller::{Liveness, QueueRow};
use crate::server::services::{Connection, Services};
use crate::ui::islands::{Enhance, Live};
use crate::ui::parts::{ConnectionBadge, Glyph, Icon, Menu, MenuLink, SearchField};

/// A page in its frame.
pub fn framed(
    services: &Services,
    connection: Option<&Connection>,
    page: Page,
    theme: Theme,
    path: &str,
) -> impl IntoView + use<> {
    let live = connection.map(|connection| live(connection, &page, services.now_ms()));
    let name = connection.map(|connection| connection.name().to_string()).unwrap_or_default();
    let color = connection.and_then(|connection| connection.about().color.clone());
    let title = match connection {
        Some(connection) => format!("{} · {} · Redrive", page.title, connection.name()),
        None => format!("{} · Redrive", page.title),
    };
    view! {
        <Title text=title/>
        <Body attr:data-color=color/>
        <a class="skip" href="#main">
            "Skip to content"
        </a>
        <header class="bar">
            <a class="bar-mark" href="/">
                <Icon glyph=Glyph::Mark/>
                "Redrive"
            </a>
            {connection.map(|connection| place(services, connection))}
            {connection.map(search)}
            <nav class="bar-end" aria-label="Console">
                {live}
                {connection.map(|connection| redrives(connection, path))}
                {connection.map(|connection| activity(connection, path))}
                {themes(theme, path)}
            </nav>
        </header>
        <main class="page" id="main" data-width=page.narrow.then_some("narrow")>
            {page.body}
        </main>
        <Enhance connection=name/>
    }
}

/// The state of the numbers, and the stream that keeps them current. Without a script they are as old as the page.
fn live(connection: &Connection, page: &Page, now_ms: i64) -> impl IntoView + use<> {
    let url =
        paths::events(connection.name(), page.focus.as_ref(), page.job.as_deref(), page.list.as_deref(), page.holds);
    let state = match connection.poller().census().liveness {
        Liveness::Offline(_) => State::Offline,
        Liveness::Behind => State::Behind,
        Liveness::Live | Liveness::Paused => State::Paused,
    };
    let read_at = page.read_at.or(page.focus.as_ref().map(|_| now_ms));
    let age = read_at.map(|at| now_ms.saturating_sub(at).max(0).unsigned_abs());
    view! { <Live url state=state.word().to_owned() age/> }
}

/// Which connection this is, and the way to the others.
fn place(services: &Services, here: &Connection) -> impl IntoView + use<> {
    let about = here.about();
    let (name, color) = (about.name.to_string(), about.color.clone());
    let others: Vec<_> = services
        .connections()
        .iter()
        .map(|other| {
            let (about, current) = (other.about(), other.name() == here.name());
            let (name, color, region) = (about.name.to_string(), about.color.clone(), about.region.clone());
            view! {
                <MenuLink href=paths::home(other.name()) current>
                    <ConnectionBadge name color/>
                    <span class="soft">{region}</span>
                </MenuLink>
            }
        })
        .collect();
    let read_only = about.read_only.then(|| view! { <span class="badge">"read-only"</span> });
    view! {
        <div class="bar-place">
            <Menu summary=move || view! { <ConnectionBadge name=name.clone() color=color.clone()/> }>{others}</Menu>
            <span class="wide-only">{about.endpoint.clone().unwrap_or_else(|| about.region.clone())}</span>
            {account(here).map(|account| view! { <span class="wide-only mono">{account}</span> })}
            {read_only}
        </div>
    }
}

/// The account, as the queues' ARNs tell it.
fn account(here: &Connection) -> Option<String> {
    let census = here.poller().census();
    let arn: Option<&QueueArn> = census.rows.values().find_map(|row: &std::sync::Arc<QueueRow>| row.arn());
    arn.map(|arn| arn.account().to_owned())
}

fn search(here: &Connection) -> impl IntoView + use<> {
    view! {
        <form class="bar-search" role="search" method="get" action=paths::home(here.name())>
            <SearchField name="filter" label="Search queues" placeholder="Search or jump…" key="Ctrl K"/>
        </form>
    }
}

/// The way to all redrives, and how many run.
fn redrives(here: &Connection, path: &str) -> impl IntoView + use<> {
    let href = paths::redrives(here.name());
    let current = path.split('?').next() == Some(&href);
    let running = here.running_selectives() + here.poller().census().running_tasks().count();
    let count = (running > 0).then(|| words::count(running as u64));
    let said = count.as_ref().map(|count| format!("{count} running"));
    view! {
        <a href=href aria-current=current.then_some("page") title=said>
            <Icon glyph=Glyph::Redrive/>
            <span class="wide-only">"Redrives"</span>
            {count.map(|count| view! { <strong>{count}</strong> })}
        </a>
    }
}

fn activity(here: &Connection, path: &str) -> impl IntoView + use<> {
    let href = paths::activity(here.name());
    let current = path.split('?').next() == Some(&href);
    view! {
        <a href=href aria-current=current.then_some("page")>
            <Icon glyph=Glyph::Activity/>
            <span class="wide-only">"Activity"</span>
        </a>
    }
}

/// The theme menu: three buttons of one form, so that it works without JavaScript.
fn themes(current: Theme, path: &str) -> impl IntoView + use<> {
    let glyph = match current.0 {
        "light" => Glyph::Sun,
        "dark" => Glyph::Moon,
        _ => Glyph::Theme,
    };
    let choices = theme::THEMES.map(|choice| {
        let pressed = if choice == current.0 { "true" } else { "false" };
        let label = match choice {
            "light" => "Light",
            "dark" => "Dark",
            _ => "As the system",
        };
        view! {
            <button class="menu-item" name="theme" value=choice aria-pressed=pressed>
                {label}
            </button>
        }
    });
    let back = path.to_owned();
    view! {
        <Menu summary=move || view! { <Icon glyph/> } label="Theme" end=true>
            <form method="post" action=paths::api("theme")>
                <input type="hidden" name="back" value=back/>
                {choices}
            </form>
        </Menu>
    }
}
