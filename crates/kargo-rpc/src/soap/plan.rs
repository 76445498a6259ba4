//! A description made ready for decoding and encoding: names of elements, types by number.

use std::collections::HashMap;

use super::names::element_name;
use super::response::write_attribute;
use crate::description::{Description, Field, Literal, Shape, Type};

/// What an API offers as SOAP. Made once per [`Description`]; method `i` of it is operation `i`.
#[derive(Debug, Default)]
pub struct Plan {
    /// The target namespace.
    pub namespace: Box<str>,
    /// The same as the value of an attribute.
    escaped_namespace: Vec<u8>,
    /// In the order of the description's methods.
    pub operations: Vec<Operation>,
    /// The type and the element of a fault's detail.
    pub fault_name: Box<str>,
    /// The faults that methods declare, and the elements of their details; each once.
    pub faults: Vec<(Box<str>, Box<str>)>,
    /// The header blocks that operations take arguments from; each once.
    pub headers: Vec<Element>,
    /// Anything.
    pub any: Item,
    /// The list of anything.
    pub any_list: NodeId,
    /// The object of anything.
    pub any_object: NodeId,
    by_name: HashMap<Box<[u8]>, u32>,
    /// How many of the types are definitions.
    defined: usize,
    /// The types; the first ones are the description's definitions.
    nodes: Vec<Node>,
    /// The names of the types in schemas; empty for those that have none of their own.
    names: Vec<Box<str>>,
    by_type_name: HashMap<Box<[u8]>, NodeId>,
}

/// The number of a type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct NodeId(pub u32);

/// A type where it is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// Which one.
    pub node: NodeId,
    /// Whether null is one of its values.
    pub is_nillable: bool,
}

/// An argument, or a member of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    /// As an element.
    pub name: Box<str>,
    /// As the application has it.
    pub key: Box<str>,
    /// What it holds.
    pub item: Item,
    /// Whether it may be left out.
    pub is_optional: bool,
    /// Prose.
    pub description: Box<str>,
}

/// An argument that is a header block of the envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Its place among the parameters.
    pub slot: usize,
    /// The place of its element in [`Plan::headers`].
    pub element: usize,
}

/// One operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// The method it calls.
    pub method: Box<str>,
    /// Its name, and its element's.
    pub name: Box<str>,
    /// The name of its answer's element.
    pub response: Box<str>,
    /// The `SOAPAction` that goes with it.
    pub action: Box<str>,
    /// Its arguments.
    pub parameters: Vec<Element>,
    /// Those of them that are header blocks; none where there is a variadic one.
    pub headers: Vec<Header>,
    /// The name of the message that has those as its parts.
    pub headers_message: Box<str>,
    /// What takes all further ones: an element that may be repeated.
    pub variadic: Option<Element>,
    /// What it gives, if anything.
    pub result: Option<Item>,
    /// Whether nobody waits for what it gives.
    pub is_one_way: bool,
}

/// A type.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Anything.
    Any,
    /// Nothing.
    Null,
    /// `true`, `false`, `1` or `0`; where there is a value, only that one.
    Boolean(Option<bool>),
    /// 64 bits within these bounds.
    Integer(i64, i64),
    /// Finite.
    Number,
    /// Text; perhaps not empty.
    String(bool),
    /// Base64.
    Bytes,
    /// A point in time.
    DateTime,
    /// One of these integers.
    Integers(Vec<i64>),
    /// One of these texts.
    Texts(Vec<Box<str>>),
    /// Members of any name and type.
    Object,
    /// Elements `item`; perhaps at least one.
    List(Item, bool),
    /// Elements `entry` with `key` and `value`.
    Map(Item),
    /// One or the other.
    Collection(Item),
    /// An element per member; perhaps others.
    Record(Vec<Element>, bool),
    /// One of these.
    Choice(Vec<NodeId>),
}

