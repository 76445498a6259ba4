//! A writer of results, by their types, straight into the output buffer.

mod events;

use super::names::element_name;
use super::plan::{Element, Item, Node, NodeId, Plan};
use super::{Style, Version};
use crate::EncodeError;
use crate::xml;

/// Memory that an encoder needs, kept from result to result. It is lent, since an encoder may be left by a `longjmp`.
#[derive(Debug, Default)]
pub struct EncoderScratch {
    frames: Vec<Frame>,
    /// The members of all records that are open: which field, and where in the output.
    members: Vec<(usize, usize)>,
    /// The names of members that no field has.
    names: Vec<u8>,
    moved: Vec<u8>,
}

/// A container that is open.
#[derive(Clone, Copy, Debug)]
struct Frame {
    kind: Kind,
    /// Its own element's name.
    name: Label,
    /// What its items are.
    item: Item,
    /// How many there are so far; of a record, the field that is expected next.
    count: usize,
    /// Where its tag, still without `>`, ends in the output.
    tag_end: usize,
    /// Where its members begin in the list of all.
    members_from: usize,
    /// Of a choice: which members it can still be.
    candidates: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    List,
    Map,
    Record(NodeId),
    /// One of the records of a choice.
    Undecided(NodeId),
    /// An empty array where a record is wanted.
    Empty,
}

/// The name of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Label {
    Return,
    Item,
    Value,
    Field(NodeId, usize),
    /// A piece of the scratch's names.
    Other(usize, usize),
}

/// Writes one value as the `return` element of an answer.
#[derive(Debug)]
pub struct SoapEncoder<'a> {
    out: &'a mut Vec<u8>,
    plan: &'a Plan,
    scratch: &'a mut EncoderScratch,
    style: Style,
    version: Version,
    /// The name and type of the value that is next.
    name: Label,
    item: Item,
    /// Where the output ended before a member that has no place in its record.
    dropped_from: Option<(usize, usize)>,
}

const NO_FIELD: usize = usize::MAX;

impl<'a> SoapEncoder<'a> {
    /// Containers that may be open at once.
    pub const MAX_DEPTH: usize = 512;

    /// Appends to `out` a value of the type `item`.
    pub fn new(
        out: &'a mut Vec<u8>,
        plan: &'a Plan,
        item: Item,
        version: Version,
        style: Style,
        scratch: &'a mut EncoderScratch,
    ) -> Self {
        scratch.frames.clear();
        scratch.members.clear();
        scratch.names.clear();
        Self {
            out,
            plan,
            scratch,
            style,
            version,
            name: Label::Return,
            item,
            dropped_from: None,
        }
    }

    fn write_name(&mut self, label: Label) {
        // In rpc/literal the result is in no namespace, what is in it is in the API's.
        if self.style == Style::RpcLiteral && label != Label::Return {
            self.out.extend_from_slice(b"tns:");
        }
        match label {
            Label::Return => self.out.extend_from_slice(b"return"),
            Label::Item => self.out.extend_from_slice(b"item"),
            Label::Value => self.out.extend_from_slice(b"value"),
            Label::Field(node, index) => {
                let name = self.field(node, index).map_or("", |field| &field.name);
                self.out.extend_from_slice(name.as_bytes());
            }
            Label::Other(start, end) => {
                let name = self.scratch.names.get(start..end).unwrap_or_default();
                self.out.extend_from_slice(name);
            }
        }
    }

