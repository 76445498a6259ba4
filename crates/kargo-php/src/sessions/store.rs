//! Where sessions are kept, and how to wait for it: on the loop, while other requests run.

use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use kargo_policy::redis::{Command, Kept, Location, Reply, SessionKeys};
use kargo_policy::session::{
    Changes, FileError, FileStore, Id, Lifetimes, Loaded, Record, SignedCookies, Updated,
};

use crate::engine::Thrown;
use crate::log::Level;
use crate::redis::{Silence, Use, ask, ask_in_php, client_for};
use crate::serve::runtime::{self, Runtime};
use crate::serve::{current, wait};

/// Who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// A native function that PHP code called: it may be thrown from.
    Php,
    /// The server, after the handler.
    Server,
}

/// Why something was not done.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// An exception is pending.
    Thrown,
    /// The store can't.
    Store(String),
}

impl From<Thrown> for Trouble {
    fn from(_: Thrown) -> Self {
        Self::Thrown
    }
}

/// Where sessions are kept.
#[derive(Debug)]
pub(crate) enum Keeper {
    /// By the visitors.
    Cookie(SignedCookies),
    Files(FileStore),
    Redis(Remote),
}

/// What the log says of the server.
static USE: Use = Use {
    what: "the store of sessions",
    meanwhile: "requests that need theirs are answered with 503",
    setting: "Sessions::inRedis()",
    commands: "+eval +evalsha +hgetall +hget +hset +hdel +del +rename +pexpire +pttl +time +ping +select",
};

/// A server that keeps sessions.
#[derive(Debug)]
pub(crate) struct Remote {
    client: usize,
    keys: SessionKeys,
}

impl Remote {
    pub(crate) fn new(location: &Rc<Location>, lifetimes: Lifetimes) -> Self {
        Self {
            client: client_for(location, &USE),
            keys: SessionKeys::new(location.prefix(), lifetimes),
        }
    }

    fn ask(&self, command: Command, caller: Caller) -> Result<Reply, Trouble> {
        let reply = match caller {
            Caller::Php => ask_in_php(self.client, command)?,
            Caller::Server => ask(self.client, command),
        };
        reply.map_err(|silence| {
            Trouble::Store(match silence {
                Silence::Unasked => "the server of sessions is away".into(),
                Silence::Unanswered => "the server of sessions gave no answer".into(),
            })
        })
    }
}

/// The reply of a server that keeps something else there.
fn strange() -> Trouble {
    Trouble::Store("the server of sessions answers something else than it was asked".into())
}

/// Longest wait for somebody who is just changing the same file.
const PATIENCE: Duration = Duration::from_secs(5);
/// The same where nobody else can run meanwhile.
const SHORT_PATIENCE: Duration = Duration::from_millis(100);

/// Does something with a file, again and again as long as somebody else is at it.
fn patiently<R>(
    caller: Caller,
    mut body: impl FnMut() -> Result<R, FileError>,
) -> Result<R, Trouble> {
    let since = Instant::now();
    loop {
        match body() {
            Ok(done) => return Ok(done),
            Err(FileError::System(error)) => return Err(refused(&error)),
            Err(FileError::Busy) => {}
        }
        let is_blocked = wait::is_blocked();
        let patience = if is_blocked { SHORT_PATIENCE } else { PATIENCE };
        if since.elapsed() >= patience {
            let message = "another process has locked the session's file for too long";
            return Err(Trouble::Store(message.into()));
        }
        let pause = Duration::from_millis(1);
        if is_blocked {
            thread::sleep(pause);
        } else if caller == Caller::Php {
            wait::pause(pause)?;
        } else {
            wait::wait_quietly(runtime::with(Runtime::new_key), pause);
        }
    }
}

fn refused(error: &std::io::Error) -> Trouble {
    Trouble::Store(format!("the directory of sessions can't be used: {error}"))
}

/// A session that was found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) record: Record,
    /// Its last use is so long ago that the cookie is worth to be sent again.
    pub(crate) is_stale: bool,
}

impl Keeper {
    /// Reads a session.
    pub(crate) fn load(&self, id: &Id, caller: Caller) -> Result<Option<Found>, Trouble> {
        let name = id.name();
        let found = match self {
            Self::Cookie(_) => return Ok(None),
            Self::Files(files) => match files.load(&name, SystemTime::now()) {
                Ok(Loaded::Nothing) => return Ok(None),
                Ok(Loaded::Record { record, is_stale }) => Some(Found { record, is_stale }),
                Ok(Loaded::Damaged) => None,
                Err(error) => return Err(refused(&error)),
            },
            Self::Redis(remote) => {
                let reply = remote.ask(remote.keys.load(&name), caller)?;
                match SessionKeys::loaded(&reply).ok_or_else(strange)? {
                    Kept::Nothing => return Ok(None),
                    Kept::Record { record, is_stale } => Some(Found { record, is_stale }),
                    Kept::Damaged => {
                        remote.ask(remote.keys.remove(&name), caller)?;
                        None
                    }
                }
            }
        };
        if found.is_none() {
            // It was removed, so this is said once.
            current::report(
                Level::Warning,
                "a session that can't be read was removed",
                &[("name", name.as_str())],
            );
        }
        Ok(found)
    }

    /// Makes a session.
    pub(crate) fn create(&self, id: &Id, changes: &Changes, caller: Caller) -> Result<(), Trouble> {
        match self {
            Self::Cookie(_) => Ok(()),
            Self::Files(files) => files
                .create(&id.name(), changes, SystemTime::now())
                .map_err(|error| refused(&error)),
            Self::Redis(remote) => {
                let reply = remote.ask(remote.keys.create(&id.name(), changes), caller)?;
                SessionKeys::changed(&reply).map(drop).ok_or_else(strange)
            }
        }
    }

    /// Makes changes to a session, which is `next`'s from then on. `false`: it has ended.
    pub(crate) fn change(
        &self,
        id: &Id,
        next: &Id,
        changes: &Changes,
        caller: Caller,
    ) -> Result<bool, Trouble> {
        let (name, next) = (id.name(), next.name());
        match self {
            Self::Cookie(_) => Ok(true),
            Self::Files(files) => patiently(caller, || {
                files.change(&name, &next, changes, SystemTime::now())
            }),
            Self::Redis(remote) => {
                let reply = remote.ask(remote.keys.change(&name, &next, changes), caller)?;
                SessionKeys::changed(&reply).ok_or_else(strange)
            }
        }
    }

    /// Makes a value another one if it still is what it was.
    pub(crate) fn update(
        &self,
        id: &Id,
        key: &[u8],
        from: Option<&[u8]>,
        to: Option<&[u8]>,
        caller: Caller,
    ) -> Result<Updated, Trouble> {
        let name = id.name();
        match self {
            Self::Cookie(_) => Ok(Updated::Done),
            Self::Files(files) => patiently(caller, || {
                files.update(&name, key, from, to.map(<[u8]>::to_vec), SystemTime::now())
            }),
            Self::Redis(remote) => {
                let reply = remote.ask(remote.keys.update(&name, key, from, to), caller)?;
                SessionKeys::updated(reply).ok_or_else(strange)
            }
        }
    }

    /// Ends a session.
    pub(crate) fn remove(&self, id: &Id, caller: Caller) -> Result<(), Trouble> {
        let name = id.name();
        match self {
            Self::Cookie(_) => Ok(()),
            Self::Files(files) => patiently(caller, || files.remove(&name)),
            Self::Redis(remote) => remote
                .ask(remote.keys.remove(&name), caller)
                .map(|_removed| ()),
        }
    }
}
