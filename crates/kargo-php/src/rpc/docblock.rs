//! What a docblock says of a method: its summary, and types that refine the declared ones.
//!
//! Types are read as PHPStan and Psalm write them; what can't be understood, and class names, which a docblock
//! abbreviates by imports that are not known here, refine nothing.

use crate::engine::ffi;
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
}

/// What a docblock says of one parameter.
#[derive(Debug)]
struct DocParameter {
    /// Without the dollar sign.
    name: String,
    ty: Option<Type>,
    description: String,
}

impl DocBlock {
    /// Reads a whole comment, its delimiters included.
    pub(crate) fn parse(comment: &[u8]) -> Self {
        let text = String::from_utf8_lossy(comment);
        let text = text.trim().trim_start_matches("/**").trim_end_matches("*/");
        let lines = text
            .lines()
            .map(|line| line.trim_start().trim_start_matches('*').trim());
        let mut block = Self::default();
        let mut tag = String::new();
        let mut prose: Vec<&str> = Vec::new();
        for line in lines {
            if line.starts_with('@') {
                block.take_tag(&tag);
                line.clone_into(&mut tag);
            } else if tag.is_empty() {
                prose.push(line);
            } else {
                tag.push(' ');
                tag.push_str(line);
            }
        }
        block.take_tag(&tag);
        block.take_prose(&prose);
        block
    }

    fn take_prose(&mut self, lines: &[&str]) {
        let mut paragraphs = lines
            .split(|line| line.is_empty())
            .filter(|paragraph| !paragraph.is_empty())
            .map(|paragraph| paragraph.join(" "));
        self.summary = paragraphs.next().unwrap_or_default();
        self.description = paragraphs.collect::<Vec<_>>().join("\n\n");
    }

    fn take_tag(&mut self, tag: &str) {
        let (name, rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        // The tags that only tools read are more exact than the plain ones.
        let (name, is_exact) = match name
            .strip_prefix("@phpstan-")
            .or(name.strip_prefix("@psalm-"))
        {
            Some(name) => (name, true),
            None => (name.strip_prefix('@').unwrap_or_default(), false),
        };
        match name {
            "param" => self.take_parameter(rest.trim(), is_exact),
            "deprecated" => self.deprecated = Some(rest.trim().to_owned()),
            "return" => self.take_return(rest.trim(), is_exact),
            _ => {}
        }
    }

    fn take_return(&mut self, text: &str, is_exact: bool) {
        let mut reader = TypeReader::new(text);
        let ty = reader.union();
        let prose = if ty.is_some() {
            reader.rest
        } else {
            skip_type(text)
        };
        if self.returns_description.is_empty() {
            prose.trim().clone_into(&mut self.returns_description);
        }
        if is_exact || self.returns.is_none() {
            self.returns = ty.or_else(|| self.returns.take());
        }
    }

    fn take_parameter(&mut self, text: &str, is_exact: bool) {
        let Some(at) = text.find('$') else { return };
        let ty = if at == 0 {
            None
        } else {
            TypeReader::new(text).union()
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
                description: prose.trim().to_owned(),
            });
            return;
        };
        if is_exact || known.ty.is_none() {
            known.ty = ty.or_else(|| known.ty.take());
        }
        if known.description.is_empty() {
            prose.trim().clone_into(&mut known.description);
        }
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

    /// What it says of a parameter beside its type.
    pub(crate) fn description_of(&self, name: &[u8]) -> &str {
        self.find(name)
            .map_or("", |parameter| &parameter.description)
    }
}

/// What follows a type that is not understood: it ends at the first space outside of brackets that no `|` or comma is
/// beside.
fn skip_type(text: &str) -> &str {
    let mut depth = 0usize;
    let mut last = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '<' | '{' | '(' => depth += 1,
            '>' | '}' | ')' => depth = depth.saturating_sub(1),
            ' ' if depth == 0 && !matches!(last, '|' | '&' | ',' | ':') => {
                let rest = text[at..].trim_start();
                if !rest.starts_with(['|', '&']) {
                    return rest;
                }
            }
            _ => {}
        }
        if c != ' ' {
            last = c;
        }
    }
    ""
}

/// Deeper types are not read: nobody writes them, and the reader is recursive.
const MAX_DEPTH: u32 = 32;

/// Reads one type from the start of a text.
struct TypeReader<'a> {
    rest: &'a str,
    depth: u32,
}

impl<'a> TypeReader<'a> {
    const fn new(text: &'a str) -> Self {
        Self {
            rest: text,
            depth: 0,
        }
    }

