//! `Kargo\Http\UploadedFile`, and how a Request gives its files and the fields beside them.

use std::ffi::{CString, OsStr};
use std::os::fd::IntoRawFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::rc::Rc;

use kargo_http::multipart::safe_file_name;
use kargo_net::{Upload, UploadedFile};

use crate::classes::request::view;
use crate::engine::call::native;
use crate::engine::throw::{class, throw};
use crate::engine::value::{array_push, new_array};
use crate::engine::{Call, Owned, Thrown, Zv, ffi, object, throw_value_error};
use crate::http_client::download::is_allowed;

native! {
    kargo_http_request_file => one_of_request;
    kargo_http_request_files => all_of_request;
    kargo_http_uploadedfile_field => field;
    kargo_http_uploadedfile_client_filename => client_filename;
    kargo_http_uploadedfile_raw_client_filename => raw_client_filename;
    kargo_http_uploadedfile_client_media_type => client_media_type;
    kargo_http_uploadedfile_size => size;
    kargo_http_uploadedfile_move_to => move_to;
    kargo_http_uploadedfile_is_moved => is_moved;
    kargo_http_uploadedfile_contents => contents;
    kargo_http_uploadedfile_stream => stream;
}

/// What an object holds: one of the files that came with a request, which live as long as it does.
#[derive(Debug)]
pub(crate) struct State {
    upload: Rc<Upload>,
    index: usize,
}

fn make(upload: &Rc<Upload>, index: usize) -> Owned {
    let state = State {
        upload: Rc::clone(upload),
        index,
    };
    object::instantiate(class::uploaded_file(), state)
}

fn file<'a>(call: &Call) -> Result<&'a UploadedFile, Thrown> {
    let state = object::native::<State>(call.this());
    // SAFETY: the object is alive during the call, and so is what it holds; nothing of it is ever changed from outside.
    let file = unsafe { state.as_ref() }.and_then(|state| state.upload.files().get(state.index));
    file.ok_or_else(|| throw(class::error(), "this UploadedFile came with no request"))
}

/// The same, unless it is moved already.
fn present<'a>(call: &Call) -> Result<&'a UploadedFile, Thrown> {
    let file = file(call)?;
    if file.raw_fd().is_none() {
        return Err(throw(class::error(), "this UploadedFile was moved"));
    }
    Ok(file)
}

/// Whether a file is of the field `name`: by this name, or by one with brackets behind it.
fn is_of(file: &UploadedFile, name: &[u8]) -> bool {
    file.field()
        .strip_prefix(name)
        .is_some_and(|rest| matches!(rest, [] | [b'[', ..]))
}

fn upload_of(call: &Call) -> Result<Option<Rc<Upload>>, Thrown> {
    view(call, |request| request.upload().map(Rc::clone))
}

fn one_of_request(call: &Call) -> Result<(), Thrown> {
    let name = call.bytes(0)?;
    call.result().set_null();
    let Some(upload) = upload_of(call)? else {
        return Ok(());
    };
    if let Some(index) = upload.files().iter().position(|file| is_of(file, name)) {
        call.result().copy_from(make(&upload, index).zv());
    }
    Ok(())
}

fn all_of_request(call: &Call) -> Result<(), Thrown> {
    let name = call.optional_bytes(0)?;
    let list = new_array(4);
    call.result().set_array(list);
    let Some(upload) = upload_of(call)? else {
        return Ok(());
    };
    for (index, file) in upload.files().iter().enumerate() {
        if name.is_none_or(|name| is_of(file, name)) {
            let mut object = make(&upload, index);
            array_push(list, object.zv());
            object.zv().set_undefined();
        }
    }
    Ok(())
}

