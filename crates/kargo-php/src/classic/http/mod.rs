//! HTTP in the classic API, on kargo-net and kargo-http as the modern one.
//!
//! | module | is |
//! |---|---|
//! | `request` | the handle `EVHTTP Request`: a client's request, or our own |
//! | `accessors` | the functions that read it and add to it |
//! | `response` | the handle `EVHTTP Response` |
//! | `server` | the handle `EVHTTP`: servers in the loop |
//! | `exchange` | one request, the callback that it is given to, and the answer |
//! | `client`, `connection` | requests of other servers: the functions, and what is on its way |
//! | `complaint` | what a callback did wrong, told as PHP tells it |
//! | `handle` | the handles of requests, made without a place in the engine's list |
//! | `lines` | header lines |

mod accessors;
mod client;
mod complaint;
pub(crate) mod connection;
pub(crate) mod exchange;
mod handle;
mod lines;
pub(crate) mod request;
mod response;
mod server;

use super::table::Table;
use connection::{Connection, Pending};
use exchange::Exchange;
use handle::Handle;
use request::Request;
use response::Response;
use server::Server;

/// Values of the evhttp functions.
#[derive(Debug, Default)]
pub(crate) struct Http {
    servers: Table<Server>,
    pub(crate) requests: Table<Request>,
    pub(crate) responses: Table<Response>,
    connections: Table<Connection>,
    /// Requests of our own that are on their way.
    pending: Table<Pending>,
    /// Those that only a parent process has on their way.
    lost: Vec<Pending>,
    /// What the runner is about to do.
    next: Option<Exchange>,
    /// The handle of a request that nobody kept, for the next one.
    spare: Option<Handle>,
}
