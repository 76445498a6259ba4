//! Any JSON-RPC body has an answer that is JSON.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kargo_rpc::fuzzing::jsonrpc(data));
