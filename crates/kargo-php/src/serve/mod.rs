//! The runner: who runs the loop, what it does with each event, and how a handler waits.

pub(crate) mod answer;
pub(crate) mod body_gate;
pub(crate) mod callback;
pub(crate) mod current;
pub(crate) mod deadline;
pub(crate) mod due;
pub(crate) mod files;
mod gate;
pub(crate) mod handler;
pub(crate) mod inner;
pub(crate) mod plan;
pub(crate) mod route;
pub(crate) mod runner;
pub(crate) mod runtime;
pub(crate) mod server;
pub(crate) mod server_variables;
pub(crate) mod streamed;
pub(crate) mod wait;
pub(crate) mod watched;
pub(crate) mod watchers;
