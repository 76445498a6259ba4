//! Values: the events of one element, by its type.

use super::decoder::Decoding;
use super::lexical;
use super::namespace;
use super::plan::{Element, Item, Node, NodeId};
use super::scalar_type;
use crate::BodyErrorKind;
use crate::CallBuilder;
use crate::DateTime;
use crate::base64;
use crate::error::Stop;
use crate::xml::{Found, Name, attribute_text};

/// Bytes that may be repeated by reference beside as many as the body has.
const FREELY_REPEATED: usize = 64 << 10;

/// What an element says of its own type.
#[derive(Clone, Copy)]
enum Given<'a> {
    Nothing,
    Type(&'a Node),
    /// An array of SOAP's encoding, and the type of its items if that is known.
    Array(Option<&'a Node>),
    /// The map that old clients send associative arrays as.
    Map,
}

impl<'a, B: CallBuilder> Decoding<'a, B> {
    /// Reads the value in the element that was just opened. It is closed then.
    pub(super) fn value(&mut self, node: NodeId, level: usize) -> Result<(), Stop<B::Error>> {
        let node = self.plan.node(node);
        self.typed(node, level)
    }

    fn typed(&mut self, node: &'a Node, level: usize) -> Result<(), Stop<B::Error>> {
        if self.reader.has_attributes() {
            return self.attributed(node, level);
        }
        let found = self.reader.content()?;
        self.found(node, found, level)
    }

    /// The same where the element has attributes, which may say something of the value.
    fn attributed(&mut self, node: &'a Node, level: usize) -> Result<(), Stop<B::Error>> {
        let nil = self.reader.attribute(namespace::XSI, b"nil");
        if nil.map(attribute_text).as_deref().map(lexical::boolean) == Some(Some(true)) {
            return self.nil();
        }
        let reference = self
            .reader
            .attribute(namespace::NONE, b"href")
            .or_else(|| self.reader.attribute(namespace::ENCODING_12, b"ref"));
        if let Some(reference) = reference {
            return self.referred(reference, node, level);
        }
        let given = self.given()?;
        let found = self.reader.content()?;
        let is_open = matches!(node, Node::Any | Node::Choice(_));
        match (given, found) {
            (Given::Type(given), _) if is_open => self.found(given, found, level),
            // Old clients send a string so that is not ASCII.
            (Given::Type(Node::Bytes), _) if matches!(node, Node::String(_) | Node::Texts(_)) => {
                self.found(&Node::Bytes, found, level)
            }
            (Given::Array(item), Found::Element(first)) => {
                let item = match node {
                    Node::List(item, _) | Node::Collection(item) => self.plan.node(item.node),
                    _ => item.unwrap_or(&Node::Any),
                };
                self.items(item, first, level, false)
            }
            (Given::Array(_), _) if is_open => self.empty_or_text(found, true),
            (Given::Map, Found::Element(first)) => {
                let item = match node {
                    Node::Map(item) | Node::Collection(item) => self.plan.node(item.node),
                    _ => &Node::Any,
                };
                self.entries(item, first, level, b"item")
            }
            (Given::Map, _) if is_open => self.empty_or_text(found, false),
            _ => self.found(node, found, level),
        }
    }

    /// What `xsi:type` and the attributes of arrays say.
    fn given(&mut self) -> Result<Given<'a>, Stop<B::Error>> {
        let array_type = self
            .reader
            .attribute(namespace::ENCODING_11, b"arrayType")
            // Perl's SOAP::Lite knows no other in SOAP 1.2.
            .or_else(|| self.reader.attribute(namespace::ENCODING_12, b"arrayType"));
        let item_type = self.reader.attribute(namespace::ENCODING_12, b"itemType");
        if array_type.is_some() || item_type.is_some() {
            return self.given_array(array_type, item_type);
        }
        let Some(raw) = self.reader.attribute(namespace::XSI, b"type") else {
            return Ok(Given::Nothing);
        };
        let text = attribute_text(raw);
        let Some(name) = self.reader.value_name(&text) else {
            return self.refuse_value("An xsi:type whose prefix is not declared");
        };
        Ok(match (name.namespace, name.local) {
            (namespace::ENCODING_11 | namespace::ENCODING_12, b"Array") => Given::Array(None),
            (namespace::APACHE, b"Map") => Given::Map,
            _ => self.named_type(name).map_or(Given::Nothing, Given::Type),
        })
    }

    /// What is known of a type by its name.
    fn named_type(&self, name: Name<'_>) -> Option<&'a Node> {
        match name.namespace {
            namespace::XSD | namespace::ENCODING_11 | namespace::ENCODING_12 => {
                scalar_type::of_schema(name.local)
            }
            namespace::OWN => self.plan.find_type(name.local).map(|id| self.plan.node(id)),
            _ => None,
        }
    }

    /// An array of one dimension. Its size is what there are items: what is said of it costs nothing.
    fn given_array(
        &mut self,
        array_type: Option<&[u8]>,
        item_type: Option<&[u8]>,
    ) -> Result<Given<'a>, Stop<B::Error>> {
        let size = self.reader.attribute(namespace::ENCODING_12, b"arraySize");
        let is_sparse = self
            .reader
            .attribute(namespace::ENCODING_11, b"offset")
            .is_some();
        let size = size.map(attribute_text);
        let size = size.as_deref().map(lexical::trim).unwrap_or_default();
        if is_sparse || size.iter().any(u8::is_ascii_whitespace) {
            return self.refuse_value("An array that is sparse or has several dimensions");
        }
        let text = attribute_text(array_type.or(item_type).unwrap_or_default());
        let mut name = lexical::trim(&text);
        if array_type.is_some() {
            let bracket = name.iter().position(|&byte| byte == b'[');
            let (before, dimensions) = name.split_at(bracket.unwrap_or(name.len()));
            if dimensions.contains(&b',') {
                return self.refuse_value("An array that is sparse or has several dimensions");
            }
            // The items of an array of arrays say what they are.
            let is_nested = dimensions.iter().filter(|&&byte| byte == b'[').count() > 1;
            name = if is_nested { b"" } else { before };
        }
        let named = self.reader.value_name(name);
        Ok(Given::Array(named.and_then(|name| self.named_type(name))))
    }

    /// The element that was just opened is null: it has no content.
    fn nil(&mut self) -> Result<(), Stop<B::Error>> {
        let is_empty = match self.reader.content()? {
            Found::Plain(text) => lexical::trim(text).is_empty(),
            Found::Pieced => lexical::trim(self.reader.pieced_text()).is_empty(),
            Found::Element(_) => false,
        };
        if !is_empty {
            return self.refuse_value("An element that is nil and not empty");
        }
        self.builder.null().map_err(Stop::Builder)
    }

    /// The value of another element, which `reference` names.
    fn referred(
        &mut self,
        reference: &[u8],
        node: &'a Node,
        level: usize,
    ) -> Result<(), Stop<B::Error>> {
        let is_empty = match self.reader.content()? {
            Found::Plain(text) => lexical::trim(text).is_empty(),
            Found::Pieced | Found::Element(_) => false,
        };
        if !is_empty || level >= self.limits.max_elements {
            return self.refuse_value("A reference that has content of its own");
        }
        let text = attribute_text(reference);
        // SOAP 1.2 has the id alone.
        let id = text.strip_prefix(b"#").unwrap_or(&text);
        let entered = self
            .references
            .enter(id, self.text, self.start, self.limits, self.known);
        drop(text);
        let target = match entered {
            Ok(target) => target,
            Err(reason) => return self.refuse_value(reason),
        };
        let Some(scope) = self.references.scope(target) else {
            return self.refuse_value("A reference to nothing");
        };
        let back = self.reader.jump(target.at, scope);
        self.reader.child()?;
        self.typed(node, level + 1)?;
        let end = self.reader.offset();
        self.reader.go_back(back);
        match self
            .references
            .leave(end, self.text.len() + FREELY_REPEATED)
        {
            Ok(()) => Ok(()),
            Err(reason) => self.refuse_value(reason),
        }
    }

    /// What an element holds, as a value of a type.
    fn found(
        &mut self,
        node: &'a Node,
        found: Found<'a>,
        level: usize,
    ) -> Result<(), Stop<B::Error>> {
        match found {
            Found::Element(first) => self.container(node, first, level),
            Found::Plain(text) => {
                let binary = &mut self.values.binary;
                scalar(node, text, self.plan, binary, self.builder).map_err(Stop::Builder)
            }
            Found::Pieced => {
                let binary = &mut self.values.binary;
                let text = self.reader.pieced_text();
                scalar(node, text, self.plan, binary, self.builder).map_err(Stop::Builder)
            }
        }
    }

    /// An array or map that has no element in it.
    fn empty_or_text(&mut self, found: Found<'a>, is_array: bool) -> Result<(), Stop<B::Error>> {
        let text = match found {
            Found::Plain(text) => text,
            _ => self.reader.pieced_text(),
        };
        if !lexical::trim(text).is_empty() {
            return self.builder.string(text).map_err(Stop::Builder);
        }
        empty(self.builder, is_array).map_err(Stop::Builder)
    }

    /// A value whose first element was just opened.
    fn container(
        &mut self,
        node: &'a Node,
        first: Name<'a>,
        level: usize,
    ) -> Result<(), Stop<B::Error>> {
        if level + 1 >= self.limits.max_depth {
            return Err(BodyErrorKind::TooDeep.into());
        }
        let plan = self.plan;
        match node {
            // PHP's SoapClient sends a list so where the schema has anyType.
            Node::Any if first.namespace == namespace::XSD => {
                self.items(&Node::Any, first, level, false)
            }
            Node::List(item, _) => self.items(plan.node(item.node), first, level, true),
            Node::Record(fields, _) => self.record(fields, first, level),
            Node::Map(item) => self.named_values(*item, first, level),
            Node::Object => self.named_values(plan.any, first, level),
            Node::Collection(item) if first.local == b"item" => {
                self.items(plan.node(item.node), first, level, true)
            }
            Node::Collection(item) => self.named_values(*item, first, level),
            Node::Any if first.local == b"item" => self.items(&Node::Any, first, level, true),
            Node::Any => self.named_values(plan.any, first, level),
            Node::Choice(members) => {
                let node = choose(plan, members, first.local);
                self.container(node, first, level)
            }
            // A scalar was expected: what is told is something that is none.
            _ => {
                let depth = self.reader.depth();
                self.reader.skip_to_depth(depth - 2)?;
                empty(self.builder, false).map_err(Stop::Builder)
            }
        }
    }

    /// Members of any name: entries, or elements that are named like them.
    fn named_values(
        &mut self,
        item: Item,
        first: Name<'a>,
        level: usize,
    ) -> Result<(), Stop<B::Error>> {
        let item = self.plan.node(item.node);
        if first.local == b"entry" {
            return self.entries(item, first, level, b"entry");
        }
        self.builder.begin_object().map_err(Stop::Builder)?;
        let (mut count, mut next) = (0, Some(first));
        while let Some(name) = next {
            self.check_namespace(name)?;
            self.builder.key(name.local).map_err(Stop::Builder)?;
            self.typed(item, level + 1)?;
            count += 1;
            next = self.reader.child()?;
        }
        self.builder.end_object(count).map_err(Stop::Builder)
    }

    /// The items of a list, the first one being open already.
    fn items(
        &mut self,
        item: &'a Node,
        first: Name<'a>,
        level: usize,
        is_literal: bool,
    ) -> Result<(), Stop<B::Error>> {
        if level + 1 >= self.limits.max_depth {
            return Err(BodyErrorKind::TooDeep.into());
        }
        self.builder.begin_array().map_err(Stop::Builder)?;
        let (mut count, mut next) = (0, Some(first));
        while let Some(name) = next {
            if is_literal {
                self.check_namespace(name)?;
                if name.local != b"item" {
                    return self.refuse_value("An element of a list that is no item");
                }
            } else if self
                .reader
                .attribute(namespace::ENCODING_11, b"position")
                .is_some()
            {
                return self.refuse_value("An array that is sparse or has several dimensions");
            }
            self.typed(item, level + 1)?;
            count += 1;
            next = self.reader.child()?;
        }
        self.builder.end_array(count).map_err(Stop::Builder)
    }

    /// The entries of a map, the first one being open already: each a `key` and a `value`.
    fn entries(
        &mut self,
        item: &'a Node,
        first: Name<'a>,
        level: usize,
        entry: &[u8],
    ) -> Result<(), Stop<B::Error>> {
        if level + 1 >= self.limits.max_depth {
            return Err(BodyErrorKind::TooDeep.into());
        }
        self.builder.begin_object().map_err(Stop::Builder)?;
        let (mut count, mut next) = (0, Some(first));
        while let Some(name) = next {
            self.check_namespace(name)?;
            if name.local != entry {
                return self.refuse_value("An element of a map that is no entry");
            }
            self.entry(item, level)?;
            count += 1;
            next = self.reader.child()?;
        }
        self.builder.end_object(count).map_err(Stop::Builder)
    }

    fn entry(&mut self, item: &'a Node, level: usize) -> Result<(), Stop<B::Error>> {
        const NOT_AN_ENTRY: &str = "An entry of a map is one key and one value, in this order";
        let is_key = self
            .reader
            .child()?
            .is_some_and(|name| name.local == b"key");
        if !is_key {
            return self.refuse_value(NOT_AN_ENTRY);
        }
        let told = match self.reader.content()? {
            Found::Plain(text) => self.builder.key(text),
            Found::Pieced => self.builder.key(self.reader.pieced_text()),
            Found::Element(_) => return self.refuse_value("A key of a map is text"),
        };
        told.map_err(Stop::Builder)?;
        let is_value = self
            .reader
            .child()?
            .is_some_and(|name| name.local == b"value");
        if !is_value {
            return self.refuse_value(NOT_AN_ENTRY);
        }
        self.typed(item, level + 1)?;
        if self.reader.child()?.is_some() {
            return self.refuse_value(NOT_AN_ENTRY);
        }
        Ok(())
    }

    /// The members of a record, the first one being open already.
    fn record(
        &mut self,
        fields: &'a [Element],
        first: Name<'a>,
        level: usize,
    ) -> Result<(), Stop<B::Error>> {
        self.builder.begin_object().map_err(Stop::Builder)?;
        let seen_from = self.values.seen.len();
        self.values.seen.resize(seen_from + fields.len(), false);
        let (mut count, mut expected, mut next) = (0, 0, Some(first));
        while let Some(name) = next {
            self.check_namespace(name)?;
            let is_next = fields
                .get(expected)
                .is_some_and(|field| field.name.as_bytes() == name.local);
            let place = if is_next {
                Some(expected)
            } else {
                fields
                    .iter()
                    .position(|field| field.name.as_bytes() == name.local)
            };
            match place.and_then(|place| Some((place, fields.get(place)?))) {
                Some((place, field)) => {
                    match self.values.seen.get_mut(seen_from + place) {
                        Some(seen) if *seen => {
                            return self.refuse_value("A member that comes twice");
                        }
                        Some(seen) => *seen = true,
                        None => {}
                    }
                    expected = place + 1;
                    let key = field.key.as_bytes();
                    self.builder.key(key).map_err(Stop::Builder)?;
                    self.value(field.item.node, level + 1)?;
                }
                // Whether there may be others is checked with the types.
                None => {
                    self.builder.key(name.local).map_err(Stop::Builder)?;
                    self.typed(&Node::Any, level + 1)?;
                }
            }
            count += 1;
            next = self.reader.child()?;
        }
        self.values.seen.truncate(seen_from);
        self.builder.end_object(count).map_err(Stop::Builder)
    }

    /// Elements of values are in the API's own namespace or, from old clients, in none.
    fn check_namespace(&mut self, name: Name<'_>) -> Result<(), Stop<B::Error>> {
        if matches!(name.namespace, namespace::OWN | namespace::NONE) {
            Ok(())
        } else {
            self.refuse_value("A value's element in a foreign namespace")
        }
    }
}

