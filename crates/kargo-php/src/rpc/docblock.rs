//! What a docblock says of a method: its summary, types that refine the declared ones, and prose about each part.

use crate::engine::ffi;
use crate::engine::throw::class;
use crate::engine::value::string_bytes;
use crate::rpc::declared::{Direction, find_class};
use crate::rpc::doc_type;
use crate::rpc::names::Names;
use crate::rpc::signature::ExportError;
use crate::rpc::types::Type;

/// A docblock, read.
#[derive(Debug, Default)]
pub(crate) struct DocBlock {
    /// The first paragraph, on one line.
    pub(crate) summary: String,
    /// What follows it, up to the first tag.
    pub(crate) description: String,
    parameters: Vec<DocParameter>,
    pub(crate) returns: Option<Type>,
    /// What is said of the result beside its type.
    pub(crate) returns_description: String,
    /// Why it should not be used any more.
    pub(crate) deprecated: Option<String>,
    /// What a property's `@var` says: its type, unread, and prose.
    pub(crate) variable: Option<(String, String)>,
    /// Exceptions that it declares, and when they are thrown.
    pub(crate) throws: Vec<(*mut ffi::zend_class_entry, String)>,
}

/// What a docblock says of one parameter.
#[derive(Debug)]
struct DocParameter {
    /// Without the dollar sign.
    name: String,
    ty: Option<Type>,
    /// As it was written.
    text: String,
    description: String,
}

/// The lines of a whole comment, without what frames them.
fn lines(comment: &str) -> impl Iterator<Item = &str> {
    let text = comment.trim().trim_start_matches("/**");
    text.trim_end_matches("*/")
        .lines()
        .map(|line| line.trim_start().trim_start_matches('*').trim())
}

/// The tags of a whole comment, each on one line.
pub(crate) fn tags(comment: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for line in lines(comment) {
        if line.starts_with('@') {
            tags.push(line.to_owned());
        } else if let Some(tag) = tags.last_mut() {
            tag.push(' ');
            tag.push_str(line);
        }
    }
    tags
}

impl DocBlock {
    /// Reads a whole comment, its delimiters included; `names` is what its names mean. Class names can make PHP load
    /// the class.
    pub(crate) fn read(
        comment: *const ffi::zend_string,
        names: &Names,
    ) -> Result<Self, ExportError> {
        let mut block = Self::default();
        if comment.is_null() {
            return Ok(block);
        }
        let text = String::from_utf8_lossy(string_bytes(comment));
        for tag in tags(&text) {
            block.take_tag(&tag, names)?;
        }
        let lines = lines(&text);
        block.take_prose(
            &lines
                .take_while(|line| !line.starts_with('@'))
                .collect::<Vec<_>>(),
        );
        Ok(block)
    }

    /// Summary and description together.
    pub(crate) fn prose(&self) -> String {
        if self.description.is_empty() {
            self.summary.clone()
        } else {
            format!("{}\n\n{}", self.summary, self.description)
        }
    }

    fn take_prose(&mut self, lines: &[&str]) {
        let mut paragraphs = lines
            .split(|line| line.is_empty())
            .filter(|paragraph| !paragraph.is_empty())
            .map(|paragraph| paragraph.join(" "));
        self.summary = paragraphs.next().unwrap_or_default();
        self.description = paragraphs.collect::<Vec<_>>().join("\n\n");
    }

    fn take_tag(&mut self, tag: &str, names: &Names) -> Result<(), ExportError> {
        let (name, rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        // The tags that only tools read are more exact than the plain ones.
        let (name, is_exact) = match name
            .strip_prefix("@phpstan-")
            .or(name.strip_prefix("@psalm-"))
        {
            Some(name) => (name, true),
            None => (name.strip_prefix('@').unwrap_or_default(), false),
        };
        let rest = rest.trim();
        match name {
            "param" => return self.take_parameter(rest, is_exact, names),
            "return" => return self.take_return(rest, is_exact, names),
            "var" => return self.take_variable(rest, is_exact, names),
            "throws" => self.take_thrown(rest, names)?,
            "deprecated" => self.deprecated = Some(rest.to_owned()),
            _ => {}
        }
        Ok(())
    }

    fn take_return(
        &mut self,
        text: &str,
        is_exact: bool,
        names: &Names,
    ) -> Result<(), ExportError> {
        let (ty, prose) = doc_type::read(text, names, Direction::Result)?;
        if self.returns_description.is_empty() {
            prose.trim().clone_into(&mut self.returns_description);
        }
        if is_exact || self.returns.is_none() {
            self.returns = ty.or_else(|| self.returns.take());
        }
        Ok(())
    }

    /// `@var T what it is`, `@var T $name what it is`: of a property, which may be a parameter too.
    fn take_variable(
        &mut self,
        text: &str,
        is_exact: bool,
        names: &Names,
    ) -> Result<(), ExportError> {
        if self.variable.is_some() && !is_exact {
            return Ok(());
        }
        let (_, prose) = doc_type::read(text, names, Direction::Result)?;
        let prose = prose.trim();
        let prose = match prose.strip_prefix('$') {
            Some(named) => named
                .split_once(char::is_whitespace)
                .map_or("", |(_, rest)| rest),
            None => prose,
        };
        self.variable = Some((text.to_owned(), prose.trim().to_owned()));
        Ok(())
    }

    fn take_thrown(&mut self, text: &str, names: &Names) -> Result<(), ExportError> {
        let (classes, prose) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        for name in classes.split('|') {
            let full = names.full_name(name);
            let class = find_class(full.as_bytes(), names.scope())?;
            // SAFETY: classes live as long as the script.
            if !class.is_null() && unsafe { ffi::kg_is_subclass(class, class::throwable()) } {
                self.throws.push((class, prose.trim().to_owned()));
            }
        }
        Ok(())
    }

    fn take_parameter(
        &mut self,
        text: &str,
        is_exact: bool,
        names: &Names,
    ) -> Result<(), ExportError> {
        let Some(at) = text.find('$') else {
            return Ok(());
        };
        let ty = if at == 0 {
            None
        } else {
            doc_type::read(text, names, Direction::Argument)?.0
        };
        let after = &text[at + 1..];
        let end = after
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(after.len());
        let (name, prose) = after.split_at(end);
        let found = self.parameters.iter_mut().find(|other| other.name == name);
        let Some(known) = found else {
            self.parameters.push(DocParameter {
                name: name.to_owned(),
                ty,
                text: text[..at].to_owned(),
                description: prose.trim().to_owned(),
            });
            return Ok(());
        };
        if is_exact {
            text[..at].clone_into(&mut known.text);
        }
        if is_exact || known.ty.is_none() {
            known.ty = ty.or_else(|| known.ty.take());
        }
        if known.description.is_empty() {
            prose.trim().clone_into(&mut known.description);
        }
        Ok(())
    }

    fn find(&self, name: &[u8]) -> Option<&DocParameter> {
        self.parameters
            .iter()
            .find(|other| other.name.as_bytes() == name)
    }

    /// The type of a parameter, if the docblock has one.
    pub(crate) fn parameter(&self, name: &[u8]) -> Option<&Type> {
        self.find(name).and_then(|parameter| parameter.ty.as_ref())
    }

    /// The same as it was written.
    pub(crate) fn parameter_text(&self, name: &[u8]) -> Option<&str> {
        self.find(name).map(|parameter| &*parameter.text)
    }

    /// What it says of a parameter beside its type.
    pub(crate) fn description_of(&self, name: &[u8]) -> &str {
        self.find(name)
            .map_or("", |parameter| &parameter.description)
    }
}
