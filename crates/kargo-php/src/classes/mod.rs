//! The PHP classes that the stub file declares: arguments in, results out; what they do is in `serve`,
//! `http_client` and `rpc`.

pub(crate) mod api;
pub(crate) mod app;
pub(crate) mod client_all;
pub(crate) mod client_options;
pub(crate) mod client_request;
pub(crate) mod client_response;
pub(crate) mod client_stream;
pub(crate) mod event_loop;
pub(crate) mod exceptions;
mod files;
pub(crate) mod headers;
pub(crate) mod http_client;
pub(crate) mod net;
pub(crate) mod options;
pub(crate) mod remote_namespace;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod rpc_attributes;
mod rpc_client;
mod rpc_policies;
mod rpc_rest;
mod scripts;
pub(crate) mod server;
pub(crate) mod session;
pub(crate) mod sessions;
pub(crate) mod uploaded_file;
pub(crate) mod uploads;
