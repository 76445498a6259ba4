//! Which web pages' scripts may call, and read the answers (the CORS protocol of the Fetch standard).
//!
//! REST knows the method by its path, so its [`Reply`](super::rest::reply::Reply) says what the method's attribute does.
//! The other doors have one path for all methods: what a browser asks about first may be for any of them, so it hears
//! what they allow together; once the body tells what is called, all of that must allow the page, or nothing is called.

use kargo_net::{Answer, RequestId};
use kargo_rpc::{Call, CallKind};

use crate::engine::ffi;
use crate::rpc::Door;
use crate::rpc::api::{Api, Methods};
use crate::rpc::arguments::{SYSTEM, UNKNOWN_METHOD};
use crate::rpc::attribute::Attribute;
use crate::rpc::body;
use crate::serve::{answer, current, runtime};

/// `#[Kargo\Rpc\Cors]`.
#[derive(Debug)]
pub(crate) struct Cors {
    origins: Vec<String>,
    headers: Vec<String>,
    exposed: Vec<String>,
    has_credentials: bool,
    max_age: i64,
}

/// A header line of an answer.
pub(crate) type Line = (&'static [u8], Vec<u8>);

impl Cors {
    /// Reads an attribute, whose constructor has checked its values.
    pub(crate) fn read(attribute: &Attribute) -> Self {
        Self {
            origins: attribute.texts("origins"),
            headers: attribute.texts("headers"),
            exposed: attribute.texts("exposed"),
            has_credentials: attribute.is_set("credentials"),
            max_age: attribute.int("maxAge").unwrap_or_default(),
        }
    }

    /// The same of an object of the class.
    pub(crate) fn of(object: *mut ffi::zend_object) -> Self {
        Self::read(&Attribute::of(object))
    }

    /// What Access-Control-Allow-Origin says to a page of `origin`.
    fn allowed(&self, origin: &[u8]) -> Option<&str> {
        self.origins
            .iter()
            .map(String::as_str)
            .find(|allowed| *allowed == "*" || allowed.as_bytes() == origin)
    }

    /// Whether pages of `origin` are let in.
    pub(crate) fn lets_in(&self, origin: &[u8]) -> bool {
        self.allowed(origin).is_some()
    }
}

/// What an answer says to a page of `origin` that all of these let in.
pub(crate) fn answer_lines(all: &[&Cors], origin: &[u8]) -> Vec<Line> {
    lines(all, origin, all.iter().all(|cors| cors.has_credentials))
}

/// The same where it is not known yet which of them will matter.
pub(crate) fn early_lines(all: &[&Cors], origin: &[u8]) -> Vec<Line> {
    lines(all, origin, all.iter().any(|cors| cors.has_credentials))
}

fn lines(all: &[&Cors], origin: &[u8], has_credentials: bool) -> Vec<Line> {
    let is_for_all = all.iter().all(|cors| cors.allowed(origin) == Some("*"));
    let allowed = if is_for_all { b"*" } else { origin };
    let mut lines: Vec<Line> = vec![(b"Access-Control-Allow-Origin", allowed.to_vec())];
    if has_credentials {
        lines.push((b"Access-Control-Allow-Credentials", b"true".to_vec()));
    }
    let exposed = names(all.iter().flat_map(|cors| &cors.exposed), "");
    if !exposed.is_empty() {
        lines.push((b"Access-Control-Expose-Headers", exposed.into_bytes()));
    }
    lines
}

/// What a browser hears beside, before it sends a request. `needed` are headers that the protocol has.
pub(crate) fn preflight_lines(all: &[&Cors], verbs: &str, needed: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = vec![(b"Access-Control-Allow-Methods", verbs.into())];
    let headers = names(all.iter().flat_map(|cors| &cors.headers), needed);
    if !headers.is_empty() {
        lines.push((b"Access-Control-Allow-Headers", headers.into_bytes()));
    }
    let age = all
        .iter()
        .map(|cors| cors.max_age)
        .min()
        .unwrap_or_default();
    lines.push((b"Access-Control-Max-Age", age.to_string().into_bytes()));
    lines
}

/// Names of headers, each once.
fn names<'a>(all: impl Iterator<Item = &'a String>, needed: &'a str) -> String {
    let mut list: Vec<&str> = Vec::new();
    let needed = needed.split(", ").filter(|name| !name.is_empty());
    for name in all.map(String::as_str).chain(needed) {
        if !list.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            list.push(name);
        }
    }
    list.join(", ")
}

