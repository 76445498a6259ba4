//! JSON that is written again reads back the same.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kargo_rpc::fuzzing::json(data));
