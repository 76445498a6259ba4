//! WSDL 1.1 of an API: document/literal wrapped, one port type, a binding and a port for each version of SOAP.
//!
//! | in the API | in the schema |
//! |---|---|
//! | a method | an element of its name with one element per parameter, and one named `…Response` with `return` |
//! | a record, an enum | a complex type, a restriction, both of its name |
//! | a list, a map | `ArrayOfX` of `item`, `MapOfX` of `entry` with `key` and `value` |
//! | an `array` without more | `CollectionOfAny`: items or entries |
//! | anything, several types | `anyType`: such a value says its own with `xsi:type` |
//! | a parameter that is a header block | an element of its name, a part of a message for the header |
//! | null | `nillable` |
//! | what may be left out | `minOccurs="0"` |
//!
//! Nothing in it depends on order or time: the same API at the same address gives the same text.

use crate::description::{Definition, Description, Method, Shape};
use crate::soap::{Element, Item, Node, NodeId, Operation, Plan};
use crate::xml;

/// Writes the WSDL of an API whose SOAP is at `address`. `plan` was made of `description`.
#[must_use]
pub fn write(description: &Description, plan: &Plan, address: &str) -> String {
    let mut wsdl = Wsdl {
        out: Vec::with_capacity(4096),
        plan,
    };
    wsdl.definitions(description, address);
    String::from_utf8(wsdl.out).unwrap_or_default()
}

struct Wsdl<'a> {
    out: Vec<u8>,
    plan: &'a Plan,
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <wsdl:definitions xmlns:wsdl=\"http://schemas.xmlsoap.org/wsdl/\" \
    xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\" \
    xmlns:soap12=\"http://schemas.xmlsoap.org/wsdl/soap12/\" \
    xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"";

impl<'a> Wsdl<'a> {
    fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Text between tags.
    fn text(&mut self, text: &str) {
        xml::write_text_lossy(&mut self.out, text.as_bytes());
    }

    /// ` name="value"`.
    fn attribute(&mut self, name: &str, value: &str) {
        self.raw(" ");
        self.raw(name);
        self.raw("=\"");
        for piece in value.split_inclusive(['"', '\n', '\t']) {
            let (plain, escape) = match piece.as_bytes().last() {
                Some(b'"') => (&piece[..piece.len() - 1], "&quot;"),
                Some(b'\n') => (&piece[..piece.len() - 1], "&#10;"),
                Some(b'\t') => (&piece[..piece.len() - 1], "&#9;"),
                _ => (piece, ""),
            };
            self.text(plain);
            self.raw(escape);
        }
        self.raw("\"");
    }

    fn wsdl_documentation(&mut self, text: &str) {
        if !text.is_empty() {
            self.raw("<wsdl:documentation>");
            self.text(text);
            self.raw("</wsdl:documentation>");
        }
    }

    fn schema_documentation(&mut self, text: &str) {
        if !text.is_empty() {
            self.raw("<xsd:annotation><xsd:documentation>");
            self.text(text);
            self.raw("</xsd:documentation></xsd:annotation>");
        }
    }

    fn definitions(&mut self, description: &Description, address: &str) {
        let namespace = self.plan.namespace.clone();
        let service = service_name(&description.title);
        self.raw(HEAD);
        self.attribute("xmlns:tns", &namespace);
        self.attribute("name", &service);
        self.attribute("targetNamespace", &namespace);
        self.raw(">\n");
        self.types(description);
        for operation in &self.plan.operations {
            self.messages(operation);
        }
        self.declared_messages();
        self.port_type(description, &service);
        for version in VERSIONS {
            self.binding(description, &service, version);
        }
        self.raw("<wsdl:service");
        self.attribute("name", &service);
        self.raw(">");
        let about = paragraphs(&description.title, &description.description);
        self.wsdl_documentation(&about);
        self.raw("\n");
        for (prefix, suffix, _) in VERSIONS {
            self.raw("<wsdl:port");
            self.attribute("name", &format!("{service}{suffix}Port"));
            self.attribute("binding", &format!("tns:{service}{suffix}Binding"));
            self.raw("><");
            self.raw(prefix);
            self.raw(":address");
            self.attribute("location", address);
            self.raw("/></wsdl:port>\n");
        }
        self.raw("</wsdl:service>\n</wsdl:definitions>\n");
    }

