//! The session of one request.

use std::cell::RefCell;
use std::rc::Rc;

use kargo_http::cookie;
use kargo_net::RequestId;
use kargo_policy::session::{Changes, ID_CHARS, Id, Opened, Record, SignedCookies, Updated};

use super::store::{Caller, Keeper, Trouble};
use super::{Sessions, now};
use crate::serve::{current, runtime};

/// The key of the token of forms; keys of PHP code never begin with NUL.
pub(crate) const CSRF: &[u8] = b"\0csrf";

/// Cookies of the right name that are looked at: browsers send one for each path and domain.
const MOST_COOKIES: usize = 4;
/// How often a value is changed anew because somebody else was faster.
const MOST_UPDATES: u32 = 10_000;

/// The session that a request has, if it asks for it.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) sessions: Rc<Sessions>,
    request: RequestId,
    /// What was read: nothing until something is asked.
    pub(crate) state: Option<State>,
    /// The request was answered.
    pub(crate) is_over: bool,
}

/// What is known of a session, and what is to become of it.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// The visitor has shown some cookie of this name.
    has_cookie: bool,
    /// The session that he has, in a store.
    id: Option<Id>,
    /// The same where he keeps it himself.
    opened: Option<Opened>,
    /// What was read.
    record: Record,
    /// What the handler does.
    pub(crate) changes: Changes,
    /// The id that it has from now on, if that is another one, and the same for cookies.
    next: Option<Id>,
    nonce: Option<[u8; 16]>,
    /// A session that the handler has ended.
    ended: Option<Id>,
    is_ended: bool,
    is_stale: bool,
    /// Bytes of all keys and values.
    size: usize,
}

fn entry_size(key: &[u8], value: &[u8]) -> usize {
    // Each has its length in front.
    key.len() + value.len() + 6
}

fn no_random() -> Trouble {
    Trouble::Store("the system has no random numbers".into())
}

impl State {
    /// The value under a key.
    pub(crate) fn value(&self, key: &[u8]) -> Option<&Vec<u8>> {
        match self.changes.entries.get(key) {
            Some(changed) => changed.as_ref(),
            None if self.changes.is_cleared => None,
            None => self.record.entries.get(key),
        }
    }

    /// All values of PHP code by their keys.
    pub(crate) fn all(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut record = self.record.clone();
        self.changes.apply(&mut record);
        let all = record.entries.into_iter();
        all.filter(|(key, _)| key.first() != Some(&0)).collect()
    }

    /// How many bytes all would have with `value` under `key`.
    pub(crate) fn size_with(&self, key: &[u8], value: &[u8]) -> usize {
        let before = self.value(key).map_or(0, |old| entry_size(key, old));
        self.size - before + entry_size(key, value)
    }

    /// Sets a value, or removes it.
    pub(crate) fn set(&mut self, key: &[u8], value: Option<Vec<u8>>) {
        let before = self.value(key).map_or(0, |old| entry_size(key, old));
        let after = value.as_ref().map_or(0, |new| entry_size(key, new));
        self.size = self.size - before + after;
        self.changes.entries.insert(key.to_vec(), value);
    }

    /// Removes all values.
    pub(crate) fn clear(&mut self) {
        self.changes.is_cleared = true;
        self.changes.entries.clear();
        self.size = 0;
    }

    /// The next answer gives the visitor a new id, and the old one is of no use then.
    pub(crate) fn regenerate(&mut self) -> Result<(), Trouble> {
        self.set(CSRF, None);
        self.next = Some(Id::new().ok_or_else(no_random)?);
        self.nonce = Some(SignedCookies::nonce().ok_or_else(no_random)?);
        Ok(())
    }

    /// Ends the session. What is set afterwards begins another one.
    pub(crate) fn destroy(&mut self) {
        let ended = self.id.take().or(self.ended.take());
        *self = Self {
            has_cookie: self.has_cookie,
            ended,
            is_ended: true,
            ..Self::default()
        };
    }

    /// The id that the session has after this request.
    pub(crate) fn id(&mut self, keeper: &Keeper) -> Result<String, Trouble> {
        if let Keeper::Cookie(_) = keeper {
            let kept = self.opened.as_ref().map(|opened| opened.nonce);
            let nonce = match self.nonce.or(kept) {
                Some(nonce) => nonce,
                None => SignedCookies::nonce().ok_or_else(no_random)?,
            };
            if kept != Some(nonce) {
                self.nonce = Some(nonce);
            }
            return Ok(nonce.iter().map(|byte| format!("{byte:02x}")).collect());
        }
        if let Some(id) = self.next.as_ref().or(self.id.as_ref()) {
            return Ok(id.as_str().to_owned());
        }
        let id = Id::new().ok_or_else(no_random)?;
        let text = id.as_str().to_owned();
        self.next = Some(id);
        Ok(text)
    }

