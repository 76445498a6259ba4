//! `Kargo\Http\Server`: listeners, routes, and run().

use std::rc::Rc;

use kargo_http::Method;
use kargo_http::router::{MethodSet, RouteError, Router};
use kargo_net::{ListenAddress, Listener};
use kargo_supervisor::Inherited;

use crate::app::Application;
use crate::classes::app;
use crate::classes::options::Options;
use crate::classes::sessions;
use crate::engine::call::native;
use crate::engine::throw::{class, throw, throw_to_operator};
use crate::engine::value::{array_iter, array_push, class_of, new_array};
use crate::engine::{Call, Callable, Global, Owned, Thrown, Zv, ffi, object};
use crate::isolation;
use crate::serve::body_gate::RouteUploads;
use crate::serve::plan::Plan;
use crate::serve::route::Target;
use crate::serve::runner;
use crate::sessions::Sessions;

native! {
    kargo_http_server_listen => listen;
    kargo_http_server_addresses => addresses;
    kargo_http_server_get => get;
    kargo_http_server_post => post;
    kargo_http_server_put => put;
    kargo_http_server_patch => patch;
    kargo_http_server_delete => delete;
    kargo_http_server_any => any;
    kargo_http_server_route => route;
    kargo_http_server_mount => mount;
    kargo_http_server_on_worker_start => on_worker_start;
    kargo_http_server_sessions => keep_sessions;
    kargo_http_server_isolate => isolate;
    kargo_http_server_run => run;
    kargo_http_server_stop => stop;
}

/// What a Server object holds.
#[derive(Debug)]
pub(crate) struct State {
    options: Options,
    listeners: Vec<Listener>,
    router: Router<Target>,
    start_callbacks: Vec<Rc<Callable>>,
    /// Those to be booted.
    applications: Vec<Rc<Application>>,
    isolation: isolation::Settings,
    sessions: Option<Rc<Sessions>>,
    /// Whether script processes are needed.
    has_scripts: bool,
}

/// Listening sockets that came through exec, until somebody listens on their addresses.
static INHERITED: Global<Inherited> = Global::new();