    fn types(&mut self, description: &Description) {
        self.raw("<wsdl:types>\n<xsd:schema");
        let namespace = self.plan.namespace.clone();
        self.attribute("targetNamespace", &namespace);
        self.raw(" elementFormDefault=\"qualified\">\n");
        let plan = self.plan;
        for (operation, method) in plan.operations.iter().zip(&description.methods) {
            self.operation_elements(operation, method);
        }
        self.fault_elements();
        for header in &plan.headers {
            self.element(header, false, "1");
            self.raw("\n");
        }
        for (id, node) in plan.nodes() {
            let definition = description.definitions.get(id.0 as usize);
            if !plan.type_name(id).is_empty() {
                self.named_type(id, node, definition);
            }
        }
        self.raw("</xsd:schema>\n</wsdl:types>\n");
    }

    fn operation_elements(&mut self, operation: &Operation, method: &Method) {
        self.raw("<xsd:element");
        self.attribute("name", &operation.name);
        self.raw("><xsd:complexType><xsd:sequence>");
        for (slot, parameter) in operation.parameters.iter().enumerate() {
            if !operation.headers.iter().any(|header| header.slot == slot) {
                self.element(parameter, parameter.is_optional, "1");
            }
        }
        if let Some(variadic) = &operation.variadic {
            self.element(variadic, true, "unbounded");
        }
        self.raw("</xsd:sequence></xsd:complexType></xsd:element>\n");
        if operation.is_one_way {
            return;
        }
        self.raw("<xsd:element");
        self.attribute("name", &operation.response);
        self.raw("><xsd:complexType><xsd:sequence>");
        if let Some(item) = operation.result {
            let result = Element {
                name: "return".into(),
                key: "return".into(),
                item,
                is_optional: false,
                description: method.result_description.as_str().into(),
            };
            self.element(&result, false, "1");
        }
        self.raw("</xsd:sequence></xsd:complexType></xsd:element>\n");
    }

    /// What the detail of a fault is: one type, an element for those that are not declared, and one for each that is.
    fn fault_elements(&mut self) {
        let name = self.plan.fault_name.clone();
        self.raw("<xsd:complexType");
        self.attribute("name", &name);
        self.raw(
            "><xsd:sequence><xsd:element name=\"code\" type=\"xsd:int\"/>\
             <xsd:element name=\"message\" type=\"xsd:string\"/>",
        );
        for (name, text) in [
            ("pointer", "JSON pointer to the argument that is wrong"),
            ("reason", "what is wrong with it"),
            ("id", "under which the server's log has more"),
            ("data", "more, as JSON"),
        ] {
            self.raw("<xsd:element");
            self.attribute("name", name);
            self.raw(" type=\"xsd:string\" minOccurs=\"0\">");
            self.schema_documentation(text);
            self.raw("</xsd:element>");
        }
        self.raw("</xsd:sequence></xsd:complexType>\n");
        for element in std::iter::once(name.to_string()).chain(self.declared()) {
            self.raw("<xsd:element");
            self.attribute("name", &element);
            self.attribute("type", &format!("tns:{name}"));
            self.raw("/>\n");
        }
    }