    /// Where a value that has to be exact must be changed: in the store, unless nobody else can know it.
    fn shared_id(&self, key: &[u8]) -> Option<Id> {
        let is_mine = self.changes.is_cleared || self.changes.entries.contains_key(key);
        self.id.clone().filter(|_| !is_mine)
    }

    fn put_read(&mut self, key: &[u8], value: Option<Vec<u8>>) {
        let before = self
            .record
            .entries
            .get(key)
            .map_or(0, |old| entry_size(key, old));
        let after = value.as_ref().map_or(0, |new| entry_size(key, new));
        self.size = self.size - before + after;
        match value {
            Some(value) => self.record.entries.insert(key.to_vec(), value),
            None => self.record.entries.remove(key),
        };
    }
}

/// What an attempt to change a value came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attempt {
    Done,
    /// Somebody else was faster: what was read is anew, so try again.
    Again,
}

impl Live {
    pub(crate) fn new(sessions: Rc<Sessions>, request: RequestId) -> Self {
        Self {
            sessions,
            request,
            state: None,
            is_over: false,
        }
    }

    /// Cookies that the visitor has sent under the name, as they are.
    fn sent(&self) -> Vec<Vec<u8>> {
        runtime::with(|runtime| {
            let serving = runtime.serving.as_ref()?;
            let request = serving.net.request(self.request)?;
            let values = request.head().header_values(request.bytes(), "cookie");
            let ours = values
                .flat_map(cookie::cookies)
                .filter(|cookie| cookie.name == self.sessions.cookie.name)
                .map(|cookie| cookie.value.to_vec());
            Some(ours.take(MOST_COOKIES).collect())
        })
        .unwrap_or_default()
    }
}

/// Reads the session, if that was not done.
pub(crate) fn load(live: &Rc<RefCell<Live>>) -> Result<(), Trouble> {
    let (sessions, sent) = {
        let live = live.borrow();
        if live.state.is_some() {
            return Ok(());
        }
        (Rc::clone(&live.sessions), live.sent())
    };
    let mut state = State {
        has_cookie: !sent.is_empty(),
        ..State::default()
    };
    for value in &sent {
        if let Keeper::Cookie(signed) = &sessions.keeper {
            if let Some(opened) = signed.open(value, now(), &sessions.lifetimes) {
                let age = now().saturating_sub(opened.issued);
                state.is_stale =
                    opened.is_of_old_secret || age > sessions.lifetimes.fresh().as_secs();
                state.record = opened.record.clone();
                state.opened = Some(opened);
                break;
            }
        } else if value.len() == ID_CHARS
            && let Some(id) = Id::parse(value)
            && let Some(found) = sessions.keeper.load(&id, Caller::Php)?
        {
            state.record = found.record;
            state.is_stale = found.is_stale;
            state.id = Some(id);
            break;
        }
    }
    let entries = &state.record.entries;
    state.size = entries
        .iter()
        .map(|(key, value)| entry_size(key, value))
        .sum();
    let mut live = live.borrow_mut();
    // Another fiber of the handler may have been faster.
    if live.state.is_none() {
        live.state = Some(state);
    }
    Ok(())
}

/// Makes a value of the session another one, if it still is what was read.
pub(crate) fn attempt(
    live: &Rc<RefCell<Live>>,
    key: &[u8],
    from: Option<&[u8]>,
    to: Option<Vec<u8>>,
    count: u32,
) -> Result<Attempt, Trouble> {
    let (sessions, id) = {
        let mut live = live.borrow_mut();
        let sessions = Rc::clone(&live.sessions);
        let Some(state) = live.state.as_mut() else {
            return Ok(Attempt::Done);
        };
        let Some(id) = state.shared_id(key) else {
            state.set(key, to);
            return Ok(Attempt::Done);
        };
        (sessions, id)
    };
    let updated = sessions
        .keeper
        .update(&id, key, from, to.as_deref(), Caller::Php)?;
    let mut live = live.borrow_mut();
    let Some(state) = live.state.as_mut() else {
        return Ok(Attempt::Done);
    };
    match updated {
        Updated::Done => state.put_read(key, to),
        // Its visitor has another one now, or none: nobody sees what this request does.
        Updated::Gone => {}
        Updated::Other(_) if count >= MOST_UPDATES => {
            let message = "others change the same value of the session all the time";
            return Err(Trouble::Store(message.into()));
        }
        Updated::Other(value) => {
            state.put_read(key, value);
            return Ok(Attempt::Again);
        }
    }
    Ok(Attempt::Done)
}

