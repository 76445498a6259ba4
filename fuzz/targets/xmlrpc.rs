//! Any XML-RPC body has an answer that is well-formed.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kargo_rpc::fuzzing::xmlrpc(data));