    fn named_type(&mut self, id: NodeId, node: &Node, definition: Option<&Definition>) {
        let name = self.plan.type_name(id).to_owned();
        let about = definition.map_or("", |definition| &definition.description);
        let is_simple = !matches!(
            node,
            Node::Record(..) | Node::List(..) | Node::Map(_) | Node::Collection(_) | Node::Object
        );
        if is_simple {
            self.simple_type(Some(&name), node, definition);
            self.raw("\n");
            return;
        }
        self.raw("<xsd:complexType");
        self.attribute("name", &name);
        self.raw(">");
        self.schema_documentation(about);
        self.raw("<xsd:sequence>");
        match node {
            Node::Record(fields, is_open) => {
                for field in fields {
                    self.element(field, field.is_optional, "1");
                }
                if *is_open {
                    self.raw(
                        "<xsd:any namespace=\"##other\" processContents=\"lax\" minOccurs=\"0\" \
                         maxOccurs=\"unbounded\"/>",
                    );
                }
            }
            Node::List(item, is_filled) => self.repeated_item(*item, *is_filled),
            Node::Map(item) => self.entry(*item),
            Node::Object => self.entry(self.plan.any),
            Node::Collection(item) => {
                self.repeated_item(*item, false);
                self.entry(*item);
            }
            _ => {}
        }
        self.raw("</xsd:sequence></xsd:complexType>\n");
    }

    fn repeated_item(&mut self, item: Item, is_filled: bool) {
        let element = plain("item", item);
        self.element(&element, !is_filled, "unbounded");
    }

    fn entry(&mut self, item: Item) {
        self.raw(
            "<xsd:element name=\"entry\" minOccurs=\"0\" maxOccurs=\"unbounded\"><xsd:complexType><xsd:sequence>\
             <xsd:element name=\"key\" type=\"xsd:string\"/>",
        );
        self.element(&plain("value", item), false, "1");
        self.raw("</xsd:sequence></xsd:complexType></xsd:element>");
    }

    fn element(&mut self, element: &Element, is_optional: bool, most: &str) {
        self.raw("<xsd:element");
        self.attribute("name", &element.name);
        let node = self.plan.node(element.item.node);
        let type_name = self.plan.type_name(element.item.node);
        let built_in = built_in(node);
        if !type_name.is_empty() {
            let name = format!("tns:{type_name}");
            self.attribute("type", &name);
        } else if let Some(name) = built_in {
            self.attribute("type", name);
        }
        if is_optional {
            self.attribute("minOccurs", "0");
        }
        if most != "1" {
            self.attribute("maxOccurs", most);
        }
        if element.item.is_nillable {
            self.attribute("nillable", "true");
        }
        let has_own_type = type_name.is_empty() && built_in.is_none();
        if element.description.is_empty() && !has_own_type {
            self.raw("/>");
            return;
        }
        self.raw(">");
        self.schema_documentation(&element.description);
        if has_own_type {
            self.simple_type(None, node, None);
        }
        self.raw("</xsd:element>");
    }

    fn simple_type(&mut self, name: Option<&str>, node: &Node, definition: Option<&Definition>) {
        self.raw("<xsd:simpleType");
        if let Some(name) = name {
            self.attribute("name", name);
        }
        self.raw(">");
        self.schema_documentation(definition.map_or("", |definition| &definition.description));
        let base = match node {
            Node::Integer(..) | Node::Integers(_) => "xsd:long",
            Node::Boolean(_) => "xsd:boolean",
            _ => "xsd:string",
        };
        self.raw("<xsd:restriction");
        self.attribute("base", base);
        self.raw(">");
        let names: Vec<&str> = match definition.map(|definition| &definition.shape) {
            Some(Shape::Enum(cases)) => cases.iter().map(|case| case.name.as_str()).collect(),
            _ => Vec::new(),
        };
        match node {
            Node::Integer(least, most) => {
                if *least != i64::MIN {
                    self.facet("minInclusive", &least.to_string(), "");
                }
                if *most != i64::MAX {
                    self.facet("maxInclusive", &most.to_string(), "");
                }
            }
            Node::Integers(values) => {
                for (index, value) in values.iter().enumerate() {
                    let name = names.get(index).copied().unwrap_or_default();
                    self.facet("enumeration", &value.to_string(), name);
                }
            }
            Node::Texts(values) => {
                for (index, value) in values.iter().enumerate() {
                    let name = names.get(index).copied().unwrap_or_default();
                    let name = if name == &**value { "" } else { name };
                    self.facet("enumeration", value, name);
                }
            }
            Node::String(true) => self.facet("minLength", "1", ""),
            Node::Boolean(Some(value)) => {
                self.facet("pattern", if *value { "true|1" } else { "false|0" }, "");
            }
            _ => {}
        }
        self.raw("</xsd:restriction></xsd:simpleType>");
    }

