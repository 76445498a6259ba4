//! What a signed session cookie holds has one form, and comes back as it was.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kargo_policy::fuzzing::session_cookie(data));
