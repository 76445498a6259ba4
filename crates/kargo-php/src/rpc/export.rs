//! What `Api::export()` makes of an object, a class, a factory or a callable: methods with their signatures.

use std::rc::Rc;

use kargo_rpc::jsonrpc;

use crate::engine::throw::class;
use crate::engine::value::{array_iter, class_name, class_of, string_bytes};
use crate::engine::{Callable, Owned, Zv, ffi};
use crate::rpc::api::{Method, Target};
use crate::rpc::attribute::Attributes;
use crate::rpc::declared::find_class;
use crate::rpc::service::{Cache, Service, Source};
use crate::rpc::signature::{ExportError, Signature};
use crate::rpc::system;

type Exported = Result<Vec<Method>, ExportError>;

/// The methods that `what` names, below the name `namespace`.
pub(crate) fn export(what: Zv, namespace: &[u8]) -> Exported {
    reject_bad_name(namespace)?;
    let methods = if let Some(object) = what.object() {
        export_object(what, object, namespace)
    } else if let Some(name) = what.bytes() {
        export_named(what, name, namespace)
    } else {
        export_callable(what, namespace)
    }?;
    if let Some(method) = methods.iter().find(|method| is_reserved(&method.name)) {
        return Err(refused(format!(
            "{} can't be exported: names that begin with \"rpc.\" or \"system.\" are the protocols'",
            shown(&method.name)
        )));
    }
    Ok(methods)
}

