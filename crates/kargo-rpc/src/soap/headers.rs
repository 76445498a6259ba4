//! Header blocks: which of them must be understood, and which are arguments.

use super::decoder::{Decoding, Refusal};
use super::namespace;
use super::plan::Operation;
use crate::Argument;
use crate::CallBuilder;
use crate::error::Stop;
use crate::xml::{Scope, attribute_text};

/// Header blocks that a fault names.
const MAX_NOT_UNDERSTOOD: usize = 16;

/// Namespace and name.
type FullName = (Box<[u8]>, Box<[u8]>);

/// What was found in a Header.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// Those that an operation may take as arguments; each once.
    arguments: Vec<Block>,
    /// Those that had to be understood.
    not_understood: Vec<FullName>,
}

/// A header block that an operation may take as an argument. It is read when the operation is known.
#[derive(Debug)]
struct Block {
    /// Which one of the plan's.
    element: usize,
    at: usize,
    scope: Scope,
    must_be_understood: bool,
}

impl Blocks {
    pub(super) fn clear(&mut self) {
        self.arguments.clear();
        self.not_understood.clear();
    }

    /// Whether something had to be understood that no operation takes.
    pub(super) fn has_unknown(&self) -> bool {
        !self.not_understood.is_empty()
    }

    /// Those that were not understood: namespace and name.
    pub(super) fn not_understood(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.not_understood
            .iter()
            .map(|(namespace, name)| (&**namespace, &**name))
    }

    fn add_unknown(&mut self, namespace: &[u8], name: &[u8]) {
        if self.not_understood.len() < MAX_NOT_UNDERSTOOD {
            self.not_understood.push((namespace.into(), name.into()));
        }
    }
}

impl<'a, B: CallBuilder> Decoding<'a, B> {
    /// The Header is open. It is closed then.
    pub(super) fn header(&mut self, own: usize) -> Result<(), Stop<B::Error>> {
        let depth = self.reader.depth();
        while let Some(block) = self.reader.child()? {
            if block.namespace == namespace::NONE {
                return self.refuse(Refusal::NotACall("A header block without a namespace"));
            }
            let must = self.reader.attribute(own, b"mustUnderstand");
            let must = must.map(attribute_text);
            let must_be_understood = match must.as_deref().map(super::lexical::boolean) {
                None => false,
                Some(Some(is_must)) => is_must,
                Some(None) => {
                    return self.refuse(Refusal::NotACall("A mustUnderstand that is no boolean"));
                }
            };
            if self.is_for_us(own) {
                let element = if block.namespace == namespace::OWN {
                    self.plan.find_header(block.local)
                } else {
                    None
                };
                let arguments = &mut self.blocks.arguments;
                match element {
                    Some(element) if arguments.iter().any(|other| other.element == element) => {
                        return self.refuse(Refusal::NotACall("A header block that comes twice"));
                    }
                    Some(element) => arguments.push(Block {
                        element,
                        at: self.reader.element_at(),
                        scope: self.reader.scope(),
                        must_be_understood,
                    }),
                    None if must_be_understood => {
                        let uri = self.reader.uri(block.namespace);
                        self.blocks.add_unknown(uri, block.local);
                    }
                    None => {}
                }
            }
            self.reader.skip_to_depth(depth)?;
        }
        Ok(())
    }

    /// Whether the header block that was just opened is meant for the last receiver, or for whoever is next.
    fn is_for_us(&self, own: usize) -> bool {
        let name: &[u8] = if own == namespace::SOAP_11 {
            b"actor"
        } else {
            b"role"
        };
        let role = self.reader.attribute(own, name).map(attribute_text);
        matches!(
            role.as_deref().map(super::lexical::trim),
            None | Some(
                b"" | b"http://schemas.xmlsoap.org/soap/actor/next"
                    | b"http://www.w3.org/2003/05/soap-envelope/role/next"
                    | b"http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver"
            )
        )
    }

    /// Blocks that another operation takes are not understood by this one.
    pub(super) fn check_blocks(&mut self, operation: &Operation) -> Result<(), Stop<B::Error>> {
        for index in 0..self.blocks.arguments.len() {
            let Some(block) = self.blocks.arguments.get(index) else {
                break;
            };
            let is_taken = operation
                .headers
                .iter()
                .any(|header| header.element == block.element);
            if block.must_be_understood
                && !is_taken
                && let Some(element) = self.plan.headers.get(block.element)
            {
                let namespace = self.plan.namespace.as_bytes();
                self.blocks.add_unknown(namespace, element.name.as_bytes());
            }
        }
        if self.blocks.has_unknown() {
            return self.refuse(Refusal::MustUnderstand);
        }
        Ok(())
    }

    /// Adds the arguments that are header blocks to those of an operation, of which there are `count`. Each says its place
    /// then, so they may come in any order; where there are more by position than the operation takes, one comes twice.
    pub(super) fn header_arguments(
        &mut self,
        operation: &'a Operation,
        (count, is_named): (u32, bool),
    ) -> Result<(u32, bool), Stop<B::Error>> {
        let mut added = 0;
        for header in &operation.headers {
            let Some(parameter) = operation.parameters.get(header.slot) else {
                continue;
            };
            let mut blocks = self.blocks.arguments.iter();
            let Some(block) = blocks.find(|block| block.element == header.element) else {
                continue;
            };
            match self.values.seen.get_mut(header.slot) {
                Some(seen) if !*seen => *seen = true,
                _ => return self.refuse_value("An argument that comes twice"),
            }
            let back = self.reader.jump(block.at, &block.scope);
            self.reader.child()?;
            self.begin_argument(Argument::Position(header.slot))?;
            self.value(parameter.item.node, 1)?;
            self.reader.go_back(back);
            added += 1;
        }
        Ok((count + added, is_named || added > 0))
    }
}
