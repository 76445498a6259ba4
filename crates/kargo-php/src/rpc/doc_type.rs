//! Types in docblocks, as PHPStan and Psalm write them. What can't be understood refines nothing.

use kargo_rpc::description::Literal;

use crate::engine::ffi;
use crate::rpc::declared::{Direction, class_type, find_class};
use crate::rpc::names::Names;
use crate::rpc::signature::{ExportError, HINT};
use crate::rpc::types::{Member, Shape, ShapeKind, Type};

/// Deeper types are not read: nobody writes them, and the reader is recursive.
const MAX_DEPTH: u32 = 32;

/// Reads one type from the start of `text`, and gives what follows it.
pub(crate) fn read<'a>(
    text: &'a str,
    names: &Names,
    direction: Direction,
) -> Result<(Option<Type>, &'a str), ExportError> {
    let mut reader = Reader {
        rest: text,
        depth: 0,
        names,
        direction,
        error: None,
    };
    let ty = reader.union();
    match reader.error {
        Some(error) => Err(error),
        None if ty.is_some() => Ok((ty, reader.rest)),
        None => Ok((None, skip(text))),
    }
}

/// What follows a type that is not understood: it ends at the first space outside of brackets that no `|` or comma is
/// beside.
pub(crate) fn skip(text: &str) -> &str {
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

struct Reader<'a, 'n> {
    rest: &'a str,
    depth: u32,
    names: &'n Names,
    direction: Direction,
    /// Why reading ended where a class was looked up.
    error: Option<ExportError>,
}

impl Reader<'_, '_> {
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

    /// A text in quotes.
    fn quoted(&mut self) -> Option<String> {
        let quote = self
            .rest
            .chars()
            .next()
            .filter(|c| matches!(c, '\'' | '"'))?;
        let end = self.rest[1..].find(quote)?;
        let text = self.rest[1..=end].to_owned();
        self.rest = &self.rest[end + 2..];
        Some(text)
    }

    fn word(&mut self) -> &str {
        self.rest = self.rest.trim_start_matches(' ');
        let end = self
            .rest
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '\\' | '.')))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn atom(&mut self) -> Option<Type> {
        self.rest = self.rest.trim_start_matches(' ');
        if self.rest.starts_with(['\'', '"']) {
            let text = self.quoted()?;
            return Some(Type::Literals(Box::new([Literal::Text(text)])));
        }
        let name = if self.take("$this") {
            "static".to_owned()
        } else {
            self.word().to_owned()
        };
        if name.is_empty() {
            return None;
        }
        if let Ok(value) = name.parse::<i64>() {
            return Some(Type::Literals(Box::new([Literal::Integer(value)])));
        }
        let word = name.trim_start_matches('\\').to_ascii_lowercase();
        if self.rest.starts_with('<') {
            return self.generic(&word);
        }
        if self.rest.starts_with('{') {
            return self.shape(&word);
        }
        if self.rest.starts_with('(') || self.rest.starts_with("::") {
            return None;
        }
        if matches!(
            &*word,
            "class-string"
                | "interface-string"
                | "enum-string"
                | "trait-string"
                | "callable-string"
        ) {
            return self.name_of_code(&word);
        }
        // The words of docblocks are written in lower case, classes rarely are.
        if name == word
            && let Some(ty) = plain(&word)
        {
            return Some(ty);
        }
        if let Some(text) = self.names.alias(&name) {
            return self.aliased(text);
        }
        self.class(&name).or_else(|| plain(&word))
    }

    /// A string that PHP code is called or made by: nobody may choose that from outside.
    fn name_of_code(&mut self, word: &str) -> Option<Type> {
        if self.direction == Direction::Result {
            return Some(Type::NonEmptyString);
        }
        self.error = Some(ExportError::Refused(format!(
            "a docblock says {word}: callers can't be let choose PHP code by its name; take an enum or literals{HINT}"
        )));
        None
    }

    /// Reads what an alias stands for; one that stands for itself is too deep at last.
    fn aliased(&mut self, text: &str) -> Option<Type> {
        let mut reader = Reader {
            rest: text,
            depth: self.depth,
            names: self.names,
            direction: self.direction,
            error: None,
        };
        let ty = reader.union();
        self.error = reader.error.or(self.error.take());
        ty
    }

    fn class(&mut self, name: &str) -> Option<Type> {
        let scope = self.names.scope();
        if name.eq_ignore_ascii_case("static") && !scope.is_null() {
            let found = class_type(scope, self.direction);
            return found.map_err(|error| self.error = Some(error)).ok()?.ok();
        }
        let full = self.names.full_name(name);
        let found = find_class(full.as_bytes(), self.names.scope())
            .and_then(|entry| class_type(entry, self.direction));
        match found {
            Ok(ty) => ty.ok(),
            Err(error) => {
                self.error = Some(error);
                None
            }
        }
    }

    fn generic(&mut self, word: &str) -> Option<Type> {
        self.take("<");
        match word {
            "int" => return self.range(),
            "int-mask" | "int-mask-of" => {
                let end = self.rest.find('>')?;
                self.rest = &self.rest[end + 1..];
                return Some(Type::Int);
            }
            "class-string" | "interface-string" | "enum-string" | "trait-string" => {
                let end = self.rest.find('>')?;
                self.rest = &self.rest[end + 1..];
                return self.name_of_code(word);
            }
            _ => {}
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
            ("list", None) => Some(Type::List(Box::new(first))),
            ("non-empty-list", None) => Some(Type::NonEmptyList(Box::new(first))),
            ("array" | "iterable", None) => Some(Type::Items(Box::new(first))),
            ("non-empty-array", None) => Some(Type::NonEmptyItems(Box::new(first))),
            ("array" | "iterable" | "non-empty-array", Some(item)) => {
                let item = Box::new(item);
                let is_map = is_name(&first);
                Some(match (word == "non-empty-array", is_map) {
                    (false, true) => Type::Map(item),
                    (false, false) => Type::Items(item),
                    (true, true) => Type::NonEmptyMap(item),
                    (true, false) => Type::NonEmptyItems(item),
                })
            }
            _ => None,
        }
    }

    /// After `int<`.
    fn range(&mut self) -> Option<Type> {
        let bound = |word: &str, open: &str, end: i64| {
            if word == open {
                Some(end)
            } else {
                word.parse::<i64>().ok()
            }
        };
        let least = bound(self.word(), "min", i64::MIN)?;
        self.take(",").then_some(())?;
        let most = bound(self.word(), "max", i64::MAX)?;
        self.take(">").then_some(())?;
        (least <= most).then_some(())?;
        Some(if (least, most) == (i64::MIN, i64::MAX) {
            Type::Int
        } else {
            Type::IntBetween(least, most)
        })
    }

    /// Before the brace of `array{…}`.
    fn shape(&mut self, word: &str) -> Option<Type> {
        let mut kind = match word {
            "array" | "non-empty-array" => ShapeKind::Array,
            "list" | "non-empty-list" => ShapeKind::List,
            "object" => ShapeKind::Object,
            _ => return None,
        };
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        self.take("{");
        let (mut members, mut is_open, mut has_names) = (Vec::new(), false, false);
        while !self.take("}") {
            if self.take("...") {
                is_open = true;
                // `...<K, V>` says what the others are, which is not checked.
                if self.take("<") {
                    let end = self.rest.find('>')?;
                    self.rest = &self.rest[end + 1..];
                }
            } else {
                let (member, is_named) = self.shape_member(members.len())?;
                has_names |= is_named;
                members.push(member);
            }
            if !self.take(",") && !self.rest.trim_start_matches(' ').starts_with('}') {
                return None;
            }
        }
        self.depth -= 1;
        if !has_names && !members.is_empty() && kind == ShapeKind::Array {
            kind = ShapeKind::List;
        }
        let is_repeated = |(index, member): (usize, &Member)| {
            members[..index]
                .iter()
                .any(|other: &Member| other.name == member.name)
        };
        if members.iter().enumerate().any(is_repeated) || (kind == ShapeKind::List && has_names) {
            return None;
        }
        Some(Type::Shape(Box::new(Shape {
            kind,
            members,
            is_open,
        })))
    }

    /// `name: T`, `name?: T`, `'name': T`, or only `T`; whether it has a name that is not its position.
    fn shape_member(&mut self, position: usize) -> Option<(Member, bool)> {
        let before = self.rest;
        self.rest = self.rest.trim_start_matches(' ');
        let name = if self.rest.starts_with(['\'', '"']) {
            self.quoted()?
        } else {
            self.word().to_owned()
        };
        let is_optional = self.take("?");
        let is_key = self.rest.trim_start_matches(' ').starts_with(':')
            && !self.rest.trim_start_matches(' ').starts_with("::");
        if !is_key || name.is_empty() {
            self.rest = before;
            let ty = self.union()?;
            let member = Member {
                name: position.to_string().into(),
                ty,
                is_optional: false,
            };
            return Some((member, false));
        }
        self.take(":");
        let is_named = name != position.to_string();
        let member = Member {
            name: name.into(),
            ty: self.union()?,
            is_optional,
        };
        Some((member, is_named))
    }
}

