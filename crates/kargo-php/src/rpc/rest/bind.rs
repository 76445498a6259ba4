//! The arguments of a request: texts of its path, query and headers, and what its body has.

use std::any::Any;
use std::borrow::Cow;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use kargo_http::media_type::MediaType;
use kargo_http::router::Params;
use kargo_http::{Method as Verb, accept, percent, query};
use kargo_rpc::description::{Description, Type};
use kargo_rpc::json::JsonScratch;
use kargo_rpc::rest::{Text, TextError, Texts, decode_members, decode_whole};
use kargo_rpc::{Argument, BodyError, BodyErrorKind, CallBuilder, DecodeError, Limits};

use crate::engine::callable::{Outcome, protect};
use crate::rpc::api::{Api, Method};
use crate::rpc::arguments::{Arguments, OutOfMemory};
use crate::rpc::body;
use crate::rpc::check::Mismatch;
use crate::rpc::json::FLOODED;
use crate::rpc::workspace::Workspace;
use crate::serve::handler;

use super::problem::Problem;
use super::request::Request;
use super::routes::{Route, Source};
use super::zend::METHOD;

/// A request that found its route.
pub(crate) struct Arrived<'r, 'p> {
    pub(crate) request: &'r Request,
    pub(crate) params: &'r Params<'r, 'p>,
    pub(crate) route: &'r Route,
    /// What has the arguments that come from the query: it, or a form.
    pub(crate) texts: &'r [u8],
    /// Whether the query names the method, and arguments by their numbers.
    pub(crate) is_by_texts: bool,
}

impl Arrived<'_, '_> {
    /// Refuses what can't be answered, or must not be: before anything of it is read.
    pub(crate) fn reject_if_unwanted(&self, api: &Api) -> Result<(), Problem> {
        if self.is_by_texts {
            return Ok(());
        }
        let request = self.request;
        let accepted = request.headers("accept").join(&b", "[..]);
        if !accept::accepts(&accepted, "application", "json") {
            return Err(Problem::with_detail(406, "Answers are application/json."));
        }
        if !matches!(request.verb, Verb::Post | Verb::Put | Verb::Patch) {
            return Ok(());
        }
        let is_accepted = match request.header("content-type") {
            Some(value) => MediaType::parse(&value).is_some_and(body::is_json),
            // A page of another server can make a browser send a POST without a Content-Type. Any other verb the browser
            // asks about first.
            None => {
                let cors = self.route.cors.as_deref().or(api.cors.as_deref());
                let origin = request.origin.as_deref().unwrap_or_default();
                request.verb != Verb::Post
                    || !request.is_foreign()
                    || cors.is_some_and(|cors| cors.lets_in(origin))
            }
        };
        if is_accepted {
            Ok(())
        } else {
            Err(Problem::with_detail(415, "Send application/json."))
        }
    }
}

/// Puts the arguments of a request on the stack; says how many there are.
pub(crate) fn bind(
    api: &Api,
    method: &Method,
    arrived: &Arrived<'_, '_>,
    workspace: &mut Workspace,
) -> Result<u32, Problem> {
    let route = arrived.route;
    // May run PHP code, so it comes before the body is looked at.
    let description = api.description();
    let described = description.methods.get(route.method as usize);
    let types: Vec<&Type> = described
        .map(|method| method.named().map(|field| &field.ty).collect())
        .unwrap_or_default();
    let gathered = gather(method, arrived, &types).map_err(|error| refused(&error))?;
    let takes_body = route
        .sources
        .iter()
        .any(|source| matches!(source, Source::Member | Source::Body));
    let body = if takes_body || (arrived.request.verb == Verb::Post && !arrived.is_by_texts) {
        // SAFETY: used while it is decoded only, which runs no PHP code.
        unsafe { arrived.request.body() }
    } else {
        b""
    };
    let job = Job {
        arguments: &mut workspace.arguments,
        scratch: &mut workspace.scratch,
        gathered: &gathered,
        body,
        route,
        method,
        types: &types,
        description: &description,
        limits: &api.limits,
        result: None,
        panic: None,
    };
    let count = build(job)?;
    reject_if_elsewhere(
        method,
        route,
        &workspace.arguments,
        gathered.groups.len(),
        count,
    )
    .map_err(|error| refused(&error))?;
    Ok(count)
}

fn refused(mismatch: &Mismatch) -> Problem {
    Problem::of_argument(&mismatch.pointer(), mismatch.reason())
}

/// Texts, and the parameters that they are for.
struct Gathered<'a> {
    texts: Vec<Text<'a>>,
    groups: Vec<Group>,
}

struct Group {
    parameter: usize,
    start: usize,
    end: usize,
    is_list: bool,
}

