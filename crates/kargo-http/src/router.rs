//! Paths and methods to values.
//!
//! A pattern is an absolute path, written decoded, whose segments are
//!
//! | segment | matches |
//! |---|---|
//! | `polls` | itself, byte by byte, after percent-decoding |
//! | `{id}` | any segment that is not empty |
//! | `{path...}` | the rest of the path, at the end of a pattern only; not empty |
//!
//! `/polls` and `/polls/` are two paths, `/a//b` has an empty segment in its middle. Where several
//! patterns match, a literal goes before a parameter, a parameter before a rest, a rest before a
//! mount, from left to right; the first that takes the method wins.
//!
//! Paths are split at `/` first and percent-decoded once, segment by segment, so that `%2F` is a
//! slash inside a segment and never a border. Bad escapes, `%00` and the segments `.` and `..`,
//! also when encoded, are errors ([`PathError`]).
//!
//! ```
//! use kargo_http::Method;
//! use kargo_http::router::{Match, Router};
//!
//! let mut router = Router::new();
//! router.add(Method::Get, "/polls", "list")?;
//! router.add(Method::Get, "/polls/{id}", "show")?;
//!
//! match router.find(Method::Get, b"GET", b"/polls/caf%C3%A9") {
//!     Ok(Match::Found { value, params }) => {
//!         assert_eq!(*value, "show");
//!         assert_eq!(params.get("id").as_deref(), Some("café".as_bytes()));
//!     }
//!     _ => unreachable!(),
//! }
//! let put = router.find(Method::Put, b"PUT", b"/polls");
//! assert!(matches!(put, Ok(Match::MethodNotAllowed { allow }) if allow == "GET, HEAD, OPTIONS"));
//! # Ok::<(), kargo_http::router::RouteError>(())
//! ```

mod error;
mod methods;
mod params;
mod path;
mod pattern;
mod statics;
mod tree;

pub use error::PathError;
pub use error::RouteError;
pub use methods::MethodSet;
pub use params::Params;

use crate::Method;
use params::Captures;
use path::check_path;
use pattern::End;
use pattern::Pattern;
use statics::StaticPaths;
use tree::Tree;

/// Maps paths and methods to values. Filled once at start; looking up allocates nothing but the
/// list of allowed methods where there is one to tell.
#[derive(Clone, Debug)]
pub struct Router<T> {
    endpoints: Vec<Endpoint<T>>,
    statics: StaticPaths,
    tree: Tree,
}

/// All routes whose patterns match the same paths.
#[derive(Clone, Debug)]
struct Endpoint<T> {
    routes: Vec<Route<T>>,
}

#[derive(Clone, Debug)]
struct Route<T> {
    methods: MethodSet,
    pattern: Pattern,
    value: T,
}

/// What a lookup found.
#[derive(Clone, Debug)]
pub enum Match<'r, 'p, T> {
    /// There is a route for path and method.
    Found {
        /// The value given to [`Router::add`] or [`Router::mount`].
        value: &'r T,
        /// What the path has in the places of the pattern's parameters.
        params: Params<'r, 'p>,
    },
    /// The path is known, the method not allowed there: 405.
    MethodNotAllowed {
        /// The value of the Allow header.
        allow: String,
    },
    /// OPTIONS for a path no route of which takes OPTIONS: 204 with Allow.
    Options {
        /// The value of the Allow header.
        allow: String,
    },
    /// No route whatsoever has the method, and it is none that HTTP itself defines for resources:
    /// 501 (RFC 9110 section 9.1).
    MethodUnknown,
    /// No pattern matches the path: 404.
    NotFound,
}

impl<T> Default for Router<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Router<T> {
    /// A router without routes.
    pub const fn new() -> Self {
        Self {
            endpoints: Vec::new(),
            statics: StaticPaths::new(),
            tree: Tree::new(),
        }
    }

    /// Adds a route. GET takes HEAD too, unless another route of the pattern takes HEAD; OPTIONS
    /// is answered by [`Match::Options`], unless a route takes it.
    pub fn add(
        &mut self,
        methods: impl Into<MethodSet>,
        pattern: &str,
        value: T,
    ) -> Result<(), RouteError> {
        self.insert(methods.into(), Pattern::parse(pattern)?, value)
    }

    /// Adds a route for all methods, for the path `prefix` and everything below it. What is below
    /// is told by [`Params::mounted_path`].
    pub fn mount(&mut self, prefix: &str, value: T) -> Result<(), RouteError> {
        self.insert(MethodSet::any(), Pattern::parse_mount(prefix)?, value)
    }

