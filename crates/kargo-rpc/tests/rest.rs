//! What the fuzz target `rest` does, with random bytes and with pieces of what could be meant.

#![allow(clippy::unwrap_used, reason = "tests")]

use kargo_rpc::fuzzing;
use proptest::prelude::*;

proptest! {
    #[test]
    fn any_bytes_are_bound_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        fuzzing::rest(&bytes);
    }

    #[test]
    fn any_order_of_pieces_is_bound_or_refused(choice in any::<u8>(), pieces in proptest::collection::vec(prop_oneof![
        Just("{"), Just("}"), Just("["), Just("]"), Just(","), Just("\"a\":"), Just("\"status\""), Just("null"), Just("true"),
        Just("1"), Just("-"), Just("."), Just("0"), Just("1e9"), Just("\0"), Just("é"), Just("1e999"), Just("\\u0000"),
    ], 0..40)) {
        let text = pieces.concat();
        fuzzing::rest(text.as_bytes());
        let mut chosen = vec![choice];
        chosen.extend_from_slice(text.as_bytes());
        fuzzing::rest(&chosen);
    }
}