/// The member of a choice that an element with this name may begin.
fn choose<'a>(plan: &'a super::Plan, members: &[NodeId], first: &[u8]) -> &'a Node {
    let fits = |node: &&Node| match node {
        Node::List(..) => first == b"item",
        Node::Map(_) | Node::Object => first == b"entry",
        Node::Collection(_) => matches!(first, b"item" | b"entry"),
        Node::Record(fields, _) => fields.iter().any(|field| field.name.as_bytes() == first),
        _ => false,
    };
    let nodes = || members.iter().map(|id| plan.node(*id));
    nodes()
        .find(fits)
        .or_else(|| nodes().find(|node| matches!(node, Node::Record(..))))
        .unwrap_or(&Node::Any)
}

fn empty<B: CallBuilder>(builder: &mut B, is_array: bool) -> Result<(), B::Error> {
    if is_array {
        builder.begin_array()?;
        builder.end_array(0)
    } else {
        builder.begin_object()?;
        builder.end_object(0)
    }
}

/// Text as a value of a type; as the text that it is where it hasn't the form.
fn scalar<B: CallBuilder>(
    node: &Node,
    text: &[u8],
    plan: &super::Plan,
    binary: &mut Vec<u8>,
    builder: &mut B,
) -> Result<(), B::Error> {
    match node {
        Node::String(_) | Node::Texts(_) | Node::Any => return builder.string(text),
        Node::Integer(..) | Node::Integers(_) => {
            if let Some(value) = lexical::integer(text) {
                return builder.int(value);
            }
        }
        Node::Boolean(_) => {
            if let Some(value) = lexical::boolean(text) {
                return builder.bool(value);
            }
        }
        Node::Number => {
            if let Some(value) = lexical::number(text) {
                return builder.float(value);
            }
        }
        Node::Bytes => {
            binary.clear();
            if base64::read(binary, text).is_some() {
                return builder.binary(binary);
            }
        }
        Node::DateTime => {
            if let Some(value) = DateTime::parse(lexical::trim(text)) {
                return builder.date_time(&value);
            }
        }
        Node::Choice(members) => {
            let member = choose_scalar(plan, members, text);
            return scalar(member, text, plan, binary, builder);
        }
        Node::Null if text.is_empty() => return builder.null(),
        Node::List(..) | Node::Collection(_) if lexical::trim(text).is_empty() => {
            return empty(builder, true);
        }
        Node::Map(_) | Node::Object | Node::Record(..) if lexical::trim(text).is_empty() => {
            return empty(builder, false);
        }
        _ => {}
    }
    builder.string(text)
}