    fn facet(&mut self, name: &str, value: &str, about: &str) {
        self.raw("<xsd:");
        self.raw(name);
        self.attribute("value", value);
        if about.is_empty() {
            self.raw("/>");
        } else {
            self.raw(">");
            self.schema_documentation(about);
            self.raw("</xsd:");
            self.raw(name);
            self.raw(">");
        }
    }

    fn messages(&mut self, operation: &Operation) {
        self.message(&operation.name, "parameters", &operation.name);
        self.headers_message(operation);
        if !operation.is_one_way {
            self.message(&operation.response, "parameters", &operation.response);
        }
    }

    /// The header blocks that are arguments, each a part.
    fn headers_message(&mut self, operation: &Operation) {
        if operation.headers.is_empty() {
            return;
        }
        self.raw("<wsdl:message");
        self.attribute("name", &operation.headers_message);
        self.raw(">");
        for name in self.header_names(operation) {
            self.raw("<wsdl:part");
            self.attribute("name", name);
            self.attribute("element", &format!("tns:{name}"));
            self.raw("/>");
        }
        self.raw("</wsdl:message>\n");
    }

    fn declared_messages(&mut self) {
        let fault = self.plan.fault_name.to_string();
        for name in std::iter::once(fault).chain(self.declared()) {
            self.message(&name, "fault", &name);
        }
    }

    fn message(&mut self, name: &str, part: &str, element: &str) {
        self.raw("<wsdl:message");
        self.attribute("name", name);
        self.raw("><wsdl:part");
        self.attribute("name", part);
        self.attribute("element", &format!("tns:{element}"));
        self.raw("/></wsdl:message>\n");
    }

    fn port_type(&mut self, description: &Description, service: &str) {
        self.raw("<wsdl:portType");
        self.attribute("name", &format!("{service}PortType"));
        self.raw(">\n");
        let plan = self.plan;
        for (operation, method) in plan.operations.iter().zip(&description.methods) {
            self.raw("<wsdl:operation");
            self.attribute("name", &operation.name);
            self.raw(">");
            let deprecated = method.deprecated.as_deref().map(|reason| {
                let colon = if reason.is_empty() { "" } else { ": " };
                format!("Deprecated{colon}{reason}")
            });
            let about = paragraphs(&method.summary, &method.description);
            let about = paragraphs(&about, deprecated.as_deref().unwrap_or_default());
            self.wsdl_documentation(&about);
            self.raw("<wsdl:input");
            self.attribute("message", &format!("tns:{}", operation.name));
            self.raw("/>");
            if !operation.is_one_way {
                self.raw("<wsdl:output");
                self.attribute("message", &format!("tns:{}", operation.response));
                self.raw("/>");
                for fault in self.faults_of(method) {
                    self.raw("<wsdl:fault");
                    self.attribute("name", &fault);
                    self.attribute("message", &format!("tns:{fault}"));
                    self.raw("/>");
                }
            }
            self.raw("</wsdl:operation>\n");
        }
        self.raw("</wsdl:portType>\n");
    }

    /// The faults of a method: those that it declares, and the one of all others.
    fn faults_of(&self, method: &Method) -> Vec<String> {
        let mut names: Vec<String> = method
            .faults
            .iter()
            .filter_map(|fault| self.plan.declared_fault(&fault.name).map(str::to_owned))
            .collect();
        names.push(self.plan.fault_name.to_string());
        names
    }

