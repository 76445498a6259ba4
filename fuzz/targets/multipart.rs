//! A form with files means the same however it is cut.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kargo_http::fuzzing::multipart(data));