/// Finds the texts of each parameter, those of a repeated name together.
fn gather<'a>(
    method: &Method,
    arrived: &'a Arrived<'_, '_>,
    types: &[&Type],
) -> Result<Gathered<'a>, Mismatch> {
    let Arrived {
        request,
        params,
        route,
        ..
    } = arrived;
    // The parameter, whether it is written as a list, and the text.
    let mut found: Vec<(usize, bool, Text<'a>)> = Vec::new();
    for pair in query::pairs(arrived.texts) {
        let name = pair.name();
        if arrived.is_by_texts && *name == *METHOD {
            continue;
        }
        let (bare, is_list) = match name.strip_suffix(b"[]") {
            Some(bare) => (bare, true),
            None => (&*name, false),
        };
        let is_named = |source: &Source| matches!(source, Source::Query(query) if **query == *bare);
        let numbered = || {
            arrived
                .is_by_texts
                .then(|| number_of(bare, route.sources.len()))
                .flatten()
        };
        let found_source = route.sources.iter().position(is_named).or_else(numbered);
        let parameter = found_source.ok_or_else(|| {
            Mismatch::new("no such parameter".into()).below(&String::from_utf8_lossy(&name))
        })?;
        found.push((parameter, is_list, pair.value()));
    }
    for (index, source) in route.sources.iter().enumerate() {
        let is_list = types.get(index).is_some_and(|ty| Texts::are_many(ty));
        let name = || {
            let parameter = method.signature.member(index);
            parameter.map_or(Cow::Borrowed(""), |parameter| {
                String::from_utf8_lossy(&parameter.name)
            })
        };
        match source {
            // One text for each item, as OpenAPI has it.
            Source::Path if is_list => {
                let raw = params.raw(&name()).unwrap_or_default();
                let items = raw.split(|byte| *byte == b',').map(percent::decode);
                found.extend(items.map(|item| (index, true, item)));
            }
            Source::Path => {
                found.extend(params.get(&name()).map(|text| (index, false, text)));
            }
            Source::Header(header) => {
                for value in request.headers(header) {
                    if is_list {
                        let items = value
                            .split(|byte| *byte == b',')
                            .map(<[u8]>::trim_ascii)
                            .filter(|item| !item.is_empty());
                        found.extend(items.map(|item| (index, true, Cow::Owned(item.to_vec()))));
                    } else {
                        found.push((index, false, Cow::Owned(value)));
                    }
                }
            }
            Source::Query(_) | Source::Member | Source::Body => {}
        }
    }
    found.sort_by_key(|(parameter, ..)| *parameter);
    let mut empty = empty_lists(method, route, types, &found);
    let mut gathered = Gathered {
        texts: Vec::with_capacity(found.len()),
        groups: Vec::new(),
    };
    for (parameter, is_list, text) in found {
        let at = gathered.texts.len();
        gathered.texts.push(text);
        match gathered.groups.last_mut() {
            Some(group) if group.parameter == parameter => {
                group.end = at + 1;
                group.is_list |= is_list;
            }
            _ => gathered.groups.push(Group {
                parameter,
                start: at,
                end: at + 1,
                is_list,
            }),
        }
    }
    gathered.groups.append(&mut empty);
    Ok(gathered)
}

/// A list without items has no text: where one must be given and nothing is, it is that.
fn empty_lists(
    method: &Method,
    route: &Route,
    types: &[&Type],
    found: &[(usize, bool, Text<'_>)],
) -> Vec<Group> {
    let parameters = method.signature.members().zip(&route.sources);
    parameters
        .enumerate()
        .filter(|(index, (parameter, source))| {
            let is_list = types.get(*index).is_some_and(|ty| Texts::are_only_many(ty));
            matches!(source, Source::Query(_))
                && !parameter.is_optional
                && is_list
                && !found.iter().any(|(other, ..)| other == index)
        })
        .map(|(parameter, _)| Group {
            parameter,
            start: 0,
            end: 0,
            is_list: true,
        })
        .collect()
}

/// The parameter that `arg1`, `arg2` … is, of so many.
fn number_of(name: &[u8], count: usize) -> Option<usize> {
    let digits = name.strip_prefix(b"arg")?;
    let number: usize = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (1..=count).contains(&number).then(|| number - 1)
}

/// An argument has one place: a body can't bring what the path, the query or a header says.
fn reject_if_elsewhere(
    method: &Method,
    route: &Route,
    arguments: &Arguments,
    first: usize,
    count: u32,
) -> Result<(), Mismatch> {
    for index in first..count as usize {
        let Ok(place) = arguments.place(index) else {
            continue;
        };
        if matches!(
            route.sources.get(place),
            Some(Source::Path | Source::Query(_) | Source::Header(_))
        ) {
            let name = method.signature.member(place);
            let name = name.map_or(&b""[..], |parameter| &parameter.name);
            return Err(Mismatch::new("does not belong in the body".into())
                .below(&String::from_utf8_lossy(name)));
        }
    }
    Ok(())
}

struct Job<'a> {
    arguments: &'a mut Arguments,
    scratch: &'a mut JsonScratch,
    gathered: &'a Gathered<'a>,
    body: &'a [u8],
    route: &'a Route,
    method: &'a Method,
    types: &'a [&'a Type],
    description: &'a Description,
    limits: &'a Limits,
    result: Option<Result<u32, Stop>>,
    panic: Option<Box<dyn Any + Send>>,
}

