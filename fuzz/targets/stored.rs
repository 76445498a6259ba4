//! Paths of files, ranges, codings, entity tags and dates take any bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kargo_http::fuzzing::stored(data));
