//! Responses mean the same however they are cut.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kargo_http::fuzzing::http_response(data));
