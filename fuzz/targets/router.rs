//! A route is found only for a path that decodes to what its pattern says.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kargo_http::fuzzing::router(data));
