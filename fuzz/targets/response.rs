//! An answer that is encoded has the lines it should have and no others.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kargo_http::fuzzing::response(data));
