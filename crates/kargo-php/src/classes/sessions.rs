//! `Kargo\Http\Sessions`: where sessions are kept, and the cookie that visitors show.

use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use kargo_policy::redis::Location;
use kargo_policy::session::{FileStore, Lifetimes, SHORTEST_SECRET, SignedCookies};

use crate::classes::response::same_site;
use crate::engine::call::native;
use crate::engine::throw::{class, throw, throw_to_operator};
use crate::engine::value::array_iter;
use crate::engine::{Call, Thrown, Zv, ffi, object, throw_value_error};
use crate::sessions::{CookieSettings, Sessions};

native! {
    kargo_http_sessions_in_cookie => in_cookie;
    kargo_http_sessions_in_files => in_files;
    kargo_http_sessions_in_redis => in_redis;
}

/// Ten years: longer is a mistake.
const LONGEST: i64 = 315_360_000;

fn made(call: &Call, sessions: Sessions) {
    let mut object = object::instantiate(class::sessions(), Rc::new(sessions));
    call.result().copy_from(object.zv());
}

/// The sessions of a `Sessions`.
pub(crate) fn of(object: *mut ffi::zend_object) -> Result<Rc<Sessions>, Thrown> {
    let sessions = object::native::<Rc<Sessions>>(object);
    if sessions.is_null() {
        return Err(throw(
            class::error(),
            "this Sessions was not made by one of its methods",
        ));
    }
    // SAFETY: an object of this class that was made has its value.
    Ok(unsafe { Rc::clone(&*sessions) })
}

/// Argument `index`: a number of seconds.
fn seconds(call: &Call, index: u32, default: i64) -> Result<Duration, Thrown> {
    match call.int_or(index, default)? {
        seconds @ 1..=LONGEST => Ok(Duration::from_secs(seconds.unsigned_abs())),
        _ => Err(throw_value_error(
            index + 1,
            "must be between 1 and ten years",
        )),
    }
}

/// What all methods have in common: arguments 1 to 9.
fn settings(call: &Call) -> Result<(CookieSettings, Lifetimes), Thrown> {
    let lifetimes = Lifetimes {
        idle: seconds(call, 1, 7200)?,
        absolute: seconds(call, 2, 604_800)?,
    };
    let is_secure = call.bool_or(4, true)?;
    let path = call.bytes_or(7, b"/")?;
    let domain = call.optional_bytes(8)?;
    let name = match call.optional_bytes(3)? {
        Some(name) => name,
        None if is_secure && path == b"/" && domain.is_none() => b"__Host-session",
        None => b"session",
    };
    let same_site = same_site(call, 5)?;
    let cookie = CookieSettings {
        name: name.to_vec(),
        path: path.to_vec(),
        domain: domain.map(<[u8]>::to_vec),
        is_secure,
        is_http_only: call.bool_or(6, true)?,
        same_site,
        is_persistent: call.bool_or(9, false)?,
    };
    cookie.line(Some(""), &lifetimes).map_err(|error| {
        throw(
            class::configuration_exception(),
            &format!("there can be no such cookie: {error}"),
        )
    })?;
    Ok((cookie, lifetimes))
}

fn in_cookie(call: &Call) -> Result<(), Thrown> {
    let secrets: Vec<Vec<u8>> = match call.argument(0).and_then(Zv::array) {
        Some(list) => array_iter(list)
            .map(|(_, secret)| secret.dereferenced().bytes().map(<[u8]>::to_vec))
            .collect::<Option<_>>()
            .ok_or_else(|| call.wrong_type(0, c"a string or a list of strings"))?,
        None => vec![call.bytes(0)?.to_vec()],
    };
    let (cookie, lifetimes) = settings(call)?;
    let signed = SignedCookies::new(&cookie.name, secrets.iter().map(Vec::as_slice));
    let signed = signed.ok_or_else(|| {
        throw_to_operator(
            class::configuration_exception(),
            &format!(
                "each secret of sessions must have {SHORTEST_SECRET} bytes at least, and there must be one: \
                 php -r 'echo bin2hex(random_bytes(32));' makes one"
            ),
        )
    })?;
    made(call, Sessions::in_cookie(cookie, lifetimes, signed));
    Ok(())
}

fn in_files(call: &Call) -> Result<(), Thrown> {
    let directory = call.bytes(0)?;
    let path = CString::new(directory).map_err(|_| throw_value_error(1, "must not hold NUL"))?;
    let (cookie, lifetimes) = settings(call)?;
    let refused = |why: &str| {
        let directory = String::from_utf8_lossy(directory);
        let message = format!("sessions can't be kept in {directory}: {why}");
        throw_to_operator(class::configuration_exception(), &message)
    };
    // SAFETY: the engine reads the path, and may raise a warning, which is no exception.
    if !unsafe { ffi::kg_path_is_allowed(path.as_ptr()) } {
        return Err(refused("open_basedir does not allow it"));
    }
    let files = FileStore::open(Path::new(OsStr::from_bytes(directory)), lifetimes)
        .map_err(|error| refused(&error.to_string()))?;
    made(call, Sessions::in_files(cookie, lifetimes, files));
    Ok(())
}

fn in_redis(call: &Call) -> Result<(), Thrown> {
    let url = String::from_utf8_lossy(call.bytes(0)?).into_owned();
    let (cookie, lifetimes) = settings(call)?;
    let location = Location::parse(&url).map_err(|error| {
        throw_to_operator(
            class::configuration_exception(),
            &format!("the server of sessions: {error}"),
        )
    })?;
    made(
        call,
        Sessions::in_redis(cookie, lifetimes, &Rc::new(location)),
    );
    Ok(())
}
