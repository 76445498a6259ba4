//! Which request goes where.

use std::rc::Rc;

use kargo_http::router::Match;
use kargo_loop::EventLoop;
use kargo_net::RequestId;

use crate::app::Application;
use crate::classes::request::{Parameters, State};
use crate::engine::{Callable, object};
use crate::rpc::Api;
use crate::scripts::Scripts;
use crate::serve::body_gate::RouteUploads;
use crate::serve::files::Mounted;
use crate::serve::server::{HandlerCall, Serving, host_is_allowed};

/// What a route leads to.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    Handler(Rc<Callable>, RouteUploads),
    Api(Rc<Api>),
    Files(Rc<Mounted>),
    Application(Rc<Application>, RouteUploads),
    Scripts(Rc<Scripts>),
}

/// What is to be done with a request.
#[derive(Debug)]
pub(crate) enum Route {
    /// Call this.
    Handler(HandlerCall),
    /// An API, which of its paths, and the request's number.
    Api(Rc<Api>, crate::rpc::Door, u64),
    /// Run this application, which is mounted at so many bytes of the path; there is no handler to be called.
    Application(Rc<Application>, usize, HandlerCall),
    /// A document root of scripts, mounted at so many bytes of the path, and the request's number.
    Scripts(Rc<Scripts>, usize, u64),
    /// Nothing: it was answered.
    Answered,
}

impl Target {
    /// The application that it leads to, at once or behind files.
    pub(crate) fn application(&self) -> Option<&Rc<Application>> {
        match self {
            Self::Application(application, _) => Some(application),
            Self::Files(mounted) => mounted.otherwise.as_ref()?.application(),
            Self::Handler(..) | Self::Api(_) | Self::Scripts(_) => None,
        }
    }

    /// Whether it leads to scripts, at once or behind files.
    pub(crate) fn has_scripts(&self) -> bool {
        match self {
            Self::Scripts(_) => true,
            Self::Files(mounted) => mounted.otherwise.as_ref().is_some_and(Self::has_scripts),
            Self::Handler(..) | Self::Api(_) | Self::Application(..) => false,
        }
    }
}

impl Serving {
    /// Finds what is to be done with a request; what needs no PHP is answered at once.
    #[inline]
    pub(crate) fn route(&mut self, id: RequestId, events: &mut EventLoop) -> Route {
        let router = Rc::clone(&self.router);
        let Some(request) = self.net.request(id) else {
            return Route::Answered;
        };
        let (head, bytes) = (request.head(), request.bytes());
        if self.is_refusing {
            self.refuse(id, events, 503, None);
            return Route::Answered;
        }
        if !self.hosts.is_empty() && !host_is_allowed(&self.hosts, head.host(bytes)) {
            self.refuse(id, events, 421, None);
            return Route::Answered;
        }
        let (method, name, path) = (head.method(), head.method_name(bytes), head.path(bytes));
        let (status, allow) = match router.find(method, name, path) {
            Ok(Match::Found { value, params }) => {
                let mut target = value;
                loop {
                    match target {
                        Target::Handler(callable, _) => {
                            let cache = callable.cache();
                            let parameters: Parameters = params
                                .iter()
                                .map(|(name, value)| (Rc::from(name), value.into_owned()))
                                .collect();
                            let call = self.handler_call(id, cache);
                            if call.request.is_null() {
                                self.matched = parameters;
                            } else {
                                // SAFETY: as in `handler_call`.
                                let state = unsafe { &mut *object::native::<State>(call.request) };
                                state.parameters = parameters;
                            }
                            return Route::Handler(call);
                        }
                        Target::Api(api) => {
                            let below = params.mounted_path();
                            match crate::rpc::Door::of(api, method, path, below) {
                                Ok(door) => {
                                    self.last_number += 1;
                                    return Route::Api(Rc::clone(api), door, self.last_number);
                                }
                                Err((status, allow)) => break (status, allow.map(str::to_owned)),
                            }
                        }
                        Target::Application(application, _) => {
                            let below = params.mounted_path().unwrap_or(path);
                            let prefix = path.len() - below.len();
                            let call = self.handler_call(id, std::ptr::null());
                            return Route::Application(Rc::clone(application), prefix, call);
                        }
                        Target::Scripts(scripts) => {
                            let below = params.mounted_path().unwrap_or(path);
                            let prefix = path.len() - below.len();
                            self.last_number += 1;
                            return Route::Scripts(Rc::clone(scripts), prefix, self.last_number);
                        }
                        Target::Files(mounted) => {
                            let below = params.mounted_path().unwrap_or(path);
                            if let Some(reply) = mounted.find(&request, below) {
                                mounted.send(&mut self.net, events, id, reply);
                                return Route::Answered;
                            }
                            match &mounted.otherwise {
                                Some(next) => target = next,
                                None => break (404, None),
                            }
                        }
                    }
                }
            }
            Ok(Match::MethodNotAllowed { allow }) => (405, Some(allow)),
            Ok(Match::Options { allow }) => (204, Some(allow)),
            Ok(Match::MethodUnknown) => (501, None),
            Ok(Match::NotFound) => (404, None),
            Err(_) => (400, None),
        };
        self.refuse(id, events, status, allow.as_deref());
        Route::Answered
    }
}
