//! Any answer to a JSON-RPC client is read or refused.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kargo_rpc::fuzzing::jsonrpc_response(data));
