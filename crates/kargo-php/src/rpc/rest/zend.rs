//! `/rest?method=poll.vote&arg1=a`: how the clients of `Zend_Rest_Server` call, and the XML that they read.

use std::rc::Rc;

use kargo_http::media_type::MediaType;
use kargo_http::router::{Match, Router};
use kargo_http::{Method as Verb, accept, query};

use crate::rpc::api::{Api, Method, Methods};
use crate::rpc::cors;

use super::bind::Arrived;
use super::problem::Problem;
use super::reply::Reply;
use super::request::Request;
use super::routes::{Route, is_safe};

const VERBS: &str = "GET, HEAD, POST, OPTIONS";

/// The part of the query that names the method.
pub(super) const METHOD: &[u8] = b"method";

/// Whether a path below the mount is the one for this.
pub(super) fn is_path(path: &[u8]) -> bool {
    path.strip_prefix(super::BASE.as_bytes())
        .is_some_and(|rest| matches!(rest, b"" | b"/"))
}

/// Answers a request for `/rest`.
pub(super) fn serve(api: &Rc<Api>, request: &Request, mut reply: Reply) {
    if !matches!(request.verb, Verb::Get | Verb::Head | Verb::Post) {
        reply.line(b"Allow", VERBS);
        if request.verb == Verb::Options {
            preflight(api, request, &mut reply);
            return reply.send_empty(204);
        }
        return reply.send_problem(&Problem::new(405));
    }
    let methods = api.methods();
    if let Err(problem) = call(api, &methods, request, &mut reply) {
        reply.send_problem(&problem);
    }
}

fn call(
    api: &Rc<Api>,
    methods: &Rc<Methods>,
    request: &Request,
    reply: &mut Reply,
) -> Result<(), Problem> {
    let texts = texts_of(request);
    let known = texts.as_deref().unwrap_or(&request.query);
    let method =
        query::last_value(known, METHOD).and_then(|name| methods.get(methods.find(&name)?));
    let cors = method
        .and_then(|method| method.cors.as_deref())
        .or(api.cors.as_deref());
    let is_allowed = reply.allow_origin(cors, request.origin.as_deref());
    // Browsers send forms for any page, always with an Origin.
    let is_unwelcome = request.verb == Verb::Post && request.is_foreign() && !is_allowed;
    let Some(texts) = texts.filter(|_| !is_unwelcome) else {
        return Err(Problem::with_detail(
            415,
            "Send application/x-www-form-urlencoded, and not from a page of another server.",
        ));
    };
    let Some(name) = query::last_value(&texts, METHOD) else {
        return Err(Problem::with_detail(
            400,
            "No method is named: /rest?method=NAME",
        ));
    };
    let found = methods
        .find(&name)
        .and_then(|index| Some((index, methods.get(index)?)));
    let Some((index, method)) = found else {
        return Err(Problem::with_detail(404, "There is no such method."));
    };
    if request.verb != Verb::Post && !is_safe(method) {
        reply.line(b"Allow", *b"POST, OPTIONS");
        return Err(Problem::with_detail(
            405,
            "The method may change something.",
        ));
    }
    if wants_xml(request)? {
        reply.as_xml_of(&method.name);
    }
    let route = Route::by_texts(index, request.verb, method);
    answer(api, methods, method, request, &route, &texts, reply);
    Ok(())
}

fn answer(
    api: &Rc<Api>,
    methods: &Rc<Methods>,
    method: &Rc<Method>,
    request: &Request,
    route: &Route,
    texts: &[u8],
    reply: &mut Reply,
) {
    // All arguments are texts, so no part of the path is one.
    let mut router = Router::new();
    let _always = router.add(Verb::Get, super::BASE, ());
    if let Ok(Match::Found { params, .. }) = router.find(Verb::Get, b"GET", super::BASE.as_bytes())
    {
        let arrived = Arrived {
            request,
            params: &params,
            route,
            texts,
            is_by_texts: true,
        };
        super::answer(api, methods, method, &arrived, reply);
    }
}

/// Tells a browser what a page may send here, to whichever method.
fn preflight(api: &Api, request: &Request, reply: &mut Reply) {
    if !api.lets_pages_in.get() {
        return;
    }
    let methods = api.methods();
    let origin = request.origin.as_deref();
    let all = cors::letting_in(api, &methods, origin);
    reply.line(b"Vary", *b"Origin");
    if let (Some(origin), false) = (origin, all.is_empty()) {
        reply.lines(cors::early_lines(&all, origin));
        reply.lines(cors::preflight_lines(&all, VERBS, ""));
    }
}

/// The query, and the form that is the body of a POST; `None` for another body.
fn texts_of(request: &Request) -> Option<Vec<u8>> {
    let mut texts = request.query.clone();
    if request.verb != Verb::Post {
        return Some(texts);
    }
    // SAFETY: copied at once.
    let body = unsafe { request.body() };
    let is_form = match request.header("content-type") {
        None => body.is_empty(),
        Some(value) => MediaType::parse(&value)
            .is_some_and(|found| found.is("application", "x-www-form-urlencoded")),
    };
    if !is_form {
        return None;
    }
    texts.push(b'&');
    texts.extend_from_slice(body);
    Some(texts)
}

/// XML unless JSON is liked better.
fn wants_xml(request: &Request) -> Result<bool, Problem> {
    let accepted = request.headers("accept").join(&b", "[..]);
    let xml = ["application", "text"]
        .map(|main| accept::quality(&accepted, main, "xml"))
        .into_iter()
        .max();
    let (xml, json) = (
        xml.unwrap_or_default(),
        accept::quality(&accepted, "application", "json"),
    );
    if xml == 0 && json == 0 {
        return Err(Problem::with_detail(
            406,
            "Answers are application/xml or application/json.",
        ));
    }
    Ok(xml >= json)
}
