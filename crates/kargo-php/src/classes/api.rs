//! `Kargo\Rpc\Api`: exports classes and callables; a server answers for it.

use std::net::IpAddr;
use std::rc::Rc;

use kargo_policy::redis::Location;
use kargo_rpc::Limits;

use crate::engine::call::native;
use crate::engine::throw::{class, throw};
use crate::engine::value::{array_iter, array_push, class_of, new_array};
use crate::engine::{Call, Owned, Thrown, Zv, ffi, object, throw_value_error};
use crate::rpc::Api;
use crate::rpc::cors::Cors;
use crate::rpc::declared::find_class;
use crate::rpc::export;
use crate::rpc::policy::{self, Proxies};
use crate::rpc::signature::ExportError;

native! {
    kargo_rpc_api_construct => construct;
    kargo_rpc_api_export => export;
    kargo_rpc_api_allow => allow;
    kargo_rpc_api_methods => methods;
}

const DEFAULT_TITLE: &str = "API";
/// Calls in one body at most.
const MOST_CALLS: i64 = 1_000_000;
/// PHP gives up nested values by recursion, so they must not be deeper than its stack bears.
const DEEPEST: i64 = 10_000;
/// Bytes of kept results at most.
const MOST_SHARED: i64 = 4 << 30;

/// An integer argument from 1 to `most`.
fn size(call: &Call, index: u32, default: i64, most: i64) -> Result<usize, Thrown> {
    let value = call.int_or(index, default)?;
    let is_allowed = (1..=most).contains(&value);
    usize::try_from(value)
        .ok()
        .filter(|_| is_allowed)
        .ok_or_else(|| throw_value_error(index + 1, &format!("must be between 1 and {most}")))
}

fn construct(call: &Call) -> Result<(), Thrown> {
    let title = String::from_utf8_lossy(call.bytes_or(0, DEFAULT_TITLE.as_bytes())?);
    let version = String::from_utf8_lossy(call.bytes_or(1, b"1.0")?);
    let limits = Limits {
        max_batch: size(call, 2, 1000, MOST_CALLS)?,
        max_depth: size(call, 3, 512, DEEPEST)?,
        ..Limits::default()
    };
    let is_no_content = call.bool_or(4, false)?;
    if !object::native::<Rc<Api>>(call.this()).is_null() {
        return Err(throw(class::error(), "an Api can't be constructed twice"));
    }
    let mut api = Api::new(&title, &version, limits, is_no_content);
    if let Some(cors) = call.argument(5).and_then(Zv::object) {
        if class_of(cors) != class::cors() {
            return Err(call.wrong_type(5, c"of type ?Kargo\\Rpc\\Cors"));
        }
        api.cors = Some(Rc::new(Cors::of(cors)));
        api.lets_pages_in.set(true);
    }
    api.namespace = namespace(call.bytes_or(6, b"")?)?.into();
    api.has_console = call.bool_or(7, true)?;
    let bad = |message: String| throw(class::configuration_exception(), &message);
    if let Some(auth) = call.argument(8) {
        api.auth = policy::read_auth(auth).map_err(bad)?;
    }
    if let Some(proxies) = call.argument(9) {
        api.proxies = proxies_of(proxies).map_err(bad)?;
    }
    api.shared_bytes = size(call, 10, 32 << 20, MOST_SHARED)?;
    api.store = store(call.bytes_or(11, b"")?, &title).map_err(bad)?;
    object::set_native::<Rc<Api>>(call.this(), Rc::new(api));
    Ok(())
}

/// A namespace is a name that XML can hold, without white space.
fn namespace(given: &[u8]) -> Result<&str, Thrown> {
    std::str::from_utf8(given)
        .ok()
        .filter(|text| {
            !text
                .chars()
                .any(|character| character.is_whitespace() || character.is_control())
        })
        .ok_or_else(|| throw_value_error(7, "must be a URI"))
}

/// The server that several machines share. What is wrong with it is told without it, since it has a password.
fn store(given: &[u8], title: &str) -> Result<Option<Rc<Location>>, String> {
    if given.is_empty() {
        return Ok(None);
    }
    let location = std::str::from_utf8(given)
        .map_err(|_| "store: it must be text".to_owned())
        .and_then(|text| Location::parse(text).map_err(|error| format!("store: {error}")))?;
    if location.prefix().is_none() && title == DEFAULT_TITLE {
        return Err(
            "store: applications that share a server are told apart by the Api's title, so give it one; or a prefix: \
             redis://HOST?prefix=NAME"
                .to_owned(),
        );
    }
    Ok(Some(Rc::new(location)))
}

/// Addresses of proxies.
fn proxies_of(value: Zv) -> Result<Proxies, String> {
    let Some(array) = value.array() else {
        return Ok(Proxies::default());
    };
    let addresses: Result<Vec<IpAddr>, String> = array_iter(array)
        .map(|(_, item)| {
            let text = String::from_utf8_lossy(item.dereferenced().bytes().unwrap_or_default());
            text.parse()
                .map_err(|_| format!("\"{}\" is no address", text.escape_debug()))
        })
        .collect();
    addresses.map(Proxies::new)
}

fn api(call: &Call) -> Result<Rc<Api>, Thrown> {
    let api = object::native::<Rc<Api>>(call.this());
    if api.is_null() {
        return Err(throw(class::error(), "this Api was never constructed"));
    }
    // SAFETY: a constructed Api has its value.
    Ok(unsafe { Rc::clone(&*api) })
}

fn export(call: &Call) -> Result<(), Thrown> {
    let api = api(call)?;
    let namespace = call.bytes_or(1, b"")?;
    let Some(what) = call.argument(0) else {
        return Err(call.wrong_type(0, c"an object, a class name or a callable"));
    };
    let added = export::export(what, namespace).and_then(|mut methods| {
        policy::attach(&api, &mut methods)?;
        api.add(methods).map_err(ExportError::Refused)
    });
    drop(api);
    added.map_err(failed)?;
    call.return_this();
    Ok(())
}

fn failed(error: ExportError) -> Thrown {
    match error {
        ExportError::Refused(message) => throw(class::configuration_exception(), &message),
        ExportError::Thrown => Thrown,
        ExportError::Fatal => {
            // SAFETY: the script ends as the fatal error would have ended it; nothing is left to be dropped.
            unsafe { ffi::kg_bailout() }
            Thrown
        }
    }
}

fn allow(call: &Call) -> Result<(), Thrown> {
    let api = api(call)?;
    for index in 0..call.count() {
        let name = call.bytes(index)?;
        let entry = find_class(name, std::ptr::null_mut()).map_err(failed)?;
        // SAFETY: classes live as long as the script.
        let is_exception =
            !entry.is_null() && unsafe { ffi::kg_is_subclass(entry, class::throwable()) };
        if !is_exception {
            let name = String::from_utf8_lossy(name);
            return Err(throw(
                class::configuration_exception(),
                &format!("{name} is no exception class, so it can't be allowed"),
            ));
        }
        api.allow(entry);
    }
    call.return_this();
    Ok(())
}

fn methods(call: &Call) -> Result<(), Thrown> {
    let list = new_array(16);
    for method in &api(call)?.methods().list {
        let mut name = Owned::of_bytes(&method.name);
        array_push(list, name.zv());
        name.zv().set_undefined();
    }
    call.result().set_array(list);
    Ok(())
}
