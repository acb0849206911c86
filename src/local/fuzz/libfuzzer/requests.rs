//! libFuzzer's door to the fuzz target: see `src/local/fuzz`.
#![no_main]
#![allow(dead_code, unused_imports, reason = "the house is furnished for more than this visitor")]

mod local;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let _ = local::fuzz::play(input);
});