/// A request to an Api that lets some pages in, on a path of all its methods.
#[derive(Debug)]
pub(crate) struct Visit {
    /// The page that it is from, if that is one of another host and some method lets it in.
    guest: Option<Vec<u8>>,
    /// Whether the browser added what it knows of its user, as far as that can be told: cookies, a password.
    has_credentials: bool,
    /// What each answer to it says.
    lines: Vec<Line>,
}

/// What a request asks for, as far as pages are concerned.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted {
    /// Method number so much.
    Method(u32),
    /// The names and types of all methods.
    Description,
    /// Nothing that anybody has.
    Nothing,
}

impl Wanted {
    /// What a decoded call asks for.
    pub(crate) fn of(call: &Call) -> Self {
        match (call.kind, call.handle) {
            (CallKind::Invalid(..), _) | (_, UNKNOWN_METHOD) => Self::Nothing,
            (_, handle) if handle >= SYSTEM => Self::Description,
            (_, handle) => Self::Method(handle),
        }
    }
}

/// Notes whose page a request is from; says whether somebody is still to answer it. `door` is not REST's.
#[cold]
pub(crate) fn arrive(id: RequestId, api: &Api, door: Door) -> bool {
    let found = runtime::with(|runtime| {
        let request = runtime.serving.as_ref()?.net.request(id)?;
        let (head, bytes) = (request.head(), request.bytes());
        let origin = head.header(bytes, "origin");
        let is_foreign = body::is_foreign(origin, head.host(bytes));
        let password = head.header(bytes, "authorization");
        let is_scripts = |value: &[u8]| {
            value
                .get(..6)
                .is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer"))
        };
        let has_credentials = head.header(bytes, "cookie").is_some()
            || password.is_some_and(|value| !is_scripts(value));
        Some((origin.map(<[u8]>::to_vec), is_foreign, has_credentials))
    });
    let Some((origin, is_foreign, has_credentials)) = found else {
        return false;
    };
    let methods = api.methods();
    let mut all = letting_in(api, &methods, origin.as_deref());
    if matches!(
        door,
        Door::ServiceMap | Door::OpenRpc | Door::Wsdl | Door::Preflight(_, "")
    ) {
        // They tell of all methods.
        all.retain(|cors| {
            api.cors
                .as_deref()
                .is_some_and(|common| std::ptr::eq(common, *cors))
        });
    }
    let mut lines = vec![vary()];
    let mut preflight = None;
    if let (Some(origin), false) = (&origin, all.is_empty()) {
        lines.extend(early_lines(&all, origin));
        if let Door::Preflight(verbs, needed) = door {
            preflight = Some(preflight_lines(&all, verbs, needed));
        }
    }
    // Where nobody takes credentials, browsers add none: then it is the script that sends them.
    let has_credentials = has_credentials && all.iter().any(|cors| cors.has_credentials);
    let visit = Visit {
        guest: origin.filter(|_| is_foreign && !all.is_empty()),
        has_credentials,
        lines,
    };
    current::with(|current| current.visit = Some(Box::new(visit)));
    let Door::Preflight(verbs, _) = door else {
        return true;
    };
    let mut lines = preflight.unwrap_or_default();
    lines.push((b"Allow", verbs.into()));
    let lines: Vec<(&[u8], &[u8])> = lines
        .iter()
        .map(|(name, value)| (*name, &**value))
        .collect();
    answer::send(id, &Answer::new(204).headers(&lines), b"");
    false
}

/// Those of the Api and its methods that let pages of `origin` in.
pub(crate) fn letting_in<'a>(
    api: &'a Api,
    methods: &'a Methods,
    origin: Option<&[u8]>,
) -> Vec<&'a Cors> {
    let Some(origin) = origin else {
        return Vec::new();
    };
    let own = methods
        .list
        .iter()
        .filter_map(|method| method.cors.as_deref());
    let all = api.cors.as_deref().into_iter().chain(own);
    all.filter(|cors| cors.lets_in(origin)).collect()
}