/// Why the values were not made.
#[derive(Clone, Copy, Debug)]
enum Stop {
    /// The texts for this parameter are no UTF-8.
    InvalidUtf8(usize),
    Body(BodyError),
    OutOfMemory,
}

impl From<DecodeError<OutOfMemory>> for Stop {
    fn from(error: DecodeError<OutOfMemory>) -> Self {
        match error {
            DecodeError::Body(error) => Self::Body(error),
            DecodeError::Builder(OutOfMemory) => Self::OutOfMemory,
        }
    }
}

unsafe extern "C" fn build_body(data: *mut c_void) {
    // SAFETY: `build` gives a Job, which only this function uses meanwhile.
    let job = unsafe { &mut *data.cast::<Job<'_>>() };
    // The memory limit may end it by a longjmp: nothing on these frames needs to be dropped.
    match catch_unwind(AssertUnwindSafe(|| job.run())) {
        Ok(result) => job.result = Some(result),
        Err(payload) => job.panic = Some(payload),
    }
}

impl Job<'_> {
    fn run(&mut self) -> Result<u32, Stop> {
        let lost = |OutOfMemory| Stop::OutOfMemory;
        self.arguments.begin_call(&self.method.name).map_err(lost)?;
        let mut count = 0;
        for group in &self.gathered.groups {
            self.begin(group.parameter)?;
            let given = Texts {
                texts: self
                    .gathered
                    .texts
                    .get(group.start..group.end)
                    .unwrap_or_default(),
                is_list: group.is_list,
            };
            let ty = self
                .types
                .get(group.parameter)
                .copied()
                .unwrap_or(&Type::Any);
            given
                .build(
                    ty,
                    self.description,
                    self.limits,
                    self.scratch,
                    self.arguments,
                )
                .map_err(|error| match error {
                    TextError::InvalidUtf8 => Stop::InvalidUtf8(group.parameter),
                    TextError::Builder(OutOfMemory) => Stop::OutOfMemory,
                })?;
            count += 1;
        }
        if self.body.is_empty() {
            return Ok(count);
        }
        let whole = self
            .route
            .sources
            .iter()
            .position(|source| *source == Source::Body);
        if let Some(parameter) = whole {
            self.begin(parameter)?;
            decode_whole(self.body, self.limits, self.scratch, self.arguments)?;
            return Ok(count + 1);
        }
        Ok(count + decode_members(self.body, self.limits, self.scratch, self.arguments)?)
    }

    fn begin(&mut self, parameter: usize) -> Result<(), Stop> {
        let name = self
            .method
            .signature
            .member(parameter)
            .map_or(&b""[..], |parameter| &parameter.name);
        self.arguments
            .begin_argument(Argument::Name(name))
            .map_err(|OutOfMemory| Stop::OutOfMemory)
    }
}

fn build(mut job: Job<'_>) -> Result<u32, Problem> {
    let outcome = protect(&mut job, build_body);
    if let Some(payload) = job.panic {
        resume_unwind(payload);
    }
    if job.arguments.stack.is_flooded() {
        return Err(Problem::with_detail(400, FLOODED));
    }
    let failed = |outcome| {
        handler::log_end(outcome, "decoding a request");
        Err(Problem::new(500))
    };
    match (outcome, job.result) {
        (Outcome::Returned, Some(Ok(count))) => Ok(count),
        (Outcome::Returned, Some(Err(Stop::InvalidUtf8(parameter)))) => {
            let name = job.method.signature.member(parameter);
            let name = name.map_or(&b""[..], |parameter| &parameter.name);
            Err(refused(
                &Mismatch::new("not valid UTF-8".into()).below(&String::from_utf8_lossy(name)),
            ))
        }
        (Outcome::Returned, Some(Err(Stop::Body(error)))) => Err(bad_body(&error)),
        (Outcome::Returned, _) => failed(Outcome::OutOfMemory),
        (outcome, _) => failed(outcome),
    }
}

fn bad_body(error: &BodyError) -> Problem {
    match error.kind {
        BodyErrorKind::NotACall => Problem::of_argument("", "object expected"),
        _ => Problem::with_detail(400, format!("The body is no JSON: {error}.")),
    }
}
