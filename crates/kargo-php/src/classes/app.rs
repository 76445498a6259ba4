//! `Kargo\App`: applications, and the functions that PHP's web servers have and its command line has not.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use crate::app::output::{self, c_text};
use crate::app::{Application, Script};
use crate::classes::options::Options;
use crate::classes::server;
use crate::engine::call::native;
use crate::engine::throw::{class, throw};
use crate::engine::value::{class_of, new_array};
use crate::engine::{Call, Callable, Kind, Owned, Thrown, Zv, ffi, object, throw_value_error};
use crate::isolation;
use crate::scripts;
use crate::serve::runtime;

native! {
    kargo_app_application_construct => construct;
    kargo_fn_serve => serve;
    kargo_fn_finish => finish;
    kargo_fn_recycle => recycle;
    kargo_classic_getallheaders => request_headers;
    kargo_classic_apache_request_headers => request_headers;
    kargo_classic_fastcgi_finish_request => finish;
}

/// More would only be memory that nobody uses.
const MOST_BUFFERED: i64 = 64 << 20;
/// A day: longer is a mistake.
const LONGEST: f64 = 86_400.0;

fn construct(call: &Call) -> Result<(), Thrown> {
    if !object::native::<Rc<Application>>(call.this()).is_null() {
        return Err(throw(
            class::error(),
            "an Application can't be constructed twice",
        ));
    }
    let Some(handler) = callable(call, 0)? else {
        return Err(call.wrong_type(0, c"a valid callback"));
    };
    let boot = callable(call, 1)?;
    let buffering = call.int_or(4, 4096)?;
    if !(0..=MOST_BUFFERED).contains(&buffering) {
        return Err(throw_value_error(
            5,
            &format!("must be between 0 and {MOST_BUFFERED}"),
        ));
    }
    let patience = call.float_or(5, 60.0)?;
    if !(0.0..=LONGEST).contains(&patience) {
        return Err(throw_value_error(6, "must be between 0 and a day"));
    }
    let script = script(call.bytes_or(2, b"index.php")?, call.optional_bytes(3)?)?;
    let patience = Duration::from_secs_f64(patience);
    let application = Application::new(handler, boot, script, buffering, patience);
    object::set_native(call.this(), Rc::new(application));
    Ok(())
}

fn callable(call: &Call, index: u32) -> Result<Option<Callable>, Thrown> {
    let Some(value) = call.argument(index) else {
        return Ok(None);
    };
    if value.kind() == Kind::Null {
        return Ok(None);
    }
    Callable::new(value)
        .map(Some)
        .map_err(|reason| call.no_callback(index, &reason))
}

/// Where the application says that it lies.
fn script(name: &[u8], root: Option<&[u8]>) -> Result<Script, Thrown> {
    let bad = |message: &str| throw(class::configuration_exception(), message);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let started = || {
        // SAFETY: no classic request runs: this is the script that was started.
        let started = text(c_text(unsafe { ffi::kg_app_main_script() }));
        let folder = Path::new(&started).parent().map(Path::to_path_buf);
        folder.unwrap_or_else(|| PathBuf::from("/"))
    };
    let root = root.map_or_else(started, |root| PathBuf::from(text(root)));
    let root = std::path::absolute(&root).unwrap_or(root);
    let name = text(name);
    let file = root.join(&name);
    if name.is_empty() || file.file_name().is_none() || name.ends_with('/') || name.contains('\0') {
        return Err(bad("the script must name a file, such as index.php"));
    }
    let below = file.strip_prefix(&root).ok();
    let shown = below
        .map(Path::to_path_buf)
        .or_else(|| file.file_name().map(PathBuf::from));
    let shown = shown.unwrap_or_default().display().to_string();
    Ok(Script {
        document_root: root.display().to_string(),
        file: file.display().to_string(),
        name: format!("/{shown}"),
    })
}

