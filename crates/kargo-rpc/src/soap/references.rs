//! Values that are written once and referred to: `href="#id"` of SOAP 1.1, `enc:ref` of 1.2.

use std::collections::HashMap;

use super::namespace;
use crate::BodyErrorKind;
use crate::Limits;
use crate::xml::{
    Found, NamespaceReader, NamespaceScratch, Reader, Scope, Scratch, attribute_text,
};

/// References that one body may have, followed ones inside of others counted each time; and elements with an id.
pub const MAX_REFERENCES: usize = 1_000;

/// The elements of a body that have an id. Indexed when the first reference comes.
#[derive(Debug, Default)]
pub(super) struct References {
    xml: Scratch,
    names: NamespaceScratch,
    is_indexed: bool,
    targets: HashMap<Box<[u8]>, Target>,
    scopes: Vec<Scope>,
    /// Those that are being read.
    active: Vec<usize>,
    followed: usize,
    /// Bytes that were read once more.
    repeated: usize,
}

/// An element with an id.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) at: usize,
    scope: usize,
}

impl References {
    pub(super) fn clear(&mut self) {
        self.is_indexed = false;
        self.targets.clear();
        self.scopes.clear();
        self.active.clear();
        self.followed = 0;
        self.repeated = 0;
    }

    /// The element that a reference names, which is being read until [`Self::leave`].
    pub(super) fn enter(
        &mut self,
        id: &[u8],
        text: &[u8],
        start: usize,
        limits: &Limits,
        known: &[&[u8]],
    ) -> Result<Target, &'static str> {
        self.followed += 1;
        if self.followed > MAX_REFERENCES {
            return Err("Too many references");
        }
        if !self.is_indexed {
            self.is_indexed = true;
            if self.index(text, start, limits, known).is_err() {
                return Err("References that can't be followed");
            }
        }
        let target = *self.targets.get(id).ok_or("A reference to nothing")?;
        if self.active.contains(&target.at) {
            return Err("A value that contains itself");
        }
        self.active.push(target.at);
        Ok(target)
    }

    /// The declarations around an element.
    pub(super) fn scope(&self, target: Target) -> Option<&Scope> {
        self.scopes.get(target.scope)
    }

    /// The element was read up to `end`. What is repeated may be as long as the body, not longer.
    pub(super) fn leave(&mut self, end: usize, max_repeated: usize) -> Result<(), &'static str> {
        if let Some(start) = self.active.pop() {
            self.repeated += end.saturating_sub(start);
        }
        if self.repeated > max_repeated {
            return Err("Too much text by reference");
        }
        Ok(())
    }

    /// Looks for elements with an id in the body.
    fn index(
        &mut self,
        text: &[u8],
        start: usize,
        limits: &Limits,
        known: &[&[u8]],
    ) -> Result<(), BodyErrorKind> {
        let reader = Reader::start(text, start, limits, &mut self.xml);
        let mut reader = NamespaceReader::new(reader, &mut self.names, known);
        reader.child()?;
        while let Some(child) = reader.child()? {
            if child.local != b"Body" {
                reader.skip_to_depth(1)?;
                continue;
            }
            while reader.depth() > 1 {
                let Found::Element(_) = reader.content()? else {
                    continue;
                };
                let id = reader
                    .attribute(namespace::NONE, b"id")
                    .or_else(|| reader.attribute(namespace::ENCODING_12, b"id"));
                let Some(id) = id else { continue };
                if self.targets.len() >= MAX_REFERENCES {
                    return Err(BodyErrorKind::XmlLimit);
                }
                let scope = reader.scope();
                if self.scopes.last() != Some(&scope) {
                    self.scopes.push(scope);
                }
                let target = Target {
                    at: reader.element_at(),
                    scope: self.scopes.len() - 1,
                };
                let id = attribute_text(id).into();
                // Two elements with one id: neither can be meant.
                if self.targets.insert(id, target).is_some() {
                    return Err(BodyErrorKind::InvalidValue);
                }
            }
        }
        Ok(())
    }
}