/// Whether keys of this type are names.
fn is_name(key: &Type) -> bool {
    match key {
        Type::String | Type::NonEmptyString => true,
        Type::Literals(literals) => literals.iter().all(|one| matches!(one, Literal::Text(_))),
        _ => false,
    }
}

fn plain(word: &str) -> Option<Type> {
    let any = || Box::new(Type::Mixed);
    Some(match word {
        "int" | "integer" | "long" | "i4" | "i8" => Type::Int,
        "positive-int" => Type::IntBetween(1, i64::MAX),
        "non-negative-int" => Type::IntBetween(0, i64::MAX),
        "negative-int" => Type::IntBetween(i64::MIN, -1),
        "non-positive-int" => Type::IntBetween(i64::MIN, 0),
        "non-zero-int" => {
            return Type::union(vec![
                Type::IntBetween(i64::MIN, -1),
                Type::IntBetween(1, i64::MAX),
            ]);
        }
        "float" | "double" => Type::Float,
        "non-empty-string"
        | "non-falsy-string"
        | "truthy-string"
        | "non-empty-lowercase-string"
        | "non-empty-uppercase-string" => Type::NonEmptyString,
        "numeric-string" => Type::NumericString,
        "string" | "lowercase-string" | "uppercase-string" | "literal-string" => Type::String,
        "bool" | "boolean" => Type::Bool,
        "true" => Type::True,
        "false" => Type::False,
        "null" | "nil" => Type::Null,
        "void" => Type::Void,
        "mixed" | "any" => Type::Mixed,
        "array" | "iterable" => Type::Array,
        "non-empty-array" => Type::NonEmptyItems(any()),
        "list" => Type::List(any()),
        "non-empty-list" => Type::NonEmptyList(any()),
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
