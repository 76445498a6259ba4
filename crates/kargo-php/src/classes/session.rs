//! `Kargo\Http\Session`: the session of the request in hand.

use std::cell::RefCell;
use std::rc::Rc;

use kargo_policy::Digest;
use kargo_policy::session::{Id, LONGEST_KEY, LONGEST_WRITTEN, SignedCookies};

use crate::engine::call::native;
use crate::engine::throw::{class, throw};
use crate::engine::value::{array_set, new_array};
use crate::engine::{Call, Callable, Outcome, Owned, Thrown, object, throw_value_error};
use crate::serve::current;
use crate::serve::runtime::Failure;
use crate::sessions::{self, CSRF, Keeper, Live, State, Trouble, values};

native! {
    kargo_http_session_id => id;
    kargo_http_session_get => get;
    kargo_http_session_has => has;
    kargo_http_session_all => all;
    kargo_http_session_set => set;
    kargo_http_session_remove => remove;
    kargo_http_session_take => take;
    kargo_http_session_clear => clear;
    kargo_http_session_update => update;
    kargo_http_session_regenerate => regenerate;
    kargo_http_session_destroy => destroy;
    kargo_http_session_csrf_token => csrf_token;
    kargo_http_session_check_csrf_token => check_csrf_token;
}

/// What a Session object holds.
pub(crate) type Native = Rc<RefCell<Live>>;

/// Longest Set-Cookie that browsers take as a whole (RFC 6265 section 6.1).
const LONGEST_COOKIE: usize = 4096;

/// A new object for a session.
pub(crate) fn make(live: Native) -> Owned {
    object::instantiate(class::session(), live)
}

fn raise(trouble: Trouble) -> Thrown {
    match trouble {
        Trouble::Thrown => Thrown,
        Trouble::Store(why) => throw(class::session_exception(), &why),
    }
}

/// The session, read.
fn read(call: &Call) -> Result<Native, Thrown> {
    let native = object::native::<Native>(call.this());
    if native.is_null() {
        return Err(throw(
            class::error(),
            "this Session was not made by Request::session()",
        ));
    }
    // SAFETY: the object is alive during the call, and has its value.
    let live = unsafe { Rc::clone(&*native) };
    if live.borrow().is_over {
        return Err(throw(
            class::error(),
            "the request of this Session was answered: its session can't be used any more",
        ));
    }
    sessions::load(&live).map_err(raise)?;
    Ok(live)
}

/// Runs `body` on what was read.
fn with<R>(live: &Native, body: impl FnOnce(&mut State, &Keeper) -> R) -> Result<R, Thrown> {
    let mut live = live.borrow_mut();
    let live = &mut *live;
    match &mut live.state {
        Some(state) => Ok(body(state, &live.sessions.keeper)),
        None => Err(throw(class::error(), "this Session was not read")),
    }
}

/// The session, to be changed.
fn changed(call: &Call) -> Result<Native, Thrown> {
    if current::with(|current| current.is_updating) {
        return Err(throw(
            class::error(),
            "the callback of Session::update() can't change the session: it returns the new value and does nothing else",
        ));
    }
    read(call)
}

fn key<'a>(call: &Call) -> Result<&'a [u8], Thrown> {
    let key = call.bytes(0)?;
    if key.is_empty() || key.len() > LONGEST_KEY || key.first() == Some(&0) {
        return Err(throw_value_error(
            1,
            "must have 1 to 255 bytes, the first of them not NUL",
        ));
    }
    Ok(key)
}

fn id(call: &Call) -> Result<(), Thrown> {
    let live = read(call)?;
    let id = with(&live, State::id)?.map_err(raise)?;
    call.result().set_bytes(id.as_bytes());
    Ok(())
}

/// Gives the value under a key, or argument 1, or null.
fn give(call: &Call, value: Option<Vec<u8>>) {
    match (value, call.argument(1)) {
        (Some(bytes), _) => call.result().copy_from(values::decode(&bytes).zv()),
        (None, Some(default)) => call.result().copy_from(default),
        (None, None) => call.result().set_null(),
    }
}

fn get(call: &Call) -> Result<(), Thrown> {
    let key = key(call)?;
    let live = read(call)?;
    let value = with(&live, |state, _| state.value(key).cloned())?;
    drop(live);
    give(call, value);
    Ok(())
}

fn has(call: &Call) -> Result<(), Thrown> {
    let key = key(call)?;
    let live = read(call)?;
    call.result()
        .set_bool(with(&live, |state, _| state.value(key).is_some())?);
    Ok(())
}

fn all(call: &Call) -> Result<(), Thrown> {
    let live = read(call)?;
    let entries = with(&live, |state, _| state.all())?;
    drop(live);
    let mut all = Owned::undefined();
    let array = new_array(8);
    all.zv().set_array(array);
    for (key, bytes) in entries {
        let mut value = values::decode(&bytes);
        array_set(array, &key, value.zv());
        value.zv().set_undefined();
    }
    call.result().copy_from(all.zv());
    Ok(())
}

/// Throws if `value` makes the session too long. `argument`: the one that has it.
fn check_size(live: &Native, key: &[u8], value: &[u8], argument: u32) -> Result<(), Thrown> {
    let sessions = Rc::clone(&live.borrow().sessions);
    let size = with(live, |state, _| state.size_with(key, value))?;
    if !matches!(sessions.keeper, Keeper::Cookie(_)) {
        if size > LONGEST_WRITTEN {
            return Err(throw_value_error(
                argument,
                &format!("makes the session {size} bytes long, and {LONGEST_WRITTEN} are the most"),
            ));
        }
        return Ok(());
    }
    let around = sessions
        .cookie
        .line(Some(""), &sessions.lifetimes)
        .map_or(0, |line| line.len());
    let length = around + SignedCookies::sealed_length(size);
    if length > LONGEST_COOKIE {
        return Err(throw_value_error(
            argument,
            &format!(
                "makes the cookie of the session {length} bytes long, and browsers take {LONGEST_COOKIE}: keep \
                 less in it, or sessions in files or Redis"
            ),
        ));
    }
    Ok(())
}

