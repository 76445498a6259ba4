//! One operation: its parameters, its body, its answers.

use std::collections::HashSet;

use super::super::json_schema::{text, text_unless_empty};
use super::super::security;
use super::problems;
use super::{Document, Operation, Place, parameter_of};
use crate::EncodeError;
use crate::Encoder;
use crate::description::{Field, KeyUse, Method, Shape, Type};
use crate::json::JsonEncoder;

type Written = Result<(), EncodeError>;

impl Document<'_> {
    /// `path_names` are the names that the path's template has, `used` the identifications that are taken.
    pub(super) fn operation(
        &self,
        operation: &Operation<'_>,
        path_names: &[&str],
        used: &mut HashSet<String>,
        out: &mut JsonEncoder<'_>,
    ) -> Written {
        out.begin_object()?;
        if let Some(method) = self.description.methods.get(operation.method) {
            text("operationId", &identification(method, operation, used), out)?;
            text_unless_empty("summary", &method.summary, out)?;
            text_unless_empty("description", &prose(method), out)?;
            if let Some((namespace, _)) = method.name.rsplit_once('.') {
                out.key(b"tags")?;
                out.begin_array()?;
                out.string(namespace.as_bytes())?;
                out.end_array()?;
            }
            if method.deprecated.is_some() {
                out.key(b"deprecated")?;
                out.bool(true)?;
            }
            if let Some(access) = &method.policies.access {
                out.key(b"security")?;
                security::write_requirements(self.description, access, out)?;
            }
            self.parameters(method, operation, path_names, out)?;
            self.body(method, operation, out)?;
            self.responses(method, operation, out)?;
        }
        out.end_object()
    }

    fn parameters(
        &self,
        method: &Method,
        operation: &Operation<'_>,
        path_names: &[&str],
        out: &mut JsonEncoder<'_>,
    ) -> Written {
        let has_some = operation
            .places
            .iter()
            .any(|place| !matches!(place, Place::Member | Place::Body));
        let is_key = |place: &Place<'_>| matches!(place, Place::Header(name) if name.eq_ignore_ascii_case(security::KEY_HEADER));
        // The method may want to see the key too.
        let key = method.policies.idempotency_key;
        let unseen_key = key.filter(|_| !operation.places.iter().any(is_key));
        if !has_some && unseen_key.is_none() {
            return Ok(());
        }
        out.key(b"parameters")?;
        out.begin_array()?;
        for (field, place) in method.named().zip(&operation.places) {
            let (name, location) = match place {
                Place::Path => (
                    own_names(operation)
                        .position(|name| name == field.name)
                        .and_then(|index| path_names.get(index).copied())
                        .unwrap_or(&field.name),
                    "path",
                ),
                Place::Query(name) => (*name, "query"),
                Place::Header(name) => (*name, "header"),
                Place::Member | Place::Body => continue,
            };
            let is_needed = is_key(place) && key == Some(KeyUse::Required);
            self.parameter(field, (name, location), is_needed, out)?;
        }
        if let Some(key) = unseen_key {
            security::write_key_header(key, out)?;
        }
        out.end_array()
    }

    fn parameter(
        &self,
        field: &Field,
        (name, location): (&str, &str),
        is_needed: bool,
        out: &mut JsonEncoder<'_>,
    ) -> Written {
        out.begin_object()?;
        text("name", name, out)?;
        text("in", location, out)?;
        text_unless_empty("description", &field.description, out)?;
        // A list without items has no text.
        let is_list = matches!(&field.ty, Type::List(_) | Type::Collection(_));
        let can_lack = field.is_optional || (is_list && location == "query");
        if is_needed || location == "path" || !can_lack {
            out.key(b"required")?;
            out.bool(true)?;
        }
        let mut ty = in_text(&field.ty);
        if location == "path" && ty == Type::String {
            ty = Type::NonEmptyString;
        }
        let is_json = ty.members().iter().any(|member| self.is_json(member));
        if is_json {
            out.key(b"content")?;
            out.begin_object()?;
            out.key(b"application/json")?;
            out.begin_object()?;
        }
        out.key(b"schema")?;
        let shown = Field {
            ty,
            // Null has no text.
            default: field
                .default
                .clone()
                .filter(|default| is_json || default != b"null"),
            ..Field::default()
        };
        self.schemas.field(&shown, out)?;
        if is_json {
            out.end_object()?;
            out.end_object()?;
        }
        out.end_object()
    }

    /// Whether a text of the type is JSON.
    fn is_json(&self, ty: &Type) -> bool {
        match ty {
            Type::Object | Type::Map(_) | Type::NonEmptyMap(_) => true,
            Type::Defined(id) => self
                .description
                .definition(*id)
                .is_some_and(|definition| !matches!(definition.shape, Shape::Enum(_))),
            _ => false,
        }
    }

    fn body(
        &self,
        method: &Method,
        operation: &Operation<'_>,
        out: &mut JsonEncoder<'_>,
    ) -> Written {
        let fields = || method.named().zip(&operation.places);
        let whole = fields().find(|(_, place)| **place == Place::Body);
        let members = fields()
            .filter(|(_, place)| **place == Place::Member)
            .map(|(field, _)| field);
        let is_required = match whole {
            Some((field, _)) => !field.is_optional,
            None if members.clone().next().is_none() => return Ok(()),
            None => members.clone().any(|field| !field.is_optional),
        };
        out.key(b"requestBody")?;
        out.begin_object()?;
        if is_required {
            out.key(b"required")?;
            out.bool(true)?;
        }
        begin_content("application/json", out)?;
        match whole {
            Some((field, _)) => self.schemas.field(field, out)?,
            None => self.schemas.record(members, false, out)?,
        }
        end_content(out)?;
        out.end_object()
    }

    fn responses(
        &self,
        method: &Method,
        operation: &Operation<'_>,
        out: &mut JsonEncoder<'_>,
    ) -> Written {
        out.key(b"responses")?;
        out.begin_object()?;
        let is_safe = operation.verb == "get";
        out.key(operation.status.to_string().as_bytes())?;
        out.begin_object()?;
        let described = match &method.result_description {
            empty if empty.is_empty() => "It went well.",
            text => text,
        };
        text("description", described, out)?;
        if operation.has_result {
            if is_safe {
                problems::etag(out)?;
            }
            begin_content("application/json", out)?;
            self.schemas.schema(&method.result, out)?;
            end_content(out)?;
        }
        out.end_object()?;
        let refusals = method.policies.refusals();
        for (status, answer) in problems::answers(method, &refusals, |status| {
            let has_body = matches!(operation.verb, "post" | "put" | "patch");
            match status {
                304 => is_safe && operation.has_result && operation.status == 200,
                404 => operation.places.contains(&Place::Path),
                413 | 415 => has_body,
                _ => true,
            }
        }) {
            out.key(status.to_string().as_bytes())?;
            match answer {
                problems::Answer::Shared(name) => {
                    out.begin_object()?;
                    text("$ref", &format!("#/components/responses/{name}"), out)?;
                    out.end_object()?;
                }
                problems::Answer::Own(said) => {
                    self.problem_response(&said, status, false, out)?;
                }
            }
        }
        out.end_object()
    }
}

