//! The PHP classes that the stub file declares: arguments in, results out; what they do is in `serve` and `rpc`.

pub(crate) mod api;
pub(crate) mod event_loop;
pub(crate) mod exceptions;
pub(crate) mod options;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod server;