impl Plan {
    /// Makes a plan, with `namespace` as the target namespace. What is said of a method by its name: whether it answers
    /// nothing, and whether its parameter in a place is a header block.
    #[must_use]
    pub fn new(
        description: &Description,
        namespace: &str,
        is_one_way: impl Fn(&str) -> bool,
        is_header: impl Fn(&str, usize) -> bool,
    ) -> Self {
        let mut plan = Self {
            namespace: namespace.into(),
            ..Self::default()
        };
        write_attribute(&mut plan.escaped_namespace, namespace.as_bytes());
        for definition in &description.definitions {
            plan.nodes.push(Node::Any);
            let name: Box<str> = element_name(&definition.name).into();
            plan.names.push(name.clone());
            let id = NodeId(plan.names.len() as u32 - 1);
            plan.by_type_name.insert(name.as_bytes().into(), id);
        }
        plan.defined = plan.nodes.len();
        for (index, definition) in description.definitions.iter().enumerate() {
            let node = plan.shape(&definition.shape);
            if let Some(slot) = plan.nodes.get_mut(index) {
                *slot = node;
            }
        }
        for method in &description.methods {
            let name: Box<str> = element_name(&method.name).into();
            let index = plan.operations.len() as u32;
            plan.by_name.entry(name.as_bytes().into()).or_insert(index);
            let operation = Operation {
                response: format!("{name}Response").into(),
                method: method.name.as_str().into(),
                action: format!("{namespace}#{name}").into(),
                name,
                parameters: method
                    .parameters
                    .iter()
                    .map(|parameter| plan.element(parameter))
                    .collect(),
                headers: Vec::new(),
                headers_message: "".into(),
                variadic: method
                    .variadic
                    .as_ref()
                    .map(|parameter| plan.element(parameter)),
                result: if method.result == Type::Null {
                    None
                } else {
                    Some(plan.item(&method.result))
                },
                is_one_way: is_one_way(&method.name),
            };
            plan.operations.push(operation);
        }
        plan.types_of_anything();
        plan.fault_name = "Fault".into();
        while plan.by_type_name.contains_key(plan.fault_name.as_bytes())
            || plan.by_name.contains_key(plan.fault_name.as_bytes())
        {
            plan.fault_name = format!("{}_", plan.fault_name).into();
        }
        plan.make_responses_unique();
        plan.name_faults(description);
        plan.name_headers(is_header);
        plan
    }

    /// The target namespace as it is written between quotes.
    #[must_use]
    pub fn namespace_attribute(&self) -> &[u8] {
        &self.escaped_namespace
    }

    /// The operation whose element has this name.
    #[must_use]
    pub fn find(&self, name: &[u8]) -> Option<u32> {
        self.by_name.get(name).copied()
    }

    /// The element of a fault's detail, by the name of a fault that is declared.
    #[must_use]
    pub fn declared_fault(&self, name: &str) -> Option<&str> {
        self.faults
            .iter()
            .find(|(other, _)| **other == *name)
            .map(|(_, element)| &**element)
    }

    /// The header block with this name in the API's own namespace.
    #[must_use]
    pub fn find_header(&self, name: &[u8]) -> Option<usize> {
        self.headers
            .iter()
            .position(|header| header.name.as_bytes() == name)
    }

    /// An operation by its number.
    #[must_use]
    pub fn operation(&self, index: u32) -> Option<&Operation> {
        self.operations.get(index as usize)
    }

