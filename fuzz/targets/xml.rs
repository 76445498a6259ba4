//! Any document is well-formed or not.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = kargo_rpc::fuzzing::xml(data);
});