    fn field(&self, node: NodeId, index: usize) -> Option<&'a Element> {
        let plan = self.plan;
        match plan.node(node) {
            Node::Record(fields, _) => fields.get(index),
            _ => None,
        }
    }

    /// The value that is next takes its place in the container it is in.
    #[inline]
    fn place(&mut self) {
        let Some(frame) = self.scratch.frames.last_mut() else {
            return;
        };
        match frame.kind {
            Kind::List | Kind::Empty => {
                frame.count += 1;
                self.name = Label::Item;
                self.item = frame.item;
            }
            // A list where a map is wanted: its indexes are the keys.
            Kind::Map if self.name != Label::Value => {
                let index = frame.count;
                let mut buffer = itoa::Buffer::new();
                let key = buffer.format(index);
                self.begin_entry(key.as_bytes());
            }
            Kind::Map | Kind::Record(_) | Kind::Undecided(_) => {}
        }
    }

    fn begin_entry(&mut self, key: &[u8]) -> bool {
        let Some(frame) = self.scratch.frames.last_mut() else {
            return false;
        };
        frame.count += 1;
        self.item = frame.item;
        self.name = Label::Value;
        self.out.extend_from_slice(match self.style {
            Style::Document => b"<entry><key>".as_slice(),
            Style::RpcLiteral => b"<tns:entry><tns:key>",
            Style::RpcEncoded => b"<item><key xsi:type=\"xsd:string\">",
        });
        let is_written = xml::write_text(self.out, key);
        self.out.extend_from_slice(match self.style {
            Style::Document | Style::RpcEncoded => b"</key>".as_slice(),
            Style::RpcLiteral => b"</tns:key>",
        });
        is_written
    }

    /// A value is complete.
    #[inline]
    fn end_value(&mut self) {
        if let Some((depth, len)) = self.dropped_from
            && self.scratch.frames.len() == depth
        {
            self.out.truncate(len);
            self.dropped_from = None;
        }
        if let Some(frame) = self.scratch.frames.last()
            && frame.kind == Kind::Map
        {
            self.name = Label::Item;
            self.out.extend_from_slice(match self.style {
                Style::Document => b"</entry>".as_slice(),
                Style::RpcLiteral => b"</tns:entry>",
                Style::RpcEncoded => b"</item>",
            });
        }
    }

    /// Whether a value has to say its own type.
    #[inline]
    fn says_type(&self) -> bool {
        self.style == Style::RpcEncoded
            || matches!(self.plan.node(self.item.node), Node::Any | Node::Choice(_))
    }

    /// `<name` and, where it has to be said, the type.
    #[inline]
    fn begin_scalar(&mut self, ty: &str) {
        self.place();
        self.out.push(b'<');
        self.write_name(self.name);
        if self.says_type() {
            self.out.extend_from_slice(b" xsi:type=\"xsd:");
            self.out.extend_from_slice(ty.as_bytes());
            self.out.push(b'"');
        }
        self.out.push(b'>');
    }

    #[inline]
    fn end_scalar(&mut self) {
        self.out.extend_from_slice(b"</");
        self.write_name(self.name);
        self.out.push(b'>');
        self.end_value();
    }

    /// A container begins: `<name` with its type, `>`.
    fn begin(&mut self, kind: Kind, item: Item, node: Option<NodeId>) -> Result<(), EncodeError> {
        if self.scratch.frames.len() >= Self::MAX_DEPTH {
            return Err(EncodeError::TooDeep);
        }
        let says_type = self.says_type();
        self.out.push(b'<');
        self.write_name(self.name);
        let tag_end = self.out.len();
        if self.style == Style::RpcEncoded {
            match kind {
                Kind::Map => self.out.extend_from_slice(
                    b" xmlns:apache=\"http://xml.apache.org/xml-soap\" xsi:type=\"apache:Map\"",
                ),
                // The rest needs to know how many items there are.
                Kind::List => self.out.extend_from_slice(b" xsi:type=\"enc:Array\""),
                Kind::Record(_) | Kind::Undecided(_) | Kind::Empty => {}
            }
        } else if says_type && let Some(node) = node {
            self.out.extend_from_slice(b" xsi:type=\"tns:");
            let name = self.plan.type_name(node);
            self.out.extend_from_slice(name.as_bytes());
            self.out.push(b'"');
        }
        self.out.push(b'>');
        self.scratch.frames.push(Frame {
            kind,
            name: self.name,
            item,
            count: 0,
            tag_end,
            members_from: self.scratch.members.len(),
            candidates: u64::MAX,
        });
        self.name = Label::Item;
        Ok(())
    }

    /// The innermost container ends.
    fn end(&mut self) -> Result<(), EncodeError> {
        let Some(frame) = self.scratch.frames.pop() else {
            return Err(EncodeError::Unsupported);
        };
        match frame.kind {
            Kind::List if self.style == Style::RpcEncoded => self.say_size(&frame),
            Kind::Record(_) => self.sort_members(&frame),
            Kind::Undecided(choice) => self.decide(&frame, choice),
            Kind::Empty if frame.count > 0 => return Err(EncodeError::Unsupported),
            Kind::List | Kind::Map | Kind::Empty => {}
        }
        self.scratch.members.truncate(frame.members_from);
        self.name = frame.name;
        self.out.extend_from_slice(b"</");
        self.write_name(frame.name);
        self.out.push(b'>');
        self.end_value();
        Ok(())
    }

    /// An array of SOAP's encoding says how many items it has.
    fn say_size(&mut self, frame: &Frame) {
        let mut buffer = itoa::Buffer::new();
        let count = buffer.format(frame.count);
        let text = match self.version {
            Version::V11 => format!(" enc:arrayType=\"xsd:anyType[{count}]\""),
            Version::V12 => format!(" enc:itemType=\"xsd:anyType\" enc:arraySize=\"{count}\""),
        };
        self.insert(frame.tag_end, text.as_bytes());
    }

    fn insert(&mut self, at: usize, text: &[u8]) {
        self.scratch.moved.clear();
        let tail = self.out.get(at..).unwrap_or_default();
        self.scratch.moved.extend_from_slice(tail);
        self.out.truncate(at);
        self.out.extend_from_slice(text);
        self.out.extend_from_slice(&self.scratch.moved);
    }

    /// The members of a record are written in the order that its type has.
    fn sort_members(&mut self, frame: &Frame) {
        let members = self
            .scratch
            .members
            .get_mut(frame.members_from..)
            .unwrap_or_default();
        if members.is_sorted_by_key(|member| member.0) {
            return;
        }
        let Some(&(_, start)) = members.first() else {
            return;
        };
        // Each becomes its piece: the place, where it begins, and where it ends.
        let mut end = self.out.len();
        let mut pieces: Vec<(usize, usize, usize)> = Vec::with_capacity(members.len());
        for &(place, begin) in members.iter().rev() {
            pieces.push((place, begin, end));
            end = begin;
        }
        pieces.reverse();
        pieces.sort_by_key(|piece| piece.0);
        self.scratch.moved.clear();
        for (_, begin, end) in pieces {
            let piece = self.out.get(begin..end).unwrap_or_default();
            self.scratch.moved.extend_from_slice(piece);
        }
        self.out.truncate(start);
        self.out.extend_from_slice(&self.scratch.moved);
    }

    /// Which of the records of a choice it was.
    fn decide(&mut self, frame: &Frame, choice: NodeId) {
        let Node::Choice(members) = self.plan.node(choice) else {
            return;
        };
        let found = members.iter().enumerate().find(|(index, member)| {
            matches!(self.plan.node(**member), Node::Record(..))
                && *index < 64
                && frame.candidates >> index & 1 == 1
        });
        let Some((_, member)) = found else { return };
        if self.style != Style::RpcEncoded {
            let text = format!(" xsi:type=\"tns:{}\"", self.plan.type_name(*member));
            self.insert(frame.tag_end, text.as_bytes());
        }
    }

    /// The member of a choice that a container is.
    fn member_of(&self, fits: impl Fn(&Node) -> bool) -> Option<NodeId> {
        match self.plan.node(self.item.node) {
            Node::Choice(members) => members
                .iter()
                .copied()
                .find(|member| fits(self.plan.node(*member))),
            node if fits(node) => Some(self.item.node),
            _ => None,
        }
    }

    fn begin_member(&mut self, key: &[u8]) -> Result<(), EncodeError> {
        let Some(frame) = self.scratch.frames.last().copied() else {
            return Err(EncodeError::Unsupported);
        };
        match frame.kind {
            Kind::Map => {
                if self.begin_entry(key) {
                    Ok(())
                } else {
                    Err(EncodeError::InvalidCharacter)
                }
            }
            Kind::Record(node) => self.begin_field(node, key, frame.count),
            Kind::Undecided(choice) => self.begin_undecided(choice, key, &frame),
            Kind::List | Kind::Empty => Err(EncodeError::Unsupported),
        }
    }

    #[inline]
    fn begin_field(
        &mut self,
        node: NodeId,
        key: &[u8],
        expected: usize,
    ) -> Result<(), EncodeError> {
        let Node::Record(fields, is_open) = self.plan.node(node) else {
            return Err(EncodeError::Unsupported);
        };
        let is_next = fields
            .get(expected)
            .is_some_and(|field| field.key.as_bytes() == key);
        let found = if is_next {
            Some(expected)
        } else {
            fields.iter().position(|field| field.key.as_bytes() == key)
        };
        let start = self.out.len();
        if let Some((index, field)) = found.and_then(|index| Some((index, fields.get(index)?))) {
            if let Some(frame) = self.scratch.frames.last_mut() {
                frame.count = index + 1;
            }
            self.scratch.members.push((index, start));
            self.name = Label::Field(node, index);
            self.item = field.item;
            return Ok(());
        }
        self.other_name(key)?;
        self.item = self.plan.any;
        if *is_open {
            self.scratch.members.push((NO_FIELD, start));
        } else if self.dropped_from.is_none() {
            // What the type has not, no client could read.
            self.dropped_from = Some((self.scratch.frames.len(), start));
        }
        Ok(())
    }

    fn begin_undecided(
        &mut self,
        choice: NodeId,
        key: &[u8],
        frame: &Frame,
    ) -> Result<(), EncodeError> {
        let Node::Choice(members) = self.plan.node(choice) else {
            return Err(EncodeError::Unsupported);
        };
        let mut candidates = 0;
        let mut first = None;
        for (index, member) in members.iter().enumerate().take(64) {
            let Node::Record(fields, _) = self.plan.node(*member) else {
                continue;
            };
            let place = fields.iter().position(|field| field.key.as_bytes() == key);
            if frame.candidates >> index & 1 == 1
                && let Some(place) = place
            {
                candidates |= 1 << index;
                first = first.or(Some((*member, place)));
            }
        }
        let Some((member, place)) = first else {
            self.other_name(key)?;
            self.item = self.plan.any;
            return Ok(());
        };
        if let Some(frame) = self.scratch.frames.last_mut() {
            frame.candidates = candidates;
        }
        self.name = Label::Field(member, place);
        self.item = self
            .field(member, place)
            .map_or(self.plan.any, |field| field.item);
        Ok(())
    }

    fn other_name(&mut self, key: &[u8]) -> Result<(), EncodeError> {
        let key = core::str::from_utf8(key).map_err(|_| EncodeError::InvalidUtf8)?;
        let start = self.scratch.names.len();
        self.scratch
            .names
            .extend_from_slice(element_name(key).as_bytes());
        self.name = Label::Other(start, self.scratch.names.len());
        Ok(())
    }
}