    /// A type.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        self.nodes.get(id.0 as usize).unwrap_or(&Node::Any)
    }

    /// All types, by number.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        (0..).map(NodeId).zip(&self.nodes)
    }

    /// The name of a type in the API's own namespace; empty if it has none.
    #[must_use]
    pub fn type_name(&self, id: NodeId) -> &str {
        self.names.get(id.0 as usize).map_or("", |name| name)
    }

    /// The type with this name in the API's own namespace.
    #[must_use]
    pub fn find_type(&self, name: &[u8]) -> Option<NodeId> {
        self.by_type_name.get(name).copied()
    }

    /// What a value of no declared type may be: these are always there.
    fn types_of_anything(&mut self) {
        self.any = self.item(&Type::Any);
        self.any_object = self.add(Node::Object);
        self.any_list = self.add(Node::List(self.any, false));
    }

    /// A method may have the name of another one's answer.
    fn make_responses_unique(&mut self) {
        let mut taken: Vec<Box<str>> = vec![self.fault_name.clone()];
        for operation in &mut self.operations {
            while self.by_name.contains_key(operation.response.as_bytes())
                || taken.contains(&operation.response)
            {
                operation.response = format!("{}_", operation.response).into();
            }
            taken.push(operation.response.clone());
        }
    }

    fn name_faults(&mut self, description: &Description) {
        for fault in description.methods.iter().flat_map(|method| &method.faults) {
            if self.declared_fault(&fault.name).is_some() || fault.name == "Fault" {
                continue;
            }
            let mut element = element_name(&fault.name).into_owned();
            while self.is_element(&element) {
                element.push_str("Fault");
            }
            self.faults
                .push((fault.name.as_str().into(), element.into()));
        }
    }

    /// Whether an element or message has this name, header blocks aside.
    fn is_element(&self, name: &str) -> bool {
        *self.fault_name == *name
            || self.by_name.contains_key(name.as_bytes())
            || self.operations.iter().any(|other| &*other.response == name)
            || self.faults.iter().any(|(_, other)| **other == *name)
    }

    /// Operations share a header block if its type is the same.
    fn name_headers(&mut self, is_header: impl Fn(&str, usize) -> bool) {
        let mut operations = std::mem::take(&mut self.operations);
        // Names of operations are known by the index, those of answers are not.
        let responses: Vec<Box<str>> = operations.iter().map(|one| one.response.clone()).collect();
        let mut messages: Vec<String> = Vec::new();
        for operation in &mut operations {
            if operation.variadic.is_some() {
                continue;
            }
            for (slot, parameter) in operation.parameters.iter().enumerate() {
                if !is_header(&operation.method, slot) {
                    continue;
                }
                let mut element = Element {
                    is_optional: false,
                    ..parameter.clone()
                };
                let found = loop {
                    let is_same =
                        |other: &Element| other.name == element.name && other.item == element.item;
                    let is_taken = self.is_element(&element.name)
                        || responses.contains(&element.name)
                        || self.find_header(element.name.as_bytes()).is_some();
                    match self.headers.iter().position(is_same) {
                        Some(place) => break place,
                        None if is_taken => element.name = format!("{}Header", element.name).into(),
                        None => {
                            self.headers.push(element);
                            break self.headers.len() - 1;
                        }
                    }
                };
                operation.headers.push(Header {
                    slot,
                    element: found,
                });
            }
            if !operation.headers.is_empty() {
                let mut message = format!("{}Headers", operation.name);
                while self.is_element(&message)
                    || responses.iter().any(|other| **other == *message)
                    || messages.contains(&message)
                {
                    message.push('_');
                }
                messages.push(message.clone());
                operation.headers_message = message.into();
            }
        }
        self.operations = operations;
    }

    fn shape(&mut self, shape: &Shape) -> Node {
        match shape {
            Shape::Enum(cases) => {
                let values: Vec<&Literal> = cases.iter().map(|case| &case.value).collect();
                let (integers, texts) = literals(&values);
                if texts.is_empty() {
                    Node::Integers(integers)
                } else {
                    Node::Texts(texts)
                }
            }
            Shape::Record(fields) => Node::Record(self.elements(fields), false),
            Shape::OpenRecord(fields) => Node::Record(self.elements(fields), true),
        }
    }

    fn elements(&mut self, fields: &[Field]) -> Vec<Element> {
        fields.iter().map(|field| self.element(field)).collect()
    }

    fn element(&mut self, field: &Field) -> Element {
        Element {
            name: element_name(&field.name).into(),
            key: field.name.as_str().into(),
            item: self.item(&field.ty),
            is_optional: field.is_optional,
            description: field.description.as_str().into(),
        }
    }

    /// A type with its null.
    fn item(&mut self, ty: &Type) -> Item {
        let mut members: Vec<&Type> = ty.non_null().collect();
        if members.contains(&&Type::Any) {
            members = vec![&Type::Any];
        }
        let node = match members[..] {
            [] => self.add(Node::Null),
            [single] => self.single(single),
            _ => {
                let nodes = members.iter().map(|member| self.single(member)).collect();
                self.add(Node::Choice(nodes))
            }
        };
        Item {
            node,
            is_nillable: ty.accepts_null(),
        }
    }

    fn single(&mut self, ty: &Type) -> NodeId {
        let node = match ty {
            Type::Any => Node::Any,
            Type::Null => Node::Null,
            Type::Boolean => Node::Boolean(None),
            Type::Constant(value) => Node::Boolean(Some(*value)),
            Type::Integer => Node::Integer(i64::MIN, i64::MAX),
            Type::IntegerBetween(least, most) => Node::Integer(*least, *most),
            Type::Number => Node::Number,
            Type::String => Node::String(false),
            Type::NonEmptyString | Type::NumericString => Node::String(true),
            Type::OneOf(values) => {
                let values: Vec<&Literal> = values.iter().collect();
                match literals(&values) {
                    (integers, texts) if texts.is_empty() => Node::Integers(integers),
                    (integers, texts) if integers.is_empty() => Node::Texts(texts),
                    (integers, texts) => {
                        let both = [Node::Integers(integers), Node::Texts(texts)];
                        Node::Choice(both.into_iter().map(|node| self.add(node)).collect())
                    }
                }
            }
            Type::Bytes => Node::Bytes,
            Type::DateTime => Node::DateTime,
            Type::Object => Node::Object,
            Type::List(item) => Node::List(self.item(item), false),
            Type::NonEmptyList(item) => Node::List(self.item(item), true),
            Type::Map(item) | Type::NonEmptyMap(item) => Node::Map(self.item(item)),
            Type::Collection(item) | Type::NonEmptyCollection(item) => {
                Node::Collection(self.item(item))
            }
            Type::Defined(id) => return NodeId(id.0 as u32),
            Type::Union(_) => return self.item(ty).node,
        };
        self.add(node)
    }

    fn add(&mut self, node: Node) -> NodeId {
        // Definitions are told apart by their names, all others by what they are.
        let defined = self.defined;
        if let Some(found) = self
            .nodes
            .iter()
            .skip(defined)
            .position(|other| *other == node)
        {
            return NodeId((defined + found) as u32);
        }
        let mut name = self.name_of(&node);
        while !name.is_empty() && self.by_type_name.contains_key(name.as_bytes()) {
            name.push('_');
        }
        let id = NodeId(self.nodes.len() as u32);
        if !name.is_empty() {
            self.by_type_name.insert(name.as_bytes().into(), id);
        }
        self.nodes.push(node);
        self.names.push(name.into());
        id
    }

    /// The name of a type that needs one of its own.
    fn name_of(&self, node: &Node) -> String {
        match node {
            Node::Object => "Object".to_owned(),
            Node::List(item, false) => format!("ArrayOf{}", self.label(*item)),
            Node::List(item, true) => format!("NonEmptyArrayOf{}", self.label(*item)),
            Node::Map(item) => format!("MapOf{}", self.label(*item)),
            Node::Collection(item) => format!("CollectionOf{}", self.label(*item)),
            _ => String::new(),
        }
    }

    /// What a type is called in the name of another.
    fn label(&self, item: Item) -> String {
        let label = match self.node(item.node) {
            Node::Any | Node::Choice(_) => return "Any".to_owned(),
            Node::Null => return "Null".to_owned(),
            _ if !self.type_name(item.node).is_empty() => self.type_name(item.node),
            Node::Boolean(_) => "Boolean",
            Node::Integer(..) | Node::Integers(_) => "Long",
            Node::Number => "Double",
            Node::Bytes => "Binary",
            Node::DateTime => "DateTime",
            _ => "String",
        };
        if item.is_nillable {
            format!("Nullable{label}")
        } else {
            label.to_owned()
        }
    }
}

/// The integers and the texts.
fn literals(values: &[&Literal]) -> (Vec<i64>, Vec<Box<str>>) {
    let (mut integers, mut texts) = (Vec::new(), Vec::new());
    for value in values {
        match value {
            Literal::Integer(value) => integers.push(*value),
            Literal::Text(text) => texts.push(text.as_str().into()),
        }
    }
    (integers, texts)
}
