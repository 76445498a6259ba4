//! Documents about an API, made of its [`Description`](crate::description::Description).

pub mod wsdl;
