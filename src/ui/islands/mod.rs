//! The complete list of what runs in the browser. Islands observe and enhance; they never mutate.
