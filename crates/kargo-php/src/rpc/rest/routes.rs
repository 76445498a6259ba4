//! Which verbs and paths lead to which method.
//!
//! By convention every method is at `/rest/NAMESPACE/METHOD`: POST, and GET too if it is marked as safe. Attributes add
//! paths. What a request may reach is decided here, once, when something is exported.

use std::rc::Rc;

use kargo_http::Method as Verb;
use kargo_http::router::{Match, PathError, Router};

use crate::rpc::Door;
use crate::rpc::api::{Method, Methods};
use crate::rpc::attribute::Attribute;
use crate::rpc::cors::Cors;
use crate::rpc::signature::Parameter;

use super::BASE;

/// All routes of an Api.
#[derive(Clone, Debug, Default)]
pub(crate) struct Routes {
    list: Vec<Rc<Route>>,
    router: Router<u32>,
    has_own_paths: bool,
}

/// One verb at one path.
#[derive(Debug)]
pub(crate) struct Route {
    /// The number of the method.
    pub(crate) method: u32,
    pub(crate) verb: Verb,
    /// Below the mount, with `{name}` where a parameter is.
    pub(crate) pattern: Box<str>,
    /// Of an answer that went well.
    pub(crate) status: u16,
    /// Where the argument of each parameter comes from.
    pub(crate) sources: Box<[Source]>,
    pub(crate) cors: Option<Rc<Cors>>,
}

/// Where an argument comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The part of the path with the parameter's name.
    Path,
    /// The part of the query with this name.
    Query(Box<[u8]>),
    /// The header with this name.
    Header(Box<str>),
    /// The member of the body with the parameter's name.
    Member,
    /// The body.
    Body,
}

/// The attributes that are verbs.
const VERBS: [(&str, Verb); 5] = [
    ("get", Verb::Get),
    ("post", Verb::Post),
    ("put", Verb::Put),
    ("patch", Verb::Patch),
    ("delete", Verb::Delete),
];

/// What the names of methods begin with that change nothing.
const SAFE_BEGINNINGS: [&[u8]; 3] = [b"get", b"list", b"find"];

impl Route {
    /// A route whose arguments are all in the query, or in a form.
    pub(super) fn by_texts(index: u32, verb: Verb, method: &Method) -> Self {
        Self {
            method: index,
            verb: if verb == Verb::Head { Verb::Get } else { verb },
            pattern: BASE.into(),
            status: 200,
            sources: method.signature.members().map(own_query).collect(),
            cors: method.cors.clone(),
        }
    }
}

impl Routes {
    /// Adds the routes of a method, which is number `index` of the Api.
    ///
    /// # Errors
    /// What is wrong with its attributes, or which route is there already.
    pub(crate) fn add(&mut self, index: u32, method: &Method) -> Result<(), String> {
        let label = String::from_utf8_lossy(&method.name);
        let route = |verb, pattern: &str, status, sources| Route {
            method: index,
            verb,
            pattern: pattern.into(),
            status,
            sources,
            cors: method.cors.clone(),
        };
        let told = |error: String| format!("{label}: {error}");
        let path = format!("{BASE}/{}", label.replace('.', "/"));
        let parameters: Vec<&Parameter> = method.signature.members().collect();
        let members = parameters.iter().map(|_| Source::Member).collect();
        let status = status_without_path(method, "post");
        self.insert(route(Verb::Post, &path, status, members))
            .map_err(told)?;
        if is_safe(method) {
            let texts = parameters.iter().copied().map(own_query).collect();
            let status = status_without_path(method, "get");
            self.insert(route(Verb::Get, &path, status, texts))
                .map_err(told)?;
        }
        for (name, verb) in VERBS {
            for attribute in method.signature.attributes.all(name) {
                let Some(path) = attribute.text("path") else {
                    continue;
                };
                let sources = reject_if_taken(&path)
                    .and_then(|()| sources_of(&parameters, &path, verb))
                    .map_err(told)?;
                self.has_own_paths = true;
                self.insert(route(verb, &path, status_of(attribute), sources))
                    .map_err(told)?;
            }
        }
        Ok(())
    }

    fn insert(&mut self, route: Route) -> Result<(), String> {
        let index = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.router
            .add(route.verb, &route.pattern, index)
            .map_err(|error| error.to_string())?;
        self.list.push(Rc::new(route));
        Ok(())
    }

    /// Whether some paths are elsewhere than below `/rest`.
    pub(crate) fn has_own_paths(&self) -> bool {
        self.has_own_paths
    }

