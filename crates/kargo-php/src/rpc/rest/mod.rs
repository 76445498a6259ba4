//! `/rest` and the paths that methods have by attributes: verbs and paths.
//!
//! | module | is |
//! |---|---|
//! | `routes` | which verbs and paths lead to which method, made once per export |
//! | `request`, `bind` | what is read of a request, and the arguments that it has |
//! | `openapi` | the description of all that |
//! | `zend` | calls in the form of an older server |
//! | `reply`, `problem` | what is answered |

mod bind;
pub(crate) mod openapi;
mod problem;
pub(crate) mod reply;
pub(crate) mod request;
pub(crate) mod routes;
mod zend;

use std::rc::Rc;

use kargo_http::Method as Verb;
use kargo_http::router::Match;
use kargo_net::RequestId;
use kargo_rpc::Call;

use crate::engine::Owned;
use crate::rpc::api::{Api, Method, Methods};
use crate::rpc::construct;
use crate::rpc::cors;
use crate::rpc::invoke::invoke;
use crate::rpc::types::Type;
use crate::rpc::workspace::{self, Workspace};

use problem::Problem;
use reply::Reply;
use request::Request;
use routes::Route;

pub(crate) use routes::Routes;

/// Where the routes by convention are, below the mount.
pub(crate) const BASE: &str = "/rest";

/// Whether a path below the mount is ours to answer, be it with 404.
pub(crate) fn takes(api: &Api, path: &[u8]) -> bool {
    path.strip_prefix(BASE.as_bytes())
        .is_some_and(|rest| matches!(rest.first(), None | Some(b'/')))
        || path == openapi::PATH
        || api.methods().routes.has_own_paths()
}

/// Answers a request whose path has `prefix` bytes before what is below the mount.
pub(crate) fn serve(id: RequestId, api: &Rc<Api>, prefix: usize) {
    let Some(request) = Request::read(id, prefix) else {
        return;
    };
    if request.path == openapi::PATH {
        return openapi::serve(api, &request, Reply::new(id));
    }
    if zend::is_path(&request.path) {
        return zend::serve(api, &request, Reply::new(id));
    }
    let methods = api.methods();
    let found = methods
        .routes
        .find(request.verb, &request.verb_name, &request.path);
    let mut reply = Reply::new(id);
    let (status, allow) = match found {
        Ok(Match::Found { value, params }) => {
            if let (Some(route), Some(method)) = (
                methods.routes.get(*value),
                methods.routes.method_of(*value, &methods),
            ) {
                let cors = route.cors.as_deref().or(api.cors.as_deref());
                reply.allow_origin(cors, request.origin.as_deref());
                let arrived = bind::Arrived {
                    request: &request,
                    params: &params,
                    route,
                    texts: &request.query,
                    is_by_texts: false,
                };
                return answer(api, &methods, method, &arrived, &mut reply);
            }
            (404, None)
        }
        Ok(Match::Options { allow }) => {
            preflight(api, &methods, &request, &mut reply, &allow);
            reply.line(b"Allow", allow.into_bytes());
            return reply.send_empty(204);
        }
        Ok(Match::MethodNotAllowed { allow }) => (405, Some(allow)),
        // Not known to anybody, so to this path neither.
        Ok(Match::MethodUnknown) => match methods.routes.find(Verb::Trace, b"TRACE", &request.path)
        {
            Ok(Match::MethodNotAllowed { allow }) => (405, Some(allow)),
            _ => (404, None),
        },
        Ok(Match::NotFound) => (404, None),
        Err(error) => (error.status(), None),
    };
    if let Some(allow) = allow {
        reply.line(b"Allow", allow.into_bytes());
    }
    reply.allow_origin(api.cors.as_deref(), request.origin.as_deref());
    reply.send_problem(&Problem::new(status));
}

/// Answers that the server failed, where no method can be named.
pub(crate) fn send_failure(id: RequestId) {
    Reply::new(id).send_problem(&Problem::new(500));
}

/// What a browser asks before it lets a script of another page send a request.
fn preflight(api: &Api, methods: &Methods, request: &Request, reply: &mut Reply, allow: &str) {
    let wanted = request.header("access-control-request-method");
    let route = wanted.as_deref().and_then(|name| {
        let found = methods
            .routes
            .find(Verb::from_name(name), name, &request.path);
        match found {
            Ok(Match::Found { value, .. }) => methods.routes.get(*value),
            _ => None,
        }
    });
    let cors = route
        .and_then(|route| route.cors.as_deref())
        .or(api.cors.as_deref());
    let is_allowed = reply.allow_origin(cors, request.origin.as_deref());
    if let (Some(cors), true, true) = (cors, is_allowed, route.is_some()) {
        reply.lines(cors::preflight_lines(&[cors], allow, ""));
    }
}

/// Answers a request to one method.
fn answer(
    api: &Rc<Api>,
    methods: &Rc<Methods>,
    method: &Rc<Method>,
    arrived: &bind::Arrived<'_, '_>,
    reply: &mut Reply,
) {
    if let Err(problem) = arrived.reject_if_unwanted(api) {
        return reply.send_problem(&problem);
    }
    let mut workspace = workspace::take();
    workspace.arguments.start(Rc::clone(methods), false);
    let mut result = Owned::undefined();
    let bound = bind::bind(api, method, arrived, &mut workspace);
    let called = bound.and_then(|count| {
        let call = Call::request(arrived.route.method, count, true);
        let Workspace {
            arguments, room, ..
        } = &mut *workspace;
        invoke(api, method, &call, arguments, 0, room, result.zv())
            .map_err(|failure| Problem::of(&failure))
    });
    match called {
        Ok(form) => {
            let result = (result.zv(), form);
            reply.send_result(api, method, arrived, result, &mut workspace.out);
        }
        Err(problem) => reply.send_problem(&problem),
    }
    construct::release(result.zv(), 1);
    workspace::give_back(workspace);
}

impl Route {
    /// Whether nothing is to be changed by a call: it can be repeated, and its answer kept.
    pub(crate) fn is_safe(&self) -> bool {
        self.verb == Verb::Get
    }

    /// The status of an answer that went well, and whether it has a body.
    pub(crate) fn outcome(&self, method: &Method) -> (u16, bool) {
        let is_empty = method.signature.returns == Type::Void || matches!(self.status, 204 | 205);
        let status = if is_empty && self.status == 200 {
            204
        } else {
            self.status
        };
        (status, !is_empty)
    }
}