    fn take(&mut self, token: &str) -> bool {
        let trimmed = self.rest.trim_start_matches(' ');
        match trimmed.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// `A|B|…`; `None` if any of it is not understood.
    fn union(&mut self) -> Option<Type> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut members = vec![self.member()?];
        while self.take("|") {
            members.push(self.member()?);
        }
        self.depth -= 1;
        Type::union(members)
    }

    fn member(&mut self) -> Option<Type> {
        let is_nullable = self.take("?");
        let mut ty = if self.take("(") {
            let inner = self.union()?;
            self.take(")").then_some(inner)?
        } else {
            self.atom()?
        };
        while self.rest.starts_with("[]") {
            self.rest = &self.rest[2..];
            ty = Type::List(Box::new(ty));
        }
        if self.rest.starts_with('&') && !self.rest.starts_with("&$") {
            return None;
        }
        if is_nullable {
            Type::union(vec![ty, Type::Null])
        } else {
            Some(ty)
        }
    }

    fn atom(&mut self) -> Option<Type> {
        self.rest = self.rest.trim_start_matches(' ');
        if let Some(quote) = self.rest.chars().next().filter(|c| matches!(c, '\'' | '"')) {
            let end = self.rest[1..].find(quote)?;
            self.rest = &self.rest[end + 2..];
            return Some(Type::String);
        }
        let end = self
            .rest
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '\\' | '.')))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        let word = word.trim_start_matches('\\').to_ascii_lowercase();
        if word.is_empty() {
            return None;
        }
        if word
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-')
        {
            return Some(Type::Int);
        }
        if self.rest.starts_with('<') {
            return self.generic(&word);
        }
        if self.rest.starts_with('{') {
            self.skip_braces()?;
            return match word.as_str() {
                "array" | "non-empty-array" | "list" | "non-empty-list" => Some(Type::Array),
                "object" => Some(Type::Object),
                _ => None,
            };
        }
        if self.rest.starts_with('(') {
            return None;
        }
        plain(&word)
    }

    fn generic(&mut self, word: &str) -> Option<Type> {
        self.take("<");
        if matches!(word, "int" | "int-mask" | "int-mask-of" | "class-string") {
            let end = self.rest.find('>')?;
            self.rest = &self.rest[end + 1..];
            return Some(if word == "class-string" {
                Type::String
            } else {
                Type::Int
            });
        }
        let first = self.union()?;
        let second = if self.take(",") {
            Some(self.union()?)
        } else {
            None
        };
        if !self.take(">") {
            return None;
        }
        match (word, second) {
            ("list" | "non-empty-list", None) => Some(Type::List(Box::new(first))),
            ("array" | "non-empty-array" | "iterable", None) => Some(Type::Items(Box::new(first))),
            ("array" | "non-empty-array" | "iterable", Some(item)) => {
                let item = Box::new(item);
                Some(if first == Type::String {
                    Type::Map(item)
                } else {
                    Type::Items(item)
                })
            }
            _ => None,
        }
    }

    fn skip_braces(&mut self) -> Option<()> {
        let mut depth = 0u32;
        for (at, c) in self.rest.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.rest = &self.rest[at + 1..];
                return Some(());
            }
        }
        None
    }
}

fn plain(word: &str) -> Option<Type> {
    let any = || Box::new(Type::Mixed);
    Some(match word {
        "int" | "integer" | "long" | "i4" | "i8" | "positive-int" | "negative-int"
        | "non-negative-int" | "non-positive-int" | "non-zero-int" => Type::Int,
        "float" | "double" => Type::Float,
        "string" | "non-empty-string" | "non-falsy-string" | "numeric-string" | "class-string"
        | "lowercase-string" | "literal-string" | "callable-string" => Type::String,
        "bool" | "boolean" => Type::Bool,
        "true" => Type::True,
        "false" => Type::False,
        "null" | "nil" => Type::Null,
        "void" => Type::Void,
        "mixed" | "any" => Type::Mixed,
        "array" | "non-empty-array" | "iterable" => Type::Array,
        "list" | "non-empty-list" => Type::List(any()),
        "struct" | "hash" | "assoc" => Type::Map(any()),
        "object" | "stdclass" => Type::Object,
        "base64" | "binary" => Type::Bytes,
        "datetimeinterface" | "datetimeimmutable" | "datetime.iso8601" => {
            // SAFETY: the date extension is always there; its classes live as long as the process.
            Type::Date(unsafe { ffi::kg_date_class() })
        }
        "array-key" => return Type::union(vec![Type::Int, Type::String]),
        "number" | "numeric" => return Type::union(vec![Type::Int, Type::Float]),
        "scalar" => {
            return Type::union(vec![Type::Int, Type::Float, Type::String, Type::Bool]);
        }
        _ => return None,
    })
}
