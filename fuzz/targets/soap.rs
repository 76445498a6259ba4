//! Any body of SOAP has an answer that is well-formed.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kargo_rpc::fuzzing::soap(data));
