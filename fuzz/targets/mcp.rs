//! Any body of MCP has an answer that is JSON.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kargo_rpc::fuzzing::mcp(data));
