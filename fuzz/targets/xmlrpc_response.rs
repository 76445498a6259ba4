//! Any answer to an XML-RPC client is read or refused.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kargo_rpc::fuzzing::xmlrpc_response(data));