/// The member of a choice that a text is a value of: those with a form of their own come first, text last.
fn choose_scalar<'a>(plan: &'a super::Plan, members: &[NodeId], text: &[u8]) -> &'a Node {
    let nodes = || members.iter().map(|id| plan.node(*id));
    let has_form = |node: &&Node| match node {
        Node::Boolean(_) => matches!(text, b"true" | b"false"),
        Node::Integer(..) => lexical::canonical_integer(text).is_some(),
        Node::Integers(values) => {
            lexical::canonical_integer(text).is_some_and(|value| values.contains(&value))
        }
        Node::Texts(values) => values.iter().any(|value| value.as_bytes() == text),
        Node::DateTime => DateTime::parse(text).is_some(),
        _ => false,
    };
    let is_number = |node: &&Node| matches!(node, Node::Number) && lexical::number(text).is_some();
    let is_text = |node: &&Node| matches!(node, Node::String(_));
    let is_empty_container = |node: &&Node| {
        text.is_empty()
            && matches!(
                node,
                Node::List(..)
                    | Node::Map(_)
                    | Node::Object
                    | Node::Collection(_)
                    | Node::Record(..)
            )
    };
    nodes()
        .find(has_form)
        .or_else(|| nodes().find(is_number))
        .or_else(|| nodes().find(is_text))
        .or_else(|| nodes().find(is_empty_container))
        .or_else(|| nodes().find(|node| matches!(node, Node::Bytes)))
        .unwrap_or(&Node::Any)
}