fn refused(message: String) -> ExportError {
    ExportError::Refused(message)
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn is_reserved(name: &[u8]) -> bool {
    jsonrpc::is_reserved(name) || system::is_reserved(name)
}

/// XML-RPC allows letters, digits and `_.:/` in names; PHP's letters beyond ASCII are allowed too.
fn reject_bad_name(name: &[u8]) -> Result<(), ExportError> {
    let is_fine =
        |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80 || b"_.:/".contains(byte);
    if name.iter().all(is_fine) && std::str::from_utf8(name).is_ok() {
        Ok(())
    } else {
        Err(refused(format!(
            "\"{}\" can't be a name: letters, digits and _ . : / are allowed",
            shown(name).escape_debug()
        )))
    }
}

fn export_object(what: Zv, object: *mut ffi::zend_object, namespace: &[u8]) -> Exported {
    if class_of(object) == class::closure() {
        return export_closure(what, namespace);
    }
    let members = members_of(class_of(object), namespace, Kinds::All)?;
    if members.is_empty() && !namespace.is_empty() && Callable::new(what).is_ok() {
        return export_callable(what, namespace);
    }
    build(
        members,
        class_of(object),
        Source::Given(Owned::copy_of(what)),
    )
}

fn export_named(what: Zv, name: &[u8], namespace: &[u8]) -> Exported {
    let entry = find_class(name, std::ptr::null_mut())?;
    if entry.is_null() {
        if Callable::new(what).is_err() {
            return Err(refused(format!(
                "{} is neither a class nor something callable",
                shown(name)
            )));
        }
        return export_callable(
            what,
            if namespace.is_empty() {
                name
            } else {
                namespace
            },
        );
    }
    let kinds = if is_constructible(entry) {
        Kinds::All
    } else {
        Kinds::Static
    };
    let members = members_of(entry, namespace, kinds)?;
    build(members, entry, Source::PerCall)
}

/// Whether `new` works without arguments.
fn is_constructible(entry: *mut ffi::zend_class_entry) -> bool {
    let never = ffi::ZEND_ACC_INTERFACE
        | ffi::ZEND_ACC_TRAIT
        | ffi::ZEND_ACC_ENUM
        | ffi::ZEND_ACC_EXPLICIT_ABSTRACT_CLASS
        | ffi::ZEND_ACC_IMPLICIT_ABSTRACT_CLASS;
    // SAFETY: the class is alive, and its constructor with it.
    unsafe {
        let constructor = (*entry).constructor;
        (*entry).ce_flags & never == 0
            && (constructor.is_null()
                || ((*constructor).common.fn_flags & ffi::ZEND_ACC_PUBLIC != 0
                    && (*constructor).common.required_num_args == 0))
    }
}

fn function_of(callable: &Callable) -> *mut ffi::zend_function {
    // SAFETY: the callable is alive.
    unsafe { (*callable.cache()).function_handler }
}

/// A closure is a factory if it takes nothing and is declared to return an object of a class; any other is a method.
fn export_closure(what: Zv, namespace: &[u8]) -> Exported {
    let closure = Callable::new(what).map_err(refused)?;
    let function = function_of(&closure);
    let made = class_made_by(function)?;
    if made.is_null() {
        return export_callable(what, namespace);
    }
    let members = members_of(made, namespace, Kinds::All)?;
    build(members, made, Source::Factory(closure))
}

/// The class that a factory is declared to return; null if it is no factory. What can be sent itself, such as a date, is
/// a result and no service.
fn class_made_by(
    function: *const ffi::zend_function,
) -> Result<*mut ffi::zend_class_entry, ExportError> {
    let none = std::ptr::null_mut();
    // SAFETY: the function is alive, its type is its own.
    let (parameters, ty, scope) = unsafe {
        let common = &(*function).common;
        (common.num_args, ffi::kg_return_type(function), common.scope)
    };
    // SAFETY: as above.
    if parameters != 0 || ty.is_null() || unsafe { ffi::kg_type_mask(ty) } != 0 {
        return Ok(none);
    }
    // SAFETY: as above.
    let (name, other) = unsafe { (ffi::kg_type_class(ty, 0), ffi::kg_type_class(ty, 1)) };
    if name.is_null() || !other.is_null() {
        return Ok(none);
    }
    let entry = find_class(string_bytes(name), scope)?;
    if entry.is_null() {
        return Err(refused(format!(
            "the factory is declared to return {}, which is no class",
            shown(string_bytes(name))
        )));
    }
    // SAFETY: the class is alive.
    let is_service = unsafe { ffi::kg_kind_of_class(entry) } == ffi::kg_class_kind_KG_CLASS_OTHER
        && entry != class::binary();
    Ok(if is_service { entry } else { none })
}

/// Any callable as one method, called `name`.
fn export_callable(what: Zv, name: &[u8]) -> Exported {
    let callable =
        Callable::new(what).map_err(|reason| refused(format!("not callable: {reason}")))?;
    if name.is_empty() {
        return Err(refused(
            "a callable needs a name: export($callable, as: 'name')".into(),
        ));
    }
    let signature = Signature::read(function_of(&callable), &shown(name))?;
    Ok(vec![Method {
        name: name.into(),
        target: Target::Callable(callable),
        signature,
        class_attributes: Rc::default(),
        policy: None,
        cors: None,
    }])
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kinds {
    All,
    Static,
}

/// A method that is to be exported.
struct Member {
    name: Box<[u8]>,
    function: *mut ffi::zend_function,
    is_static: bool,
    signature: Signature,
}

/// The public methods of a class, but magic and hidden ones.
fn members_of(
    entry: *mut ffi::zend_class_entry,
    namespace: &[u8],
    kinds: Kinds,
) -> Result<Vec<Member>, ExportError> {
    const HIDDEN: &[u8] = b"kargo\\rpc\\hidden";
    // SAFETY: the class is alive; its function table holds pointers to functions.
    let functions = array_iter(unsafe { &raw mut (*entry).function_table })
        .map(|(_, value)| unsafe { (*value.0).value.func });
    let mut members = Vec::new();
    for function in functions {
        // SAFETY: the function is alive, as its class is.
        let (name, flags, is_hidden) = unsafe {
            let name = string_bytes((*function).common.function_name);
            let hidden = ffi::kg_has_attribute(function, HIDDEN.as_ptr().cast(), HIDDEN.len());
            (name, (*function).common.fn_flags, hidden)
        };
        let is_static = flags & ffi::ZEND_ACC_STATIC != 0;
        let is_public = flags & ffi::ZEND_ACC_PUBLIC != 0;
        if !is_public
            || is_hidden
            || name.starts_with(b"__")
            || (kinds == Kinds::Static && !is_static)
        {
            continue;
        }
        let label = format!("{}::{}", shown(class_name(entry)), shown(name));
        let separator: &[u8] = if namespace.is_empty() { b"" } else { b"." };
        let signature = Signature::read(function, &label)?;
        let renamed = signature
            .attributes
            .find("name")
            .and_then(|attribute| attribute.text("name"));
        if let Some(name) = &renamed {
            reject_bad_name(name.as_bytes())?;
        }
        let name = renamed.as_ref().map_or(name, String::as_bytes);
        members.push(Member {
            name: [namespace, separator, name].concat().into(),
            function,
            is_static,
            signature,
        });
    }
    Ok(members)
}

/// Makes methods of members, those that need an object on one service.
fn build(members: Vec<Member>, entry: *mut ffi::zend_class_entry, source: Source) -> Exported {
    if members.is_empty() {
        return Err(refused(format!(
            "{} has no public method that could be exported{}",
            shown(class_name(entry)),
            if is_constructible(entry) {
                ""
            } else {
                " without an object of it"
            }
        )));
    }
    let functions = members
        .iter()
        .filter(|member| !member.is_static)
        .map(|member| member.function)
        .collect();
    let service = Service::new(source, entry, functions).map_err(|_| {
        refused(format!(
            "{} lacks a method of its own",
            shown(class_name(entry))
        ))
    })?;
    let service = Rc::new(service);
    let class_attributes = Rc::new(Attributes::of_class(entry, &shown(class_name(entry)))?);
    let mut slot = 0;
    let methods = members.into_iter().map(|member| {
        let target = if member.is_static {
            Target::Static(Cache::new(member.function, std::ptr::null_mut(), entry))
        } else {
            slot += 1;
            Target::Member {
                service: Rc::clone(&service),
                slot: slot - 1,
            }
        };
        Method {
            name: member.name,
            target,
            signature: member.signature,
            class_attributes: Rc::clone(&class_attributes),
            policy: None,
            cors: None,
        }
    });
    Ok(methods.collect())
}
