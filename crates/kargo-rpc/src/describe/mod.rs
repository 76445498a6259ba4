//! Documents about an API, all made from its [`Description`](crate::description::Description).

pub mod json_schema;
pub mod mcp;
pub mod openapi;
pub mod openrpc;
mod security;
pub mod smd;
pub mod wsdl;
