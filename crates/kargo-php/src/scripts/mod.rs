//! Scripts below a document root, each run in a PHP that knows nothing of the one before: what php-fpm does, without a web
//! server before it.
//!
//! Functions, classes, constants and statics start fresh with each request because the request is a whole cycle of PHP's
//! own, beginning to end. That can't be done where the script that called `Server::run()` still runs. So each worker has
//! script processes beside it, forked off a process that has left that script ([`kargo_supervisor::ForkServer`]), and
//! hands requests to them over sockets: a slow script blocks nobody, and one that crashes takes nobody along.
//!
//! | file | has |
//! |---|---|
//! | `child` | the script process |
//! | `pool` | the processes of a worker |
//! | `request` | one request, from its worker's side |
//! | `resolve` | which script answers a path |
//! | `variables` | `$_SERVER` |
//! | `wire` | what both say to each other |

mod child;
mod pool;
mod request;
mod resolve;
mod variables;
mod wire;

use std::path::PathBuf;
use std::time::Duration;

use kargo_supervisor::ForkServer;

use crate::serve::runtime;

pub(crate) use child::{finish, headers};
pub(crate) use pool::Pools;
pub(crate) use request::serve;

/// What a `Kargo\App\Scripts` says.
#[derive(Debug)]
pub(crate) struct Scripts {
    /// Of this one among all of the process.
    pub(crate) number: u64,
    /// The document root, with all links resolved.
    pub(crate) root: PathBuf,
    /// The script that answers everything, where one was given instead of a root.
    pub(crate) only: Option<PathBuf>,
    pub(crate) index: String,
    pub(crate) front_controller: Option<String>,
    /// Script processes per worker.
    pub(crate) processes: u32,
    /// Requests after which a process is replaced.
    pub(crate) requests: u64,
    /// For a free process, and again for the script; its process is ended then.
    pub(crate) timeout: Duration,
}

/// Starts what makes script processes in this worker. To be called before the worker has connections, on PHP's own stack.
///
/// # Errors
/// A text for the operator.
pub(crate) fn start(memory_limit: &str) -> Result<(), String> {
    let mut fork = child::ScriptFork {
        memory_limit: memory_limit.to_owned(),
    };
    let server = ForkServer::start(&mut fork).map_err(|error| error.to_string())?;
    runtime::with(|runtime| runtime.scripts = Some(Box::new(Pools::new(server))));
    Ok(())
}
