//! Where a Redis server is: read or refused, and no secret is told.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kargo_policy::fuzzing::redis_location(data));