    /// The elements of the header blocks that an operation takes.
    fn header_names(&self, operation: &Operation) -> Vec<&'a str> {
        let plan = self.plan;
        let headers = operation.headers.iter();
        headers
            .filter_map(|header| plan.headers.get(header.element))
            .map(|element| &*element.name)
            .collect()
    }

    /// The elements of all faults that methods declare.
    fn declared(&self) -> Vec<String> {
        let faults = self.plan.faults.iter();
        faults.map(|(_, element)| element.to_string()).collect()
    }

    fn binding(&mut self, description: &Description, service: &str, version: (&str, &str, &str)) {
        let (prefix, suffix, transport) = version;
        self.raw("<wsdl:binding");
        self.attribute("name", &format!("{service}{suffix}Binding"));
        self.attribute("type", &format!("tns:{service}PortType"));
        self.raw("><");
        self.raw(prefix);
        self.raw(":binding style=\"document\"");
        self.attribute("transport", transport);
        self.raw("/>\n");
        let plan = self.plan;
        for (operation, method) in plan.operations.iter().zip(&description.methods) {
            self.raw("<wsdl:operation");
            self.attribute("name", &operation.name);
            self.raw("><");
            self.raw(prefix);
            self.raw(":operation");
            self.attribute("soapAction", &operation.action);
            self.raw(" style=\"document\"/><wsdl:input><");
            self.raw(prefix);
            self.raw(":body use=\"literal\"/>");
            for name in self.header_names(operation) {
                self.raw("<");
                self.raw(prefix);
                self.raw(":header");
                self.attribute("message", &format!("tns:{}", operation.headers_message));
                self.attribute("part", name);
                self.raw(" use=\"literal\"/>");
            }
            self.raw("</wsdl:input>");
            if !operation.is_one_way {
                self.raw("<wsdl:output><");
                self.raw(prefix);
                self.raw(":body use=\"literal\"/></wsdl:output>");
                for fault in self.faults_of(method) {
                    self.raw("<wsdl:fault");
                    self.attribute("name", &fault);
                    self.raw("><");
                    self.raw(prefix);
                    self.raw(":fault");
                    self.attribute("name", &fault);
                    self.raw(" use=\"literal\"/></wsdl:fault>");
                }
            }
            self.raw("</wsdl:operation>\n");
        }
        self.raw("</wsdl:binding>\n");
    }
}

/// Prefix of the WSDL's elements, what the names of binding and port have, and the transport. The extension for SOAP 1.2
/// kept the transport's name.
const VERSIONS: [(&str, &str, &str); 2] = [
    ("soap", "Soap", "http://schemas.xmlsoap.org/soap/http"),
    ("soap12", "Soap12", "http://schemas.xmlsoap.org/soap/http"),
];

/// The type of XML Schema's own that a type is, if it is one without restrictions.
fn built_in(node: &Node) -> Option<&'static str> {
    Some(match node {
        Node::Any | Node::Null | Node::Choice(_) => "xsd:anyType",
        Node::Boolean(None) => "xsd:boolean",
        Node::Integer(i64::MIN, i64::MAX) => "xsd:long",
        Node::Number => "xsd:double",
        Node::String(false) => "xsd:string",
        Node::Bytes => "xsd:base64Binary",
        Node::DateTime => "xsd:dateTime",
        _ => return None,
    })
}

fn plain(name: &str, item: Item) -> Element {
    Element {
        name: name.into(),
        key: name.into(),
        item,
        is_optional: false,
        description: "".into(),
    }
}

fn paragraphs(first: &str, second: &str) -> String {
    match (first.is_empty(), second.is_empty()) {
        (false, false) => format!("{first}\n\n{second}"),
        _ => format!("{first}{second}"),
    }
}

/// The title's letters and digits.
fn service_name(title: &str) -> String {
    let mut name = String::new();
    let mut begins_word = true;
    for character in title.chars() {
        if character.is_ascii_alphanumeric() {
            name.push(if begins_word {
                character.to_ascii_uppercase()
            } else {
                character
            });
        }
        begins_word = !character.is_ascii_alphanumeric();
    }
    if !name.starts_with(|character: char| character.is_ascii_alphabetic()) {
        name.insert_str(0, "Api");
    }
    name
}
