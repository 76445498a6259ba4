//! Public properties: the members that an object has for callers.

use std::rc::Rc;

use crate::engine::value::{class_name, string_bytes};
use crate::engine::{Global, ffi};
use crate::rpc::attribute::Attributes;
use crate::rpc::declared::{self, Direction};
use crate::rpc::doc_type;
use crate::rpc::docblock::DocBlock;
use crate::rpc::names::Names;
use crate::rpc::signature::ExportError;
use crate::rpc::types::Type;

/// A public property, as callers know it.
#[derive(Debug)]
pub(crate) struct Property {
    /// As PHP knows it.
    pub(crate) own_name: Box<[u8]>,
    /// As it is sent.
    pub(crate) name: Box<[u8]>,
    pub(crate) ty: Type,
    pub(crate) description: Box<str>,
}

/// The properties of the classes of results: none while they are being read, since a class can have objects of its own.
static KNOWN: Global<Vec<(Class, Rc<[Property]>)>> = Global::new();

/// Names that differ from those in PHP, by class: name in PHP, and as it is sent.
static RENAMED: Global<Vec<(Class, Box<Renames>)>> = Global::new();

/// Name in PHP, and as it is sent.
pub(crate) type Renames = [Rename];
type Rename = (Box<[u8]>, Box<[u8]>);
type Class = *mut ffi::zend_class_entry;

/// Forgets all, when the script ends.
pub(crate) fn clear() {
    drop(KNOWN.replace(None));
    drop(RENAMED.replace(None));
}

/// The public properties of a class in their order, read once.
pub(crate) fn of_class(class: *mut ffi::zend_class_entry) -> Result<Rc<[Property]>, ExportError> {
    let known = KNOWN.with_or(Vec::new, |known| {
        let found = known.iter().find(|(other, _)| *other == class);
        let found = found.map(|(_, properties)| Rc::clone(properties));
        if found.is_none() {
            known.push((class, Rc::default()));
        }
        found
    });
    if let Some(known) = known {
        return Ok(known);
    }
    let read = read(class);
    KNOWN.with_or(Vec::new, |known| {
        known.retain(|(other, _)| *other != class);
        if let Ok(properties) = &read {
            known.push((class, Rc::clone(properties)));
        }
    });
    read
}

/// The properties of a class that was read; they stay where they are until the script ends.
pub(crate) fn known(class: *mut ffi::zend_class_entry) -> Option<*const [Property]> {
    KNOWN.with_or(Vec::new, |known| {
        let found = known.iter().find(|(other, _)| *other == class);
        found.map(|(_, properties)| Rc::as_ptr(properties))
    })
}

fn read(class: *mut ffi::zend_class_entry) -> Result<Rc<[Property]>, ExportError> {
    let mut properties: Vec<Property> = Vec::new();
    for index in 0.. {
        // SAFETY: all zeroes is an empty record, filled by the engine; the class is alive.
        let mut raw: ffi::kg_property = unsafe { std::mem::zeroed() };
        // SAFETY: as above.
        if !unsafe { ffi::kg_property_at(class, index, &raw mut raw) } {
            break;
        }
        let property = read_property(&raw, class)?;
        if properties.iter().any(|other| other.name == property.name) {
            return Err(ExportError::Refused(format!(
                "{} has two properties called {}",
                String::from_utf8_lossy(class_name(class)),
                String::from_utf8_lossy(&property.name)
            )));
        }
        properties.push(property);
    }
    Ok(properties.into())
}

/// The names of a class's properties that are not sent as they are; null if there are none. They stay where they are
/// until the script ends.
pub(crate) fn renames_of(class: *mut ffi::zend_class_entry) -> Option<*const Renames> {
    let known = RENAMED.with_or(Vec::new, |renamed| {
        // Results mostly have objects of one class.
        let at = renamed.iter().position(|(other, _)| *other == class)?;
        let found: *const Renames = &raw const *renamed[at].1;
        renamed.swap(0, at);
        Some(found)
    });
    let found = known.unwrap_or_else(|| {
        let made = read_renames(class).into_boxed_slice();
        let found: *const Renames = &raw const *made;
        RENAMED.with_or(Vec::new, |renamed| renamed.push((class, made)));
        found
    });
    (!found.is_null() && found.len() != 0).then_some(found)
}

