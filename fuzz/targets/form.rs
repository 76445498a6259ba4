//! Forms, cookies, media types and percent-encoding take any bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kargo_http::fuzzing::form(data));
