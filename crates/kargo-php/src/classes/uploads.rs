//! `Kargo\Http\Uploads`: a value whose properties lie in the order of the constructor's parameters.

use std::ffi::{CStr, CString, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use kargo_http::multipart::Limits;
use kargo_net::UploadSettings;

use crate::engine::call::native;
use crate::engine::throw::{class, throw};
use crate::engine::{Call, Thrown, ffi, object, throw_value_error};

native! {
    kargo_http_uploads_construct => construct;
}

/// The defaults, and the most that each may be.
const INTS: [(i64, i64); 9] = [
    (16 << 20, LARGEST),
    (8 << 20, LARGEST),
    (20, MOST),
    (1 << 20, LARGEST),
    (1 << 20, LARGEST),
    (1000, MOST),
    (1024, MOST),
    (8192, MOST),
    (1 << 30, LARGEST),
];
const LARGEST: i64 = 1 << 50;
const MOST: i64 = 1 << 24;
const DIRECTORY: u32 = 9;

/// What all files may have together where nobody says.
pub(crate) const DISK_BYTES: u64 = 1 << 30;

/// Where they go where nobody says.
pub(crate) fn usual_directory() -> PathBuf {
    // SAFETY: the engine gives a text that lives at least until its settings change.
    let directory = unsafe { CStr::from_ptr(ffi::kg_upload_directory()) };
    PathBuf::from(OsStr::from_bytes(directory.to_bytes()))
}

fn construct(call: &Call) -> Result<(), Thrown> {
    let this = call.this();
    if !object::native::<Rc<UploadSettings>>(this).is_null() {
        return Err(throw(
            class::error(),
            "an Uploads can't be constructed twice",
        ));
    }
    let mut given = [0; INTS.len()];
    for ((index, slot), (default, most)) in (0..).zip(&mut given).zip(INTS) {
        *slot = call.int_or(index, default)?;
        // No files, no fields: that is a limit too.
        let least = i64::from(!matches!(index, 1..=4));
        if !(least..=most).contains(slot) {
            return Err(throw_value_error(
                index + 1,
                &format!("must be between {least} and {most}"),
            ));
        }
    }
    let named = call.bytes_or(DIRECTORY, b"")?;
    let directory = if named.is_empty() {
        usual_directory()
    } else {
        checked(named)?
    };
    for (index, value) in (0..).zip(given) {
        object::property(this, index).set_int(value);
    }
    object::property(this, DIRECTORY).set_bytes(named);
    let size = |index: usize| usize::try_from(given[index]).unwrap_or(usize::MAX);
    let bytes = |index: usize| u64::try_from(given[index]).unwrap_or(0);
    let limits = Limits {
        total_bytes: bytes(0),
        file_bytes: bytes(1),
        files: size(2),
        field_bytes: bytes(3),
        fields_bytes: bytes(4),
        parts: size(5),
        name_bytes: size(6),
        head_bytes: size(7),
    };
    let settings = UploadSettings::new(limits, directory, bytes(8));
    object::set_native(this, Rc::new(settings));
    Ok(())
}

/// A directory that can be used now; it is meant however the working directory changes.
fn checked(named: &[u8]) -> Result<PathBuf, Thrown> {
    let refused = |why: &str| {
        let shown = String::from_utf8_lossy(named);
        throw(
            class::configuration_exception(),
            &format!("uploads can't go to {shown}: {why}"),
        )
    };
    let path =
        CString::new(named).map_err(|_| throw_value_error(DIRECTORY + 1, "must not hold NUL"))?;
    // SAFETY: the engine reads the path, and may raise a warning, which is no exception.
    if !unsafe { ffi::kg_path_is_allowed(path.as_ptr()) } {
        return Err(refused("open_basedir does not allow it"));
    }
    let path = Path::new(OsStr::from_bytes(named));
    match path.canonicalize() {
        Ok(path) if path.is_dir() => Ok(path),
        Ok(_) => Err(refused("it is no directory")),
        Err(error) => Err(refused(&error.to_string())),
    }
}