/// The handler has returned: what it did to its session is kept, if it `keeps` it, and the answer gets its cookie.
///
/// # Errors
/// Why it can't be kept: then the visitor must not be told that all went well.
pub(crate) fn conclude(keeps: bool) -> Result<(), String> {
    let Some(live) = current::with(|current| current.session.take()) else {
        return Ok(());
    };
    let (sessions, state) = {
        let mut live = live.borrow_mut();
        live.is_over = true;
        (Rc::clone(&live.sessions), live.state.take())
    };
    drop(live);
    let Some(state) = state.filter(|_| keeps) else {
        return Ok(());
    };
    let value = match &sessions.keeper {
        Keeper::Cookie(signed) => seal(signed, state),
        keeper => keep(keeper, state, sessions.cookie.is_persistent),
    };
    let cookie = match value {
        Ok(Answered::Nothing) => return Ok(()),
        Ok(Answered::Cookie(value)) => Some(value),
        Ok(Answered::NoCookie) => None,
        Err(Trouble::Store(why)) => return Err(why),
        Err(Trouble::Thrown) => return Err("the process stops".into()),
    };
    let line = sessions
        .cookie
        .line(cookie.as_deref(), &sessions.lifetimes)
        .map_err(|error| error.to_string())?;
    current::with(|current| current.cookie = Some(line));
    Ok(())
}

/// What the answer says of the cookie.
enum Answered {
    Nothing,
    Cookie(String),
    NoCookie,
}

/// A session that its visitor keeps.
fn seal(signed: &SignedCookies, mut state: State) -> Result<Answered, Trouble> {
    let is_known = state.opened.is_some();
    if !is_known && !state.changes.adds() {
        let is_removed = state.is_ended && state.has_cookie;
        return Ok(if is_removed {
            Answered::NoCookie
        } else {
            Answered::Nothing
        });
    }
    if state.changes.is_empty() && state.nonce.is_none() && !state.is_stale {
        return Ok(Answered::Nothing);
    }
    let now = now();
    if !is_known || state.nonce.is_some() {
        state.record.created = now;
    }
    let kept = state.opened.map(|opened| opened.nonce);
    let nonce = match state.nonce.or(kept) {
        Some(nonce) => nonce,
        None => SignedCookies::nonce().ok_or_else(no_random)?,
    };
    state.changes.apply(&mut state.record);
    Ok(Answered::Cookie(signed.seal(&state.record, now, &nonce)))
}

/// A session in a store.
fn keep(keeper: &Keeper, mut state: State, is_persistent: bool) -> Result<Answered, Trouble> {
    const CALLER: Caller = Caller::Server;
    if let Some(ended) = &state.ended {
        keeper.remove(ended, CALLER)?;
    }
    if let Some(id) = state.id.take() {
        let next = state.next.as_ref();
        if state.changes.is_empty() && next.is_none() {
            let is_due = state.is_stale && is_persistent;
            return Ok(if is_due {
                Answered::Cookie(id.as_str().into())
            } else {
                Answered::Nothing
            });
        }
        if keeper.change(&id, next.unwrap_or(&id), &state.changes, CALLER)? {
            return Ok(match next {
                Some(next) => Answered::Cookie(next.as_str().into()),
                None if state.is_stale && is_persistent => Answered::Cookie(id.as_str().into()),
                None => Answered::Nothing,
            });
        }
        // It was ended while this request ran. What a request did to it is lost with it; who begins a session anew, as at
        // a login, gets one with what he has set, and nothing of the old one.
        if next.is_none() {
            return Ok(Answered::Nothing);
        }
    }
    if !state.changes.adds() {
        let is_removed = state.is_ended && state.has_cookie;
        return Ok(if is_removed {
            Answered::NoCookie
        } else {
            Answered::Nothing
        });
    }
    let id = match state.next {
        Some(next) => next,
        None => Id::new().ok_or_else(no_random)?,
    };
    keeper.create(&id, &state.changes, CALLER)?;
    Ok(Answered::Cookie(id.as_str().into()))
}
