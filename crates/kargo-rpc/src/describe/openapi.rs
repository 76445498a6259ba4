//! OpenAPI 3.1: what can be called by verbs and paths.

mod operation;
mod problems;

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::EncodeError;
use crate::Encoder;
use crate::description::Description;
use crate::json::JsonEncoder;

use super::json_schema::{Schemas, text, text_unless_empty};
use super::security;

/// One verb at one path.
#[derive(Clone, Debug)]
pub struct Operation<'a> {
    /// The place of its method in the description.
    pub method: usize,
    /// In lower case: `get`.
    pub verb: &'static str,
    /// Below the server's path, with `{name}` or, at the end, `{name...}` where parameters are.
    pub path: &'a str,
    /// Of an answer that went well.
    pub status: u16,
    /// Whether such an answer has a body.
    pub has_result: bool,
    /// Where the argument of each parameter is.
    pub places: Vec<Place<'a>>,
}

/// Where an argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    /// In the path, under the parameter's name.
    Path,
    /// In the query, under this name.
    Query(&'a str),
    /// In the header of this name.
    Header(&'a str),
    /// In the member of the body that has the parameter's name.
    Member,
    /// It is the body.
    Body,
}

/// Where definitions are.
const PLACE: &str = "#/components/schemas/";

/// All operations whose paths differ in the names of their parameters only: one path to OpenAPI.
struct Path<'o> {
    template: String,
    /// The names in it, in their order.
    names: Vec<&'o str>,
    /// By verb; the first one of a verb counts.
    operations: BTreeMap<&'static str, &'o Operation<'o>>,
}

/// Appends the document. `server` is the URL that the paths are below, `/` or a path for the server that it comes from.
///
/// # Errors
///
/// Types that are nested deeper than can be written.
pub fn write(
    description: &Description,
    operations: &[Operation<'_>],
    server: &str,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let mut encoder = JsonEncoder::new(out);
    let document = Document {
        description,
        schemas: Schemas {
            description,
            place: PLACE,
        },
        problem: free_name(description),
        operations,
    };
    document.write(server, &mut encoder)?;
    encoder.finish();
    Ok(())
}

struct Document<'a> {
    description: &'a Description,
    schemas: Schemas<'a>,
    /// The name of the schema that failures have.
    problem: String,
    operations: &'a [Operation<'a>],
}

impl Document<'_> {
    fn write(&self, server: &str, out: &mut JsonEncoder<'_>) -> Result<(), EncodeError> {
        out.begin_object()?;
        text("openapi", "3.1.0", out)?;
        out.key(b"info")?;
        out.begin_object()?;
        text("title", &self.description.title, out)?;
        text_unless_empty("description", &self.description.description, out)?;
        text("version", &self.description.version, out)?;
        out.end_object()?;
        out.key(b"servers")?;
        out.begin_array()?;
        out.begin_object()?;
        text("url", server, out)?;
        out.end_object()?;
        out.end_array()?;
        out.key(b"paths")?;
        out.begin_object()?;
        let mut names = HashSet::new();
        for path in self.paths() {
            out.key(path.template.as_bytes())?;
            out.begin_object()?;
            for (verb, operation) in &path.operations {
                out.key(verb.as_bytes())?;
                self.operation(operation, &path.names, &mut names, out)?;
            }
            out.end_object()?;
        }
        out.end_object()?;
        out.key(b"components")?;
        out.begin_object()?;
        out.key(b"schemas")?;
        out.begin_object()?;
        for definition in &self.description.definitions {
            out.key(definition.name.as_bytes())?;
            self.schemas.definition(definition, out)?;
        }
        self.problem_schema(out)?;
        out.end_object()?;
        self.shared_responses(out)?;
        if !self.description.schemes.is_empty() {
            out.key(b"securitySchemes")?;
            security::write_schemes(self.description, out)?;
        }
        out.end_object()?;
        out.end_object()
    }

    /// The operations by path, in the order of their first ones.
    fn paths(&self) -> Vec<Path<'_>> {
        let mut paths: Vec<Path<'_>> = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        for operation in self.operations {
            let mut shape = String::new();
            let mut template = String::new();
            let mut names = Vec::new();
            for segment in operation.path.split('/').skip(1) {
                match parameter_of(segment) {
                    Some(name) => {
                        shape.push_str("/{}");
                        template.push_str(&format!("/{{{name}}}"));
                        names.push(name);
                    }
                    None => {
                        shape.push('/');
                        shape.push_str(segment);
                        template.push('/');
                        template.push_str(segment);
                    }
                }
            }
            let index = *known.entry(shape).or_insert_with(|| {
                paths.push(Path {
                    template,
                    names,
                    operations: BTreeMap::new(),
                });
                paths.len() - 1
            });
            if let Some(path) = paths.get_mut(index) {
                path.operations.entry(operation.verb).or_insert(operation);
            }
        }
        paths
    }
}

/// The name of the parameter that a segment of a path is.
fn parameter_of(segment: &str) -> Option<&str> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    Some(name.strip_suffix("...").unwrap_or(name))
}

/// A name that no definition has.
fn free_name(description: &Description) -> String {
    let is_taken = |name: &str| {
        description
            .definitions
            .iter()
            .any(|definition| definition.name.eq_ignore_ascii_case(name))
    };
    let mut name = "Problem".to_owned();
    let mut number = 2;
    while is_taken(&name) {
        name = format!("Problem{number}");
        number += 1;
    }
    name
}

#[cfg(test)]
mod policy_tests;
#[cfg(test)]
mod tests;
