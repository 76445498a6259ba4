//! `Kargo\Http\Files`: what a directory's files are served with.

use std::collections::HashMap;
use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::rc::Rc;

use kargo_files::{HeaderLine, Settings};

use crate::classes::headers::{check_header, check_headers, header_lines};
use crate::classes::server::target;
use crate::engine::call::native;
use crate::engine::throw::{class, throw};
use crate::engine::value::{Key, array_iter};
use crate::engine::{Call, Kind, Thrown, Zv, ffi, object, throw_value_error};
use crate::serve::files::Mounted;

native! {
    kargo_http_files_construct => construct;
}

const OTHERWISE: u32 = 1;
const IMMUTABLE: u32 = 3;
const INDEX: u32 = 4;
const HIDDEN: u32 = 7;
const TYPES: u32 = 8;
const HEADERS: u32 = 9;

/// Ten years: longer is a mistake.
const LONGEST: i64 = 315_360_000;

/// Headers that say something about the very file, which nobody else can know.
const OWN_HEADERS: [&str; 8] = [
    "Accept-Ranges",
    "Content-Encoding",
    "Content-Length",
    "Content-Range",
    "Content-Type",
    "ETag",
    "Last-Modified",
    "X-Content-Type-Options",
];

fn construct(call: &Call) -> Result<(), Thrown> {
    if !object::native::<Rc<Mounted>>(call.this()).is_null() {
        return Err(throw(class::error(), "a Files can't be constructed twice"));
    }
    let directory = call.bytes(0)?;
    let refused = |message: &str| throw(class::configuration_exception(), message);
    let path = CString::new(directory).map_err(|_| throw_value_error(1, "must not hold NUL"))?;
    let otherwise = match call.argument(OTHERWISE) {
        Some(value) if value.kind() != Kind::Null => Some(target(call, OTHERWISE)?),
        _ => None,
    };
    let mut settings = Settings::new(OsStr::from_bytes(directory));
    settings.max_age = match call.optional_int(2)? {
        None => None,
        Some(seconds @ 0..=LONGEST) => Some(seconds.unsigned_abs()),
        Some(_) => return Err(throw_value_error(3, "must be between 0 and ten years")),
    };
    if let Some(folders) = texts(call, IMMUTABLE)? {
        settings.immutable = folders;
    }
    if let Some(names) = texts(call, INDEX)? {
        settings.index = names;
    }
    settings.precompressed = call.bool_or(5, true)?;
    settings.outside_links = call.bool_or(6, false)?;
    if let Some(extensions) = texts(call, HIDDEN)? {
        settings.hidden = extensions.iter().map(|it| extension(it)).collect();
    }
    settings.types = types(call)?;
    settings.headers = headers(call)?;
    // SAFETY: the engine reads the path, and may raise a warning, which is no exception.
    if !unsafe { ffi::kg_path_is_allowed(path.as_ptr()) } {
        return Err(refused(&format!(
            "can't serve the files of {}: open_basedir does not allow it",
            path.to_string_lossy()
        )));
    }
    let files = kargo_files::Files::new(settings).map_err(|error| refused(&error.to_string()))?;
    object::set_native(call.this(), Rc::new(Mounted::new(files, otherwise)));
    Ok(())
}

/// An extension as the operator may write it.
fn extension(given: &str) -> String {
    given.trim_start_matches('.').to_ascii_lowercase()
}

fn array(call: &Call, index: u32) -> Result<Option<*mut ffi::zend_array>, Thrown> {
    match call.argument(index).map(Zv::dereferenced) {
        None => Ok(None),
        Some(value) => match value.array() {
            Some(array) => Ok(Some(array)),
            None => Err(call.wrong_type(index, c"of type array")),
        },
    }
}

/// A list of strings.
fn texts(call: &Call, index: u32) -> Result<Option<Vec<String>>, Thrown> {
    let Some(list) = array(call, index)? else {
        return Ok(None);
    };
    let text = |value: Zv| {
        let bytes = value.dereferenced().bytes()?;
        String::from_utf8(bytes.to_vec()).ok()
    };
    array_iter(list)
        .map(|(_, value)| text(value))
        .collect::<Option<_>>()
        .map(Some)
        .ok_or_else(|| throw_value_error(index + 1, "must be a list of strings in UTF-8"))
}

fn types(call: &Call) -> Result<HashMap<String, String>, Thrown> {
    let mut types = HashMap::new();
    for (key, value) in array(call, TYPES)?.into_iter().flat_map(array_iter) {
        let key = match key {
            Key::Name(name) => String::from_utf8_lossy(name).into_owned(),
            Key::Index(number) => number.to_string(),
        };
        let value = value.dereferenced().bytes().unwrap_or_default();
        let Ok(value) = std::str::from_utf8(value) else {
            return Err(throw_value_error(TYPES + 1, "must be in UTF-8"));
        };
        if !value.contains('/') {
            return Err(throw_value_error(
                TYPES + 1,
                "must have media types as values, such as \"text/plain; charset=utf-8\"",
            ));
        }
        check_header(TYPES + 1, b"Content-Type", value.as_bytes())?;
        types.insert(extension(&key), value.to_owned());
    }
    Ok(types)
}

fn headers(call: &Call) -> Result<Vec<HeaderLine>, Thrown> {
    let Some(headers) = array(call, HEADERS)? else {
        return Ok(Vec::new());
    };
    check_headers(HEADERS + 1, headers)?;
    let mut lines = Vec::new();
    for (name, value) in header_lines(Some(headers)) {
        let own = OWN_HEADERS
            .iter()
            .find(|own| name.eq_ignore_ascii_case(own.as_bytes()));
        if let Some(own) = own {
            let message = format!("must not have {own}, which goes by the file");
            return Err(throw_value_error(HEADERS + 1, &message));
        }
        lines.push((name.to_vec(), value.to_vec()));
    }
    Ok(lines)
}
