//! Sessions of the modern API, behind `Kargo\Http\Sessions` and `Kargo\Http\Session`.
//!
//! | module | is |
//! |---|---|
//! | `live` | the session of one request: what was read, what the handler changes, what becomes of it at the end |
//! | `store` | where sessions are kept, and how to wait for it |
//! | `values` | PHP values as bytes |
//! | `sweep` | what is over is removed from a directory, a few files at a time |
//!
//! No lock is held while PHP runs: changes are noted key by key, and the store makes them when the handler has returned,
//! before its answer is written.

mod live;
mod store;
mod sweep;
pub(crate) mod values;

use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use kargo_http::EncodeError;
use kargo_http::cookie::{SameSite, SetCookie};
use kargo_policy::redis::Location;
use kargo_policy::session::{FileStore, Lifetimes, SignedCookies};

pub(crate) use live::{Attempt, CSRF, Live, State, attempt, conclude, load};
use store::Remote;
pub(crate) use store::{Keeper, Trouble};
pub(crate) use sweep::Sweeps;

/// The cookie that visitors show.
#[derive(Debug)]
pub(crate) struct CookieSettings {
    pub(crate) name: Vec<u8>,
    pub(crate) path: Vec<u8>,
    pub(crate) domain: Option<Vec<u8>>,
    pub(crate) is_secure: bool,
    pub(crate) is_http_only: bool,
    pub(crate) same_site: SameSite,
    /// It outlives the browser.
    pub(crate) is_persistent: bool,
}

impl CookieSettings {
    /// The value of Set-Cookie; `None` in place of a value removes the cookie.
    pub(crate) fn line(
        &self,
        value: Option<&str>,
        lifetimes: &Lifetimes,
    ) -> Result<Vec<u8>, EncodeError> {
        let idle = i64::try_from(lifetimes.idle.as_secs()).unwrap_or(i64::MAX);
        let max_age_seconds = match value {
            None => Some(0),
            Some(_) => self.is_persistent.then_some(idle),
        };
        let mut line = Vec::with_capacity(128);
        SetCookie {
            path: Some(&self.path),
            domain: self.domain.as_deref(),
            max_age_seconds,
            secure: self.is_secure,
            http_only: self.is_http_only,
            same_site: Some(self.same_site),
            ..SetCookie::new(&self.name, value.unwrap_or_default().as_bytes())
        }
        .write(&mut line)?;
        Ok(line)
    }
}

/// How sessions are kept and shown.
#[derive(Debug)]
pub(crate) struct Sessions {
    pub(crate) cookie: CookieSettings,
    pub(crate) lifetimes: Lifetimes,
    pub(crate) keeper: Keeper,
}

impl Sessions {
    pub(crate) fn in_cookie(
        cookie: CookieSettings,
        lifetimes: Lifetimes,
        signed: SignedCookies,
    ) -> Self {
        Self {
            cookie,
            lifetimes,
            keeper: Keeper::Cookie(signed),
        }
    }

    pub(crate) fn in_files(
        cookie: CookieSettings,
        lifetimes: Lifetimes,
        directory: FileStore,
    ) -> Self {
        Self {
            cookie,
            lifetimes,
            keeper: Keeper::Files(directory),
        }
    }

    pub(crate) fn in_redis(
        cookie: CookieSettings,
        lifetimes: Lifetimes,
        location: &Rc<Location>,
    ) -> Self {
        Self {
            cookie,
            lifetimes,
            keeper: Keeper::Redis(Remote::new(location, lifetimes)),
        }
    }
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