fn set(call: &Call) -> Result<(), Thrown> {
    let key = key(call)?;
    let mut bytes = Vec::new();
    if let Some(value) = call.argument(1) {
        values::encode(value, &mut bytes)
            .map_err(|what| throw_value_error(2, &format!("must not hold {what}")))?;
    }
    let live = changed(call)?;
    check_size(&live, key, &bytes, 2)?;
    with(&live, |state, _| state.set(key, Some(bytes)))?;
    call.return_this();
    Ok(())
}

fn remove(call: &Call) -> Result<(), Thrown> {
    let key = key(call)?;
    let live = changed(call)?;
    with(&live, |state, _| {
        if state.value(key).is_some() {
            state.set(key, None);
        }
    })?;
    call.return_this();
    Ok(())
}

fn take(call: &Call) -> Result<(), Thrown> {
    let key = key(call)?;
    let live = changed(call)?;
    let value = with(&live, |state, _| {
        let value = state.value(key).cloned();
        if value.is_some() {
            state.set(key, None);
        }
        value
    })?;
    drop(live);
    give(call, value);
    Ok(())
}

fn clear(call: &Call) -> Result<(), Thrown> {
    let live = changed(call)?;
    with(&live, |state, _| state.clear())?;
    call.return_this();
    Ok(())
}

fn update(call: &Call) -> Result<(), Thrown> {
    let key = key(call)?;
    let ended = {
        let Some(value) = call.argument(1) else {
            return Err(call.wrong_type(1, c"a valid callback"));
        };
        let callable = Callable::new(value).map_err(|reason| call.no_callback(1, &reason))?;
        let live = changed(call)?;
        update_with(call, &live, key, &callable)
    };
    match ended {
        Ok(()) => Ok(()),
        Err(Outcome::Fatal | Outcome::OutOfMemory) => Failure::Fatal.raise(),
        Err(_) => Err(Thrown),
    }
}

/// Calls the callback with the value until the store has what it returned. An error is how the callback ended, or that an
/// exception is pending.
fn update_with(call: &Call, live: &Native, key: &[u8], callable: &Callable) -> Result<(), Outcome> {
    let mut count = 0;
    loop {
        let thrown = |_: Thrown| Outcome::Threw;
        let from = with(live, |state, _| state.value(key).cloned()).map_err(thrown)?;
        let mut argument = match &from {
            Some(bytes) => values::decode(bytes),
            None => {
                let mut null = Owned::undefined();
                null.zv().set_null();
                null
            }
        };
        let mut result = Owned::undefined();
        current::with(|current| current.is_updating = true);
        let outcome = callable.call(result.zv(), 1, argument.zv());
        current::with(|current| current.is_updating = false);
        if outcome != Outcome::Returned {
            return Err(outcome);
        }
        let mut bytes = Vec::new();
        if let Err(what) = values::encode(result.zv(), &mut bytes) {
            let message = format!("must not return {what}");
            return Err(thrown(throw_value_error(2, &message)));
        }
        check_size(live, key, &bytes, 2).map_err(thrown)?;
        match sessions::attempt(live, key, from.as_deref(), Some(bytes), count) {
            Ok(sessions::Attempt::Done) => {
                call.result().copy_from(result.zv());
                return Ok(());
            }
            Ok(sessions::Attempt::Again) => count += 1,
            Err(trouble) => return Err(thrown(raise(trouble))),
        }
    }
}

fn regenerate(call: &Call) -> Result<(), Thrown> {
    let live = changed(call)?;
    with(&live, |state, _| state.regenerate())?.map_err(raise)?;
    call.return_this();
    Ok(())
}

fn destroy(call: &Call) -> Result<(), Thrown> {
    let live = changed(call)?;
    with(&live, |state, _| state.destroy())
}

fn csrf_token(call: &Call) -> Result<(), Thrown> {
    let live = read(call)?;
    if let Some(bytes) = with(&live, |state, _| state.value(CSRF).cloned())? {
        call.result().copy_from(values::decode(&bytes).zv());
        return Ok(());
    }
    let live = changed(call)?;
    let Some(token) = Id::new() else {
        let message = "the system has no random numbers";
        return Err(throw(class::session_exception(), message));
    };
    let mut text = Owned::of_bytes(token.as_str().as_bytes());
    let mut bytes = Vec::new();
    // A string can always be kept.
    let _ = values::encode(text.zv(), &mut bytes);
    check_size(&live, CSRF, &bytes, 1)?;
    with(&live, |state, _| state.set(CSRF, Some(bytes)))?;
    call.result().copy_from(text.zv());
    Ok(())
}

fn check_csrf_token(call: &Call) -> Result<(), Thrown> {
    let shown = call.optional_bytes(0)?;
    let live = read(call)?;
    let kept = with(&live, |state, _| state.value(CSRF).cloned())?;
    drop(live);
    let is_same = match (kept, shown) {
        (Some(bytes), Some(shown)) => values::decode(&bytes)
            .zv()
            .bytes()
            .is_some_and(|kept| Digest::of(kept).matches(&Digest::of(shown))),
        _ => false,
    };
    call.result().set_bool(is_same);
    Ok(())
}
