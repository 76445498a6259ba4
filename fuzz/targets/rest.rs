//! What a REST request brings is refused, or is one value.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kargo_rpc::fuzzing::rest(data));
