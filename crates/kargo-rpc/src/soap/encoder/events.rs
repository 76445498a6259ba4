//! What an encoder does with each event.

use super::{Kind, SoapEncoder};
use crate::DateTime;
use crate::EncodeError;
use crate::Encoder;
use crate::base64;
use crate::soap::Style;
use crate::soap::plan::{Item, Node};
use crate::xml;

impl Encoder for SoapEncoder<'_> {
    fn null(&mut self) -> Result<(), EncodeError> {
        self.place();
        self.out.push(b'<');
        self.write_name(self.name);
        self.out.extend_from_slice(b" xsi:nil=\"true\"/>");
        self.end_value();
        Ok(())
    }

    fn bool(&mut self, value: bool) -> Result<(), EncodeError> {
        self.begin_scalar("boolean");
        self.out
            .extend_from_slice(if value { b"true" } else { b"false" });
        self.end_scalar();
        Ok(())
    }

    #[inline]
    fn int(&mut self, value: i64) -> Result<(), EncodeError> {
        let is_small = self.style == Style::RpcEncoded && i32::try_from(value).is_ok();
        self.begin_scalar(if is_small { "int" } else { "long" });
        let mut buffer = itoa::Buffer::new();
        self.out.extend_from_slice(buffer.format(value).as_bytes());
        self.end_scalar();
        Ok(())
    }

    fn float(&mut self, value: f64) -> Result<(), EncodeError> {
        if !value.is_finite() {
            return Err(EncodeError::NotFinite);
        }
        self.begin_scalar("double");
        let mut buffer = zmij::Buffer::new();
        let digits = buffer.format_finite(value).as_bytes();
        self.out.extend_from_slice(digits);
        self.end_scalar();
        Ok(())
    }

    #[inline]
    fn string(&mut self, utf8: &[u8]) -> Result<(), EncodeError> {
        let is_bytes = match self.scratch.frames.last() {
            Some(frame) if frame.kind == Kind::List => {
                matches!(self.plan.node(frame.item.node), Node::Bytes)
            }
            _ => matches!(self.plan.node(self.item.node), Node::Bytes),
        };
        if is_bytes {
            return self.binary(utf8);
        }
        let (start, name, item) = (self.out.len(), self.name, self.item);
        let frame = self.scratch.frames.last().copied();
        self.begin_scalar("string");
        if !xml::write_text(self.out, utf8) {
            if !self.says_type() {
                return Err(EncodeError::InvalidCharacter);
            }
            // Where the value says its type, it may be another one.
            self.out.truncate(start);
            (self.name, self.item) = (name, item);
            if let (Some(innermost), Some(frame)) = (self.scratch.frames.last_mut(), frame) {
                *innermost = frame;
            }
            return self.binary(utf8);
        }
        self.end_scalar();
        Ok(())
    }

    fn binary(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        self.begin_scalar("base64Binary");
        base64::write(self.out, bytes);
        self.end_scalar();
        Ok(())
    }

    fn date_time(&mut self, value: &DateTime) -> Result<(), EncodeError> {
        self.begin_scalar("dateTime");
        value.write_rfc3339_to(self.out);
        self.end_scalar();
        Ok(())
    }

    fn begin_array(&mut self) -> Result<(), EncodeError> {
        self.place();
        let is_list = |node: &Node| matches!(node, Node::List(..) | Node::Collection(_));
        if let Some(node) = self.member_of(is_list)
            && let Node::List(item, _) | Node::Collection(item) = self.plan.node(node)
        {
            return self.begin(Kind::List, *item, Some(node));
        }
        let is_map = |node: &Node| matches!(node, Node::Map(_) | Node::Object | Node::Record(..));
        match self
            .member_of(is_map)
            .map(|node| (node, self.plan.node(node)))
        {
            Some((node, Node::Map(item))) => self.begin(Kind::Map, *item, Some(node)),
            Some((node, Node::Object)) => self.begin(Kind::Map, self.plan.any, Some(node)),
            // PHP has one kind of empty array.
            Some((node, _)) => self.begin(Kind::Empty, self.plan.any, Some(node)),
            None if matches!(self.plan.node(self.item.node), Node::Any) => {
                self.begin(Kind::List, self.plan.any, Some(self.plan.any_list))
            }
            None => Err(EncodeError::Unsupported),
        }
    }

    fn end_array(&mut self) -> Result<(), EncodeError> {
        self.end()
    }

    fn begin_object(&mut self) -> Result<(), EncodeError> {
        self.place();
        let records = match self.plan.node(self.item.node) {
            Node::Choice(members) => members
                .iter()
                .filter(|member| matches!(self.plan.node(**member), Node::Record(..)))
                .count(),
            _ => 0,
        };
        if records > 1 {
            let choice = self.item.node;
            return self.begin(Kind::Undecided(choice), Item::default(), None);
        }
        if let Some(node) = self.member_of(|node| matches!(node, Node::Record(..))) {
            return self.begin(Kind::Record(node), Item::default(), Some(node));
        }
        let is_map = |node: &Node| matches!(node, Node::Map(_) | Node::Collection(_));
        if let Some(node) = self.member_of(is_map)
            && let Node::Map(item) | Node::Collection(item) = self.plan.node(node)
        {
            return self.begin(Kind::Map, *item, Some(node));
        }
        if let Some(node) = self.member_of(|node| matches!(node, Node::Object | Node::Any)) {
            let named = match self.plan.node(node) {
                Node::Any => self.plan.any_object,
                _ => node,
            };
            return self.begin(Kind::Map, self.plan.any, Some(named));
        }
        Err(EncodeError::Unsupported)
    }

    fn key(&mut self, utf8: &[u8]) -> Result<(), EncodeError> {
        self.begin_member(utf8)
    }

    fn int_key(&mut self, key: i64) -> Result<(), EncodeError> {
        self.begin_member(itoa::Buffer::new().format(key).as_bytes())
    }

    fn end_object(&mut self) -> Result<(), EncodeError> {
        self.end()
    }
}