    fn insert(&mut self, methods: MethodSet, pattern: Pattern, value: T) -> Result<(), RouteError> {
        let (is_new, index) = {
            let slot = self.tree.endpoint_slot(&pattern);
            (slot.is_none(), *slot.get_or_insert(self.endpoints.len()))
        };
        if is_new {
            self.endpoints.push(Endpoint { routes: Vec::new() });
            if let Some(path) = pattern.as_static_path() {
                self.statics.insert(path.into_bytes(), index);
            }
        }
        let Some(endpoint) = self.endpoints.get_mut(index) else {
            return Ok(());
        };
        if let Some(existing) = endpoint
            .routes
            .iter()
            .find(|route| route.methods.overlaps(&methods))
        {
            return Err(RouteError::Conflict {
                pattern: pattern.text().to_owned(),
                existing: existing.pattern.text().to_owned(),
                methods: methods.overlap(&existing.methods),
            });
        }
        endpoint.routes.push(Route {
            methods,
            pattern,
            value,
        });
        Ok(())
    }

    /// The value of a route without parameters, for a path that is sent as the pattern is written: what is asked for
    /// most, at the price of one comparison. `None` says nothing; then [`Router::find`] knows.
    #[inline]
    pub fn find_static(&self, method: Method, method_name: &[u8], path: &[u8]) -> Option<&T> {
        let endpoint = self.endpoints.get(self.statics.find(path)?)?;
        endpoint
            .route_for(method, method_name)
            .map(|route| &route.value)
    }

    /// Looks up a request. `method_name` is the method as sent, of interest for
    /// [`Method::Other`]; `path` is still percent-encoded, without the query.
    #[inline]
    pub fn find<'r, 'p>(
        &'r self,
        method: Method,
        method_name: &[u8],
        path: &'p [u8],
    ) -> Result<Match<'r, 'p, T>, PathError> {
        // A path equal to a pattern needs no decoding: patterns hold neither "%" nor dot segments.
        if let Some(index) = self.statics.find(path)
            && let Some(endpoint) = self.endpoints.get(index)
            && let Some(route) = endpoint.route_for(method, method_name)
        {
            return Ok(route.found(path, &Captures::default()));
        }
        self.find_by_segments(method, method_name, path)
    }

    #[inline(never)]
    fn find_by_segments<'r, 'p>(
        &'r self,
        method: Method,
        method_name: &[u8],
        path: &'p [u8],
    ) -> Result<Match<'r, 'p, T>, PathError> {
        if path == b"*" && method == Method::Options {
            return Ok(Match::Options {
                allow: self.allowed_methods(),
            });
        }
        let mut found = None;
        let mut allowed = MethodSet::default();
        let mut path_is_known = false;
        if path.first() == Some(&b'/') {
            let has_escapes = check_path(path)?;
            self.tree.search(path, has_escapes, &mut |index, captures| {
                let Some(endpoint) = self.endpoints.get(index) else {
                    return false;
                };
                // Routes come first: what is below a mount does not answer for them.
                if path_is_known && endpoint.is_mount() {
                    return true;
                }
                path_is_known = true;
                match endpoint.route_for(method, method_name) {
                    Some(route) => found = Some(route.found(path, captures)),
                    None => endpoint
                        .routes
                        .iter()
                        .for_each(|route| allowed.extend(&route.methods)),
                }
                found.is_some()
            });
        }
        if let Some(found) = found {
            return Ok(found);
        }
        let is_unknown = matches!(method, Method::Other | Method::Connect)
            && !self
                .routes()
                .any(|route| route.methods.names(method, method_name));
        Ok(match (path_is_known, method) {
            _ if is_unknown => Match::MethodUnknown,
            (false, _) => Match::NotFound,
            (true, Method::Options) => Match::Options {
                allow: allowed.to_allow(),
            },
            (true, _) => Match::MethodNotAllowed {
                allow: allowed.to_allow(),
            },
        })
    }

    /// The methods of all routes together, as an Allow header lists them: the answer to
    /// `OPTIONS *`.
    pub fn allowed_methods(&self) -> String {
        let mut all = MethodSet::default();
        self.routes().for_each(|route| all.extend(&route.methods));
        all.to_allow()
    }

    fn routes(&self) -> impl Iterator<Item = &Route<T>> {
        self.endpoints.iter().flat_map(|endpoint| &endpoint.routes)
    }
}

impl<T> Endpoint<T> {
    fn is_mount(&self) -> bool {
        self.routes
            .first()
            .is_some_and(|route| route.pattern.end() == End::Mount)
    }

    #[inline]
    fn route_for(&self, method: Method, name: &[u8]) -> Option<&Route<T>> {
        self.routes
            .iter()
            .find(|route| route.methods.contains(method, name))
            .or_else(|| {
                // HEAD follows GET (RFC 9110 section 9.3.2).
                self.routes.iter().find(|route| {
                    method == Method::Head && route.methods.contains(Method::Get, b"")
                })
            })
    }
}

impl<T> Route<T> {
    #[inline]
    fn found<'r, 'p>(&'r self, path: &'p [u8], captures: &Captures) -> Match<'r, 'p, T> {
        Match::Found {
            value: &self.value,
            params: Params::new(&self.pattern, path, captures),
        }
    }
}

#[cfg(test)]
mod tests;