/// Gives the fields that are no files as PHP's own forms have them. May raise a warning: no borrow may be alive.
pub(crate) fn fields(upload: &Upload, result: Zv) {
    // No name holds NUL, since no head of a part does.
    let names: Vec<CString> = upload
        .fields()
        .iter()
        .map(|(name, _)| CString::new(name.as_slice()).unwrap_or_default())
        .collect();
    let fields: Vec<ffi::kg_field> = names
        .iter()
        .zip(upload.fields())
        .map(|(name, (_, value))| ffi::kg_field {
            name: name.as_ptr(),
            value: value.as_ptr().cast(),
            length: value.len(),
        })
        .collect();
    let mut array = Owned::undefined();
    // SAFETY: names end with NUL, values have their lengths, and the engine copies both.
    unsafe { ffi::kg_register_fields(fields.as_ptr(), fields.len(), array.zv().0) }
    result.copy_from(array.zv());
}

fn field(call: &Call) -> Result<(), Thrown> {
    call.result().set_bytes(file(call)?.field());
    Ok(())
}

fn client_filename(call: &Call) -> Result<(), Thrown> {
    let name = safe_file_name(file(call)?.file_name());
    call.result().set_bytes(name.as_bytes());
    Ok(())
}

fn raw_client_filename(call: &Call) -> Result<(), Thrown> {
    call.result().set_bytes(file(call)?.file_name());
    Ok(())
}

fn client_media_type(call: &Call) -> Result<(), Thrown> {
    match file(call)?.content_type() {
        Some(kind) => call.result().set_bytes(kind),
        None => call.result().set_null(),
    }
    Ok(())
}

fn size(call: &Call) -> Result<(), Thrown> {
    let size = i64::try_from(file(call)?.size()).unwrap_or(i64::MAX);
    call.result().set_int(size);
    Ok(())
}

fn is_moved(call: &Call) -> Result<(), Thrown> {
    let file = file(call)?;
    call.result().set_bool(file.raw_fd().is_none());
    Ok(())
}

fn refused(what: &str, error: &std::io::Error) -> Thrown {
    throw(class::transport_exception(), &format!("{what}: {error}"))
}

fn move_to(call: &Call) -> Result<(), Thrown> {
    let target = call.bytes(0)?;
    let overwrite = call.bool_or(1, false)?;
    call.result().set_null();
    let file = present(call)?;
    if target.is_empty() || target.contains(&0) {
        return Err(throw_value_error(1, "must be the path of a file"));
    }
    let path = Path::new(OsStr::from_bytes(target));
    let what = format!("can't move the uploaded file to {}", path.display());
    if !is_allowed(path) {
        return Err(throw(
            class::transport_exception(),
            &format!("{what}: open_basedir does not allow it"),
        ));
    }
    file.move_to(path, overwrite)
        .map_err(|error| refused(&what, &error))
}

fn contents(call: &Call) -> Result<(), Thrown> {
    let file = present(call)?;
    let length = usize::try_from(file.size()).unwrap_or(usize::MAX);
    // The memory limit may end this here: nothing of ours is to be dropped.
    // SAFETY: makes a string of this length.
    let string = unsafe { ffi::kg_string_room(length) };
    call.result().set_string(string);
    // SAFETY: the string has `length` bytes, and nobody else has it yet.
    let room = unsafe { std::slice::from_raw_parts_mut((*string).val.as_mut_ptr().cast(), length) };
    // What is not read would be memory of somebody else's.
    room.fill(0);
    match file.read_at(room, 0) {
        Ok(got) if got == length => Ok(()),
        Ok(_) => Err(refused(
            "can't read the uploaded file",
            &std::io::ErrorKind::UnexpectedEof.into(),
        )),
        Err(error) => Err(refused("can't read the uploaded file", &error)),
    }
}

fn stream(call: &Call) -> Result<(), Thrown> {
    let opened = present(call)?.reopen();
    let fd = opened
        .map_err(|error| refused("can't open the uploaded file", &error))?
        .into_raw_fd();
    // SAFETY: the descriptor is ours, and the stream's from now on.
    if unsafe { ffi::kg_stream_of_fd(fd, call.result().0) } {
        return Ok(());
    }
    // SAFETY: the stream did not take it.
    unsafe { libc::close(fd) };
    Err(throw(
        class::transport_exception(),
        "can't make a stream of the uploaded file",
    ))
}