/// The application of a PHP object.
///
/// # Errors
/// An exception is pending: it was never constructed.
pub(crate) fn of(object: *mut ffi::zend_object) -> Result<Rc<Application>, Thrown> {
    let application = object::native::<Rc<Application>>(object);
    if application.is_null() {
        return Err(throw(
            class::error(),
            "this Application was never constructed",
        ));
    }
    // SAFETY: a constructed Application has its value.
    Ok(unsafe { Rc::clone(&*application) })
}

fn serve(call: &Call) -> Result<(), Thrown> {
    let Some(value) = call.argument(0) else {
        return Err(call.wrong_type(0, c"a valid callback"));
    };
    let application = match value.object() {
        Some(object) if class_of(object) == class::application() => of(object)?,
        _ => {
            let Some(handler) = callable(call, 0)? else {
                return Err(call.wrong_type(0, c"a valid callback"));
            };
            let patience = Duration::from_secs(60);
            let script = script(b"index.php", None)?;
            Rc::new(Application::new(handler, None, script, 4096, patience))
        }
    };
    let addresses = match call.argument(1) {
        None => vec!["127.0.0.1:8080".to_owned()],
        Some(_) => server::strings(call, 1)?,
    };
    let workers = call.optional_int(2)?;
    let options = call
        .argument(3)
        .and_then(Zv::object)
        .map_or_else(Options::default, Options::read);
    let isolation = isolation_settings(call, 4, 5)?;
    server::serve_application(application, &addresses, workers, options, isolation)?;
    call.result().set_null();
    Ok(())
}

/// What the guard is told: a mode, and names that may change. `Off` where the mode is left out.
pub(crate) fn isolation_settings(
    call: &Call,
    mode: u32,
    allow: u32,
) -> Result<isolation::Settings, Thrown> {
    let mode = match call.argument(mode) {
        Some(value) if value.kind() != Kind::Null => isolation::Mode::of(value)
            .ok_or_else(|| call.wrong_type(mode, c"of type Kargo\\App\\Isolation"))?,
        _ => isolation::Mode::Off,
    };
    let allow = match call.argument(allow) {
        None => Vec::new(),
        Some(list) if list.array().is_some() => server::strings(call, allow)?,
        Some(_) => return Err(call.wrong_type(allow, c"a list of strings")),
    };
    Ok(isolation::Settings {
        mode,
        allow,
        ..isolation::Settings::default()
    })
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the shape of every native function"
)]
fn finish(call: &Call) -> Result<(), Thrown> {
    let has_finished = scripts::finish().unwrap_or_else(output::finish);
    call.result().set_bool(has_finished);
    Ok(())
}

fn recycle(call: &Call) -> Result<(), Thrown> {
    let reason = String::from_utf8_lossy(call.bytes(0)?).into_owned();
    runtime::with(|runtime| {
        if let Some(serving) = runtime.serving.as_mut() {
            serving.refuse_from_now_on(&reason);
        }
    });
    Ok(())
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the shape of every native function"
)]
fn request_headers(call: &Call) -> Result<(), Thrown> {
    let array = new_array(16);
    call.result().set_array(array);
    let add = |name: &[u8], value: &[u8]| {
        let mut text = Owned::of_bytes(value);
        crate::engine::value::array_set(array, name, text.zv());
        text.zv().set_undefined();
    };
    if !scripts::headers(add) {
        output::view(|request| {
            // Lines of one name are one value, as in $_SERVER.
            let mut lines: Vec<(&[u8], Cow<'_, [u8]>)> = Vec::new();
            for (name, value) in request.head().headers(request.bytes()) {
                let known = lines
                    .iter_mut()
                    .find(|(known, _)| known.eq_ignore_ascii_case(name));
                if let Some((_, known)) = known {
                    let is_cookie = name.eq_ignore_ascii_case(b"cookie");
                    known
                        .to_mut()
                        .extend_from_slice(if is_cookie { b"; " } else { b", " });
                    known.to_mut().extend_from_slice(value);
                } else {
                    lines.push((name, Cow::Borrowed(value)));
                }
            }
            for (name, value) in lines {
                add(name, &value);
            }
        });
    }
    Ok(())
}
