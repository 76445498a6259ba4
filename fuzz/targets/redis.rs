//! Replies of Redis mean the same however they are cut, and cost no more than they may.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kargo_policy::fuzzing::redis(data));
