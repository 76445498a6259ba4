//! `/openapi.json`: what can be called by verbs and paths, as OpenAPI 3.1.

use std::rc::Rc;

use kargo_http::Method as Verb;
use kargo_rpc::describe::openapi::{self, Operation, Place};

use crate::log::Level;
use crate::rpc::api::{Api, Methods};
use crate::rpc::cors;
use crate::serve::current;

use super::problem::Problem;
use super::reply::Reply;
use super::request::Request;
use super::routes::{Route, Source};

/// Where the document is, below the mount.
pub(super) const PATH: &[u8] = b"/openapi.json";

const VERBS: &str = "GET, HEAD, OPTIONS";

/// A document: the mount that it is for, and its text.
#[derive(Debug)]
pub(crate) struct Document {
    prefix: Vec<u8>,
    text: Rc<[u8]>,
}

/// Answers a request for the document. It is made once and kept until something else is exported.
pub(super) fn serve(api: &Api, request: &Request, mut reply: Reply) {
    let cors = api.cors.as_deref();
    let is_allowed = reply.allow_origin(cors, request.origin.as_deref());
    if !matches!(request.verb, Verb::Get | Verb::Head) {
        reply.line(b"Allow", VERBS);
        if request.verb == Verb::Options {
            if let (Some(cors), true) = (cors, is_allowed) {
                reply.lines(cors::preflight_lines(&[cors], VERBS, ""));
            }
            return reply.send_empty(204);
        }
        return reply.send_problem(&Problem::new(405));
    }
    let kept = api
        .openapi
        .borrow()
        .as_ref()
        .and_then(|kept| (kept.prefix == request.prefix).then(|| Rc::clone(&kept.text)));
    match kept.or_else(|| make(api, &request.prefix)) {
        Some(text) => reply.send_json(request, 200, &text),
        None => reply.send_problem(&Problem::new(500)),
    }
}

fn make(api: &Api, prefix: &[u8]) -> Option<Rc<[u8]>> {
    let description = api.description();
    let methods = api.methods();
    // Paths that somebody chose come first, and have the names of their methods.
    let (by_convention, own): (Vec<&Route>, Vec<&Route>) = methods
        .routes
        .iter()
        .partition(|route| route.pattern.starts_with(super::BASE));
    let routes: Vec<&Route> = own.into_iter().chain(by_convention).collect();
    let names: Vec<String> = routes.iter().flat_map(|route| names_of(route)).collect();
    let mut names = names.iter();
    let operations: Vec<Operation<'_>> = routes
        .iter()
        .filter_map(|route| operation(route, &methods, &mut names))
        .collect();
    let server = String::from_utf8_lossy(prefix);
    let server = if server.is_empty() { "/" } else { &server };
    let mut text = Vec::new();
    if let Err(error) = openapi::write(&description, &operations, server, &mut text) {
        current::report(
            Level::Error,
            "the OpenAPI document can't be written",
            &[("reason", &error.to_string())],
        );
        return None;
    }
    let text: Rc<[u8]> = text.into();
    // What was exported meanwhile is not in it.
    if Rc::ptr_eq(&methods, &api.methods()) {
        *api.openapi.borrow_mut() = Some(Document {
            prefix: prefix.to_vec(),
            text: Rc::clone(&text),
        });
    }
    Some(text)
}

/// The names that arguments have in queries and headers.
fn names_of(route: &Route) -> impl Iterator<Item = String> {
    route.sources.iter().filter_map(|source| match source {
        Source::Query(name) => Some(String::from_utf8_lossy(name).into_owned()),
        Source::Header(name) => Some(name.to_string()),
        Source::Path | Source::Member | Source::Body => None,
    })
}

/// `names` has those of this route next.
fn operation<'a>(
    route: &'a Route,
    methods: &Methods,
    names: &mut impl Iterator<Item = &'a String>,
) -> Option<Operation<'a>> {
    let places = route
        .sources
        .iter()
        .map(|source| match source {
            Source::Path => Place::Path,
            Source::Query(_) => Place::Query(names.next().map_or("", |name| name)),
            Source::Header(_) => Place::Header(names.next().map_or("", |name| name)),
            Source::Member => Place::Member,
            Source::Body => Place::Body,
        })
        .collect();
    let method = methods.get(route.method)?;
    let (status, has_result) = route.outcome(method);
    Some(Operation {
        method: route.method as usize,
        verb: match route.verb {
            Verb::Get => "get",
            Verb::Put => "put",
            Verb::Patch => "patch",
            Verb::Delete => "delete",
            _ => "post",
        },
        path: &route.pattern,
        status,
        has_result,
        places,
    })
}
