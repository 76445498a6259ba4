//! A request that is encoded is read as what it was meant to be, and as nothing more.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kargo_http::fuzzing::request(data));