fn read_renames(class: *mut ffi::zend_class_entry) -> Vec<Rename> {
    let mut renames = Vec::new();
    for index in 0.. {
        // SAFETY: all zeroes is an empty record, filled by the engine; the class is alive.
        let mut raw: ffi::kg_property = unsafe { std::mem::zeroed() };
        // SAFETY: as above.
        if !unsafe { ffi::kg_property_at(class, index, &raw mut raw) } {
            break;
        }
        // What is wrong with an attribute was told at export, or is nobody's concern.
        let name = Attributes::of_property(raw.attributes, class, "")
            .ok()
            .and_then(|attributes| attributes.find("name")?.text("name"));
        if let Some(name) = name {
            renames.push((string_bytes(raw.name).into(), name.into_bytes().into()));
        }
    }
    renames
}

fn read_property(
    raw: &ffi::kg_property,
    class: *mut ffi::zend_class_entry,
) -> Result<Property, ExportError> {
    let name = string_bytes(raw.name);
    let label = format!(
        "{}::${}",
        String::from_utf8_lossy(class_name(class)),
        String::from_utf8_lossy(name)
    );
    let attributes = Attributes::of_property(raw.attributes, class, &label)?;
    let text_of = |attribute: &str, property: &str| {
        attributes
            .find(attribute)
            .and_then(|attribute| attribute.text(property))
    };
    let names = Names::of_class(raw.class);
    let own = DocBlock::read(raw.doc_comment, &names)?;
    let mut doc = None;
    let mut prose = own.prose();
    if let Some((ty, said)) = &own.variable {
        doc = doc_type::read(ty, &names, Direction::Result)?.0;
        if prose.is_empty() {
            prose.clone_from(said);
        }
    }
    if raw.is_promoted {
        // The constructor's docblock describes it as a parameter.
        // SAFETY: a class with a promoted property has a constructor.
        let constructor = unsafe { (*raw.class).constructor };
        // SAFETY: as above.
        let comment = unsafe { ffi::kg_doc_comment(constructor) };
        let constructor = DocBlock::read(comment, &names)?;
        if let Some(ty) = constructor.parameter_text(name) {
            doc = doc.or(doc_type::read(ty, &names, Direction::Result)?.0);
        }
        if prose.is_empty() {
            constructor.description_of(name).clone_into(&mut prose);
        }
    }
    Ok(Property {
        own_name: name.into(),
        ty: declared::read_return(raw.type_, class, doc.as_ref())?,
        description: text_of("description", "text").unwrap_or(prose).into(),
        name: text_of("name", "name").map_or_else(|| name.into(), |name| name.into_bytes().into()),
    })
}

/// What the property that a constructor's parameter is promoted to says of it: a type for arguments, and prose.
pub(crate) fn promoted(
    function: *const ffi::zend_function,
    name: &[u8],
) -> Result<(Option<Type>, String), ExportError> {
    // SAFETY: all zeroes is an empty record, filled by the engine; the function is alive.
    let mut raw: ffi::kg_property = unsafe { std::mem::zeroed() };
    // SAFETY: as above.
    let found = unsafe {
        ffi::kg_promoted_property(function, name.as_ptr().cast(), name.len(), &raw mut raw)
    };
    if !found {
        return Ok((None, String::new()));
    }
    let names = Names::of_class(raw.class);
    let doc = DocBlock::read(raw.doc_comment, &names)?;
    let prose = doc.prose();
    match &doc.variable {
        Some((ty, said)) => Ok((
            doc_type::read(ty, &names, Direction::Argument)?.0,
            if prose.is_empty() {
                said.clone()
            } else {
                prose
            },
        )),
        None => Ok((None, prose)),
    }
}