fn state<'a>(call: &Call) -> Result<&'a mut State, Thrown> {
    let state = object::native::<State>(call.this());
    if state.is_null() {
        return Err(throw(
            class::error(),
            "this Server was not made by Server::listen()",
        ));
    }
    // SAFETY: the object is alive during the call, and one thread uses it.
    Ok(unsafe { &mut *state })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The strings of an argument that is one or a list of them.
pub(crate) fn strings(call: &Call, index: u32) -> Result<Vec<String>, Thrown> {
    let list = call.argument(index).and_then(Zv::array);
    let Some(list) = list else {
        return Ok(vec![text(call.bytes(index)?)]);
    };
    array_iter(list)
        .map(|(_, value)| {
            value
                .dereferenced()
                .bytes()
                .map(text)
                .ok_or_else(|| call.wrong_type(index, c"a string or a list of strings"))
        })
        .collect()
}

/// Begins to listen, or takes over what listens there already and came through exec.
///
/// # Errors
/// An exception for the operator is pending.
pub(crate) fn open(address: &str, backlog: Option<i32>) -> Result<Listener, Thrown> {
    let refused = |message: String, is_configuration: bool| {
        let kind = if is_configuration {
            class::configuration_exception()
        } else {
            class::transport_exception()
        };
        throw_to_operator(kind, &message)
    };
    let parsed: ListenAddress = address
        .parse()
        .map_err(|error: kargo_net::ListenError| refused(error.to_string(), true))?;
    let mut failure = None;
    let inherited = INHERITED.with_or(
        || {
            Inherited::from_env().unwrap_or_else(|error| {
                failure = Some(error.to_string());
                Inherited::default()
            })
        },
        |inherited| inherited.take(address),
    );
    if let Some(message) = failure {
        return Err(refused(message, true));
    }
    match inherited {
        Some(fd) => Listener::from_fd(fd)
            .map_err(|error| refused(format!("can't listen on {address}: {error}"), false)),
        None => match backlog {
            None => Listener::bind(&parsed),
            Some(backlog) => Listener::bind_with_backlog(&parsed, backlog),
        }
        .map_err(|error| refused(error.to_string(), false)),
    }
}

fn listen(call: &Call) -> Result<(), Thrown> {
    let addresses = strings(call, 0)?;
    let options = call
        .argument(1)
        .and_then(Zv::object)
        .map_or_else(Options::default, Options::read);
    let mut server = object::instantiate(class::server(), open_all(&addresses, options)?);
    call.result().copy_from(server.zv());
    Ok(())
}

/// A server that listens on all of these.
fn open_all(addresses: &[String], options: Options) -> Result<State, Thrown> {
    if addresses.is_empty() {
        return Err(throw(
            class::configuration_exception(),
            "listen() needs an address",
        ));
    }
    let listeners = addresses
        .iter()
        .map(|address| open(address, None))
        .collect::<Result<_, _>>()?;
    Ok(State {
        options,
        listeners,
        router: Router::new(),
        start_callbacks: Vec::new(),
        applications: Vec::new(),
        isolation: isolation::Settings::default(),
        sessions: None,
        has_scripts: false,
    })
}

/// An address as people write it: a URL for TCP.
pub(crate) fn shown(address: &ListenAddress) -> String {
    match address {
        ListenAddress::Inet(inet) => format!("http://{inet}"),
        ListenAddress::Unix(_) => address.to_string(),
    }
}

fn addresses(call: &Call) -> Result<(), Thrown> {
    let list = new_array(4);
    for listener in &state(call)?.listeners {
        let mut address = Owned::of_bytes(listener.address().to_string().as_bytes());
        array_push(list, address.zv());
        address.zv().set_undefined();
    }
    call.result().set_array(list);
    Ok(())
}

fn route_error(error: &RouteError) -> Thrown {
    throw(class::configuration_exception(), &error.to_string())
}

/// The handler in argument `index`.
fn handler_argument(call: &Call, index: u32) -> Result<Target, Thrown> {
    let Some(value) = call.argument(index) else {
        return Err(call.wrong_type(index, c"a handler"));
    };
    Callable::handler(value)
        .map(|callable| Target::Handler(Rc::new(callable), RouteUploads::Usual))
        .map_err(|reason| {
            let expected =
                std::ffi::CString::new(format!("a callable or Kargo\\Http\\Handler, {reason}"));
            call.wrong_type(index, &expected.unwrap_or_default())
        })
}

fn add(call: &Call, methods: MethodSet, path: u32) -> Result<(), Thrown> {
    let target = with_uploads(call, handler_argument(call, path + 1)?, path + 2)?;
    state(call)?
        .router
        .add(methods, &text(call.bytes(path)?), target)
        .map_err(|error| route_error(&error))?;
    call.return_this();
    Ok(())
}

/// The same target, with the limits on forms that argument `index` gives it.
fn with_uploads(call: &Call, target: Target, index: u32) -> Result<Target, Thrown> {
    match (target, RouteUploads::argument(call, index)?) {
        (target, RouteUploads::Usual) => Ok(target),
        (Target::Handler(callable, _), uploads) => Ok(Target::Handler(callable, uploads)),
        (Target::Application(application, _), uploads) => {
            Ok(Target::Application(application, uploads))
        }
        _ => Err(throw(
            class::configuration_exception(),
            "only handlers and applications have limits on uploads",
        )),
    }
}

fn get(call: &Call) -> Result<(), Thrown> {
    add(call, Method::Get.into(), 0)
}

fn post(call: &Call) -> Result<(), Thrown> {
    add(call, Method::Post.into(), 0)
}

fn put(call: &Call) -> Result<(), Thrown> {
    add(call, Method::Put.into(), 0)
}

fn patch(call: &Call) -> Result<(), Thrown> {
    add(call, Method::Patch.into(), 0)
}

fn delete(call: &Call) -> Result<(), Thrown> {
    add(call, Method::Delete.into(), 0)
}

fn any(call: &Call) -> Result<(), Thrown> {
    add(call, MethodSet::any(), 0)
}

fn route(call: &Call) -> Result<(), Thrown> {
    let names = strings(call, 0)?;
    if names.is_empty() {
        return Err(throw(
            class::configuration_exception(),
            "a route needs a method",
        ));
    }
    let methods = MethodSet::from_names(names.iter().map(String::as_str))
        .map_err(|error| route_error(&error))?;
    add(call, methods, 1)
}

/// What can be mounted, in argument `index`.
pub(crate) fn target(call: &Call, index: u32) -> Result<Target, Thrown> {
    let Some(object) = call.argument(index).and_then(Zv::object) else {
        return handler_argument(call, index);
    };
    let entry = class_of(object);
    if entry == class::api() {
        mountable(object, "this Api was never constructed").map(Target::Api)
    } else if entry == class::files() {
        mountable(object, "this Files was never constructed").map(Target::Files)
    } else if entry == class::application() {
        app::of(object).map(|application| Target::Application(application, RouteUploads::Usual))
    } else if entry == class::scripts() {
        mountable(object, "this Scripts was never constructed").map(Target::Scripts)
    } else {
        handler_argument(call, index)
    }
}

/// The value of an object that holds an `Rc`.
fn mountable<T>(object: *mut ffi::zend_object, otherwise: &str) -> Result<Rc<T>, Thrown> {
    let value = object::native::<Rc<T>>(object);
    if value.is_null() {
        return Err(throw(class::error(), otherwise));
    }
    // SAFETY: a constructed object has its value, and its class says which type that has.
    Ok(unsafe { Rc::clone(&*value) })
}

fn mount(call: &Call) -> Result<(), Thrown> {
    let prefix = text(call.bytes(0)?);
    let target = with_uploads(call, target(call, 1)?, 2)?;
    state(call)?.mount(&prefix, target)?;
    call.return_this();
    Ok(())
}

impl State {
    fn mount(&mut self, prefix: &str, target: Target) -> Result<(), Thrown> {
        let application = target.application().map(Rc::clone);
        self.has_scripts |= target.has_scripts();
        self.router
            .mount(prefix, target)
            .map_err(|error| route_error(&error))?;
        let is_known = |application: &Rc<Application>| {
            let mut known = self.applications.iter();
            known.any(|other| Rc::ptr_eq(other, application))
        };
        if let Some(application) = application.filter(|it| !is_known(it)) {
            self.applications.push(application);
        }
        Ok(())
    }
}

/// Serves one application at "/".
///
/// # Errors
/// An exception is pending.
pub(crate) fn serve_application(
    application: Rc<Application>,
    addresses: &[String],
    workers: Option<i64>,
    options: Options,
    isolation: isolation::Settings,
) -> Result<(), Thrown> {
    reject_if_running()?;
    let mut state = open_all(addresses, options)?;
    state.isolation = isolation;
    let target = Target::Application(application, RouteUploads::Usual);
    state.mount("/", target)?;
    state.run(workers)
}

fn on_worker_start(call: &Call) -> Result<(), Thrown> {
    let Some(value) = call.argument(0) else {
        return Err(call.wrong_type(0, c"a valid callback"));
    };
    let callable = Callable::new(value).map_err(|reason| {
        let expected = std::ffi::CString::new(format!("a valid callback, {reason}"));
        call.wrong_type(0, &expected.unwrap_or_default())
    })?;
    state(call)?.start_callbacks.push(Rc::new(callable));
    call.return_this();
    Ok(())
}

fn keep_sessions(call: &Call) -> Result<(), Thrown> {
    let Some(object) = call.argument(0).and_then(Zv::object) else {
        return Err(call.wrong_type(0, c"of type Kargo\\Http\\Sessions"));
    };
    state(call)?.sessions = Some(sessions::of(object)?);
    call.return_this();
    Ok(())
}

fn isolate(call: &Call) -> Result<(), Thrown> {
    if call.argument(0).and_then(isolation::Mode::of).is_none() {
        return Err(call.wrong_type(0, c"of type Kargo\\App\\Isolation"));
    }
    let settings = app::isolation_settings(call, 0, 1)?;
    state(call)?.isolation = settings;
    call.return_this();
    Ok(())
}

fn cores() -> i64 {
    std::thread::available_parallelism().map_or(1, |count| i64::try_from(count.get()).unwrap_or(1))
}

fn run(call: &Call) -> Result<(), Thrown> {
    let workers = call.optional_int(0)?;
    reject_if_running()?;
    call.result().set_null();
    state(call)?.run(workers)
}

fn reject_if_running() -> Result<(), Thrown> {
    if runner::is_running() {
        return Err(throw(class::error(), "a loop runs in this process already"));
    }
    Ok(())
}

impl State {
    fn run(&mut self, workers: Option<i64>) -> Result<(), Thrown> {
        let workers = workers.unwrap_or_else(cores);
        if !(0..=1024).contains(&workers) {
            return Err(crate::engine::throw_value_error(
                1,
                "must be between 0 and 1024",
            ));
        }
        let plan = Plan {
            options: self.options.clone(),
            router: Rc::new(std::mem::take(&mut self.router)),
            listeners: std::mem::take(&mut self.listeners),
            start_callbacks: std::mem::take(&mut self.start_callbacks),
            applications: std::mem::take(&mut self.applications),
            isolation: self.isolation.clone(),
            sessions: self.sessions.clone(),
            has_scripts: self.has_scripts,
        };
        if plan.listeners.is_empty() {
            return Err(throw(
                class::error(),
                "this Server has run already; make a new one",
            ));
        }
        if workers == 0 && plan.isolation.mode == isolation::Mode::Strict {
            return Err(throw(
                class::configuration_exception(),
                "Isolation::Strict needs workers, since it replaces them: run(workers: 1) at least",
            ));
        }
        plan.announce(workers);
        match usize::try_from(workers) {
            Ok(0) | Err(_) => plan.serve(None),
            Ok(count) => plan.supervise(count),
        }
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the shape of every native function"
)]
fn stop(_call: &Call) -> Result<(), Thrown> {
    crate::serve::server::stop();
    Ok(())
}
