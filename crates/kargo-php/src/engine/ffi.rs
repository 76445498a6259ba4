//! Bindings that bindgen made from the headers of the PHP this is built for, and the functions of the C shim.

#![allow(
    non_camel_case_types,
    non_upper_case_globals,
    non_snake_case,
    dead_code,
    missing_docs,
    missing_debug_implementations,
    improper_ctypes,
    unreachable_pub,
    unnecessary_transmutes,
    unsafe_op_in_unsafe_fn,
    unused_qualifications,
    clippy::all,
    clippy::use_self,
    clippy::undocumented_unsafe_blocks,
    clippy::missing_safety_doc,
    clippy::semicolon_if_nothing_returned,
    clippy::allow_attributes_without_reason,
    reason = "generated"
)]

include!(concat!(env!("OUT_DIR"), "/ffi.rs"));
