//! Bodies of MCP that nobody would send.

use kargo_rpc::fuzzing;
use proptest::prelude::*;

const PIECES: [&str; 24] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "1e999",
    "-7",
    "\"x\"",
    "\"jsonrpc\":\"2.0\"",
    "\"id\":1",
    "\"id\":1e999",
    "\"id\":null",
    "\"method\":\"ping\"",
    "\"method\":\"tools/list\"",
    "\"method\":\"tools/call\"",
    "\"method\":\"initialize\"",
    "\"params\":{\"name\":\"a\",\"arguments\":{\"x\":[1e999]}}",
    "\"params\":{",
    "\"arguments\":{",
    "\"name\":\"a\"",
    "\"result\":1",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"arguments\":{\"x\":{}},\"name\":\"a\"}}",
];

proptest! {
    #[test]
    fn any_bytes_have_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        fuzzing::mcp(&bytes);
    }

    #[test]
    fn any_pieces_have_an_answer(pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..16)) {
        fuzzing::mcp(pieces.concat().as_bytes());
        fuzzing::mcp(format!("{{{}}}", pieces.join(",")).as_bytes());
        fuzzing::mcp(format!("[{}]", pieces.join(",")).as_bytes());
    }
}
