//! Reads an event as the browser's own JSON parser gives it. A second parser in the module would be an eighth of it;
//! the words are those of `model::live`, and the tests in the browser hold both ends together.

use js_sys::{Array, JSON, Reflect};
use wasm_bindgen::JsValue;

use crate::model::live::{News, Progress, Row, State, Task};

/// What an event says, if it can be read.
pub(super) fn read(data: &str) -> Option<News> {
    let event = JSON::parse(data).ok()?;
    let list = |name: &str| get(&event, name).map(|list| Array::from(&list).to_vec()).unwrap_or_default();
    let state = text(&get(&event, "state")?);
    Some(News {
        now: whole(&get(&event, "now")?),
        state: [State::Live, State::Paused, State::Behind, State::Offline].into_iter().find(|s| s.word() == state)?,
        calls: count(&get(&event, "calls")?),
        cents: count(&get(&event, "cents")?),
        queues: count(&get(&event, "queues")?),
        rows: list("rows").iter().map(row).collect(),
        gone: list("gone").iter().map(text).collect(),
        tasks: list("tasks").iter().map(task).collect(),
        progress: get(&event, "progress").and_then(|progress| {
            Some(Progress {
                of: text(&get(&progress, "of")?),
                count: count(&get(&progress, "count")?),
                state: text(&get(&progress, "state")?),
                done: get(&progress, "done")?.is_truthy(),
                waits: get(&progress, "waits").is_some_and(|waits| waits.is_truthy()),
                until: get(&progress, "until").map(|until| whole(&until)),
            })
        }),
    })
}

fn row(row: &JsValue) -> Row {
    let at = |i| Reflect::get_u32(row, i).unwrap_or_default();
    Row {
        queue: text(&at(0)),
        depth: [1, 2, 3].map(|i| whole(&at(i)).unsigned_abs()),
        read_at: whole(&at(4)),
        failing: at(5).is_truthy(),
        line: at(6).as_string(),
    }
}

fn task(task: &JsValue) -> Task {
    let at = |i| Reflect::get_u32(task, i).unwrap_or_default();
    Task {
        queue: text(&at(0)),
        started: whole(&at(1)),
        moved: whole(&at(2)).unsigned_abs(),
        to_move: at(3).as_f64().map(|_| whole(&at(3)).unsigned_abs()),
        active: at(4).is_truthy(),
        status: text(&at(5)),
        pace: text(&at(6)),
    }
}

fn get(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &name.into()).ok().filter(|value| !value.is_undefined())
}

fn text(value: &JsValue) -> String {
    value.as_string().unwrap_or_default()
}

#[expect(clippy::cast_possible_truncation, reason = "a cast of floats saturates, and SQS's numbers are exact in one")]
fn whole(value: &JsValue) -> i64 {
    value.as_f64().unwrap_or_default() as i64
}

fn count(value: &JsValue) -> u32 {
    u32::try_from(whole(value)).unwrap_or(0)
}