fn vary() -> Line {
    (b"Vary", b"Origin".to_vec())
}

/// Whether the request is from a page of another host that some method lets in.
pub(crate) fn is_guest() -> bool {
    current::with(|current| {
        let visit = current.visit.as_deref();
        visit.is_some_and(|visit| visit.guest.is_some())
    })
}

/// Whether all that a request asks for may be had by its page. If not, it is answered with 403, and nothing of it may be
/// called. Pages that nobody lets in never come this far with a browser, which asks first.
#[inline]
pub(crate) fn admits(
    id: RequestId,
    api: &Api,
    methods: &Methods,
    wanted: impl Iterator<Item = Wanted>,
) -> bool {
    let mut wanted = wanted;
    !api.lets_pages_in.get() || decide(id, api, methods, &mut wanted)
}

#[cold]
fn decide(
    id: RequestId,
    api: &Api,
    methods: &Methods,
    wanted: &mut dyn Iterator<Item = Wanted>,
) -> bool {
    let guest = current::with(|current| {
        let visit = current.visit.as_deref();
        visit.and_then(|visit| Some((visit.guest.clone()?, visit.has_credentials)))
    });
    let Some((origin, has_credentials)) = guest else {
        return true;
    };
    let common = api.cors.as_deref();
    let mut all: Vec<&Cors> = Vec::new();
    let mut wanted = wanted;
    let is_allowed = Iterator::all(&mut wanted, |wanted| {
        let cors = match wanted {
            Wanted::Nothing => return true,
            Wanted::Description => common,
            Wanted::Method(index) => methods
                .get(index)
                .and_then(|method| method.cors.as_deref())
                .or(common),
        };
        let cors =
            cors.filter(|cors| cors.lets_in(&origin) && (cors.has_credentials || !has_credentials));
        if let Some(cors) = cors
            && !all.iter().any(|known| std::ptr::eq(*known, cors))
        {
            all.push(cors);
        }
        cors.is_some()
    });
    // Where nothing is asked for that somebody has, what was said before stays.
    if is_allowed && all.is_empty() {
        return true;
    }
    let mut lines = vec![vary()];
    if is_allowed {
        lines.extend(answer_lines(&all, &origin));
    }
    current::with(|current| {
        if let Some(visit) = current.visit.as_deref_mut() {
            visit.lines = lines;
        }
    });
    if !is_allowed {
        answer::send_failure(id, 403, None);
    }
    is_allowed
}

/// Lends `answer` with the headers that each answer to the current request has.
#[inline]
pub(crate) fn with_lines<R>(answer: &Answer<'_>, lend: impl FnOnce(&Answer<'_>) -> R) -> R {
    if current::with(|current| current.visit.is_none() && current.cookie.is_none()) {
        return lend(answer);
    }
    with_more(answer, lend)
}

#[cold]
fn with_more<R>(answer: &Answer<'_>, lend: impl FnOnce(&Answer<'_>) -> R) -> R {
    let lines = current::with(|current| {
        let visit = current.visit.as_deref();
        let mut lines = visit.map(|visit| visit.lines.clone()).unwrap_or_default();
        if let Some(cookie) = &current.cookie {
            lines.push((b"Set-Cookie", cookie.clone()));
        }
        lines
    });
    let own = answer.headers.iter().copied();
    let more = lines.iter().map(|(name, value)| (*name, &value[..]));
    let all: Vec<(&[u8], &[u8])> = own.chain(more).collect();
    lend(&Answer {
        headers: &all,
        ..*answer
    })
}

/// What the protocol at a path has in requests beside what every page may send, for `Access-Control-Allow-Headers`;
/// nothing where only descriptions are.
pub(crate) fn needed_headers(path: &[u8]) -> &'static str {
    if path.ends_with(b"/soap") {
        "Content-Type, SOAPAction"
    } else if path.ends_with(b"/mcp") {
        "Content-Type, MCP-Protocol-Version"
    } else if path.ends_with(b".json") {
        ""
    } else {
        "Content-Type"
    }
}