    /// Looks up a path below the mount, which is still percent-encoded.
    pub(crate) fn find<'r, 'p>(
        &'r self,
        verb: Verb,
        name: &[u8],
        path: &'p [u8],
    ) -> Result<Match<'r, 'p, u32>, PathError> {
        self.router.find(verb, name, path)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Route> {
        self.list.iter().map(|route| &**route)
    }

    pub(crate) fn get(&self, index: u32) -> Option<&Route> {
        self.list.get(index as usize).map(|route| &**route)
    }

    /// The method that a route leads to.
    pub(crate) fn method_of<'m>(&self, index: u32, methods: &'m Methods) -> Option<&'m Rc<Method>> {
        methods.get(self.get(index)?.method)
    }
}

fn own_query(parameter: &Parameter) -> Source {
    Source::Query(parameter.name.clone())
}

fn status_of(attribute: &Attribute) -> u16 {
    attribute
        .int("status")
        .and_then(|status| u16::try_from(status).ok())
        .unwrap_or(200)
}

/// The status that a verb's attribute without a path asks for at the path by convention.
fn status_without_path(method: &Method, verb: &str) -> u16 {
    method
        .signature
        .attributes
        .all(verb)
        .find(|attribute| attribute.text("path").is_none())
        .map_or(200, status_of)
}

/// Whether GET may call a method by convention. Anybody can make a browser send a GET, so nothing may be changed by one:
/// an attribute says it, or a name that can't be meant otherwise.
pub(super) fn is_safe(method: &Method) -> bool {
    let has = |name: &str| method.signature.attributes.find(name).is_some();
    if VERBS.iter().any(|(name, _)| has(name)) {
        return has("get");
    }
    let name = &method.name;
    let start = name
        .iter()
        .rposition(|byte| matches!(byte, b'.' | b':' | b'/'))
        .map_or(0, |at| at + 1);
    let name = name.get(start..).unwrap_or_default();
    SAFE_BEGINNINGS.iter().any(|beginning| {
        name.strip_prefix(*beginning).is_some_and(|rest| {
            // "getaway" is another word.
            rest.first()
                .is_none_or(|byte| byte.is_ascii_uppercase() || *byte == b'_')
        })
    })
}

/// The paths of other doors can't be routes.
fn reject_if_taken(path: &str) -> Result<(), String> {
    let is_ours = path
        .strip_prefix(BASE)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let is_door = !matches!(
        Door::find(Verb::Get, Some(path.as_bytes())),
        Err((404, None))
    );
    if is_ours || is_door || path == "/" || path.as_bytes() == super::openapi::PATH {
        return Err(format!("the path \"{path}\" has another use"));
    }
    Ok(())
}

/// The names of a pattern's parameters.
pub(crate) fn names_of(pattern: &str) -> impl Iterator<Item = &str> {
    pattern.split('/').filter_map(|segment| {
        let name = segment.strip_prefix('{')?.strip_suffix('}')?;
        Some(name.strip_suffix("...").unwrap_or(name))
    })
}

/// Where the arguments of a route with a path of its own come from.
fn sources_of(parameters: &[&Parameter], path: &str, verb: Verb) -> Result<Box<[Source]>, String> {
    let is_named = |name: &str| {
        parameters
            .iter()
            .any(|parameter| &*parameter.name == name.as_bytes())
    };
    if let Some(name) = names_of(path).find(|name| !is_named(name)) {
        return Err(format!(
            "the path \"{path}\" has {{{name}}}, which is no parameter"
        ));
    }
    let has_body = |parameter: &Parameter| parameter.attributes.find("body").is_some();
    let is_bodiless = matches!(verb, Verb::Get | Verb::Delete);
    let bodies = parameters
        .iter()
        .copied()
        .filter(|one| has_body(one))
        .count();
    if bodies > 1 || (bodies == 1 && is_bodiless) {
        return Err(format!(
            "the path \"{path}\": {}",
            if is_bodiless {
                "requests of this verb have no body"
            } else {
                "there is one body only"
            }
        ));
    }
    let source = |parameter: &Parameter| {
        let name = String::from_utf8_lossy(&parameter.name);
        let find = |name: &str| parameter.attributes.find(name);
        if names_of(path).any(|other| *other == *name) {
            Source::Path
        } else if let Some(header) = find("header") {
            Source::Header(header.text("name").unwrap_or_default().into())
        } else if let Some(query) = find("query") {
            query.text("name").map_or_else(
                || own_query(parameter),
                |name| Source::Query(name.into_bytes().into()),
            )
        } else if has_body(parameter) {
            Source::Body
        } else if is_bodiless || bodies == 1 {
            own_query(parameter)
        } else {
            Source::Member
        }
    };
    Ok(parameters.iter().copied().map(source).collect())
}