/// The names in the operation's own path.
fn own_names<'o>(operation: &Operation<'o>) -> impl Iterator<Item = &'o str> {
    operation.path.split('/').filter_map(parameter_of)
}

/// The method's name where it is free, else with the verb and perhaps a number.
fn identification(
    method: &Method,
    operation: &Operation<'_>,
    used: &mut HashSet<String>,
) -> String {
    let mut name = method.name.clone();
    let mut number = 1;
    while !used.insert(name.clone()) {
        name = format!("{}.{}", method.name, operation.verb);
        if number > 1 {
            name.push_str(&number.to_string());
        }
        number += 1;
    }
    name
}

fn prose(method: &Method) -> String {
    let deprecated = match method.deprecated.as_deref() {
        None | Some("") => String::new(),
        Some(reason) => format!("Deprecated: {reason}"),
    };
    let parts = [method.description.as_str(), &deprecated];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n\n")
}

/// What a text of the type can be: no null, and where anything goes, itself.
fn in_text(ty: &Type) -> Type {
    match ty {
        Type::Any => Type::String,
        Type::List(item) | Type::Collection(item) => Type::List(Box::new(in_text(item))),
        Type::NonEmptyList(item) | Type::NonEmptyCollection(item) => {
            Type::NonEmptyList(Box::new(in_text(item)))
        }
        Type::Union(members) => Type::union(
            members
                .iter()
                .filter(|member| **member != Type::Null)
                .map(in_text),
        ),
        other => other.clone(),
    }
}

/// `"content":{"TYPE":{"schema":`
pub(super) fn begin_content(media_type: &str, out: &mut JsonEncoder<'_>) -> Written {
    out.key(b"content")?;
    out.begin_object()?;
    out.key(media_type.as_bytes())?;
    out.begin_object()?;
    out.key(b"schema")
}

pub(super) fn end_content(out: &mut JsonEncoder<'_>) -> Written {
    out.end_object()?;
    out.end_object()
}
