//! HTTP in the classic API, on kargo-net and kargo-http as the modern one.
//!
//! | module | is |
//! |---|---|
//! | `request` | the handle `EVHTTP Request`: a client's request, or our own |
//! | `accessors` | the functions that read it and add to it |
//! | `response` | the handle `EVHTTP Response` |
//! | `server` | the handle `EVHTTP`: servers in the loop |
//! | `exchange` | one request, the callback that it is given to, and the answer |
//! | `complaint` | what a callback did wrong, told as PHP tells it |
//! | `handle` | the handles of requests, made without a place in the engine's list |
//! | `lines` | header lines |

mod accessors;
mod complaint;
pub(crate) mod exchange;
mod handle;
mod lines;
pub(crate) mod request;
mod response;
mod server;

use super::table::Table;
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
    /// What the runner is about to do.
    next: Option<Exchange>,
    /// The handle of a request that nobody kept, for the next one.
    spare: Option<Handle>,
}
