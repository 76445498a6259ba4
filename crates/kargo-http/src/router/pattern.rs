//! Patterns, parsed and checked when a route is added.

use super::RouteError;

/// Parameters a pattern may have at most; their places are kept without allocating.
pub(super) const MAX_PARAMS: usize = 8;

/// A parsed pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    text: String,
    segments: Vec<Segment>,
    names: Vec<String>,
    end: End,
}

/// One segment of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    Literal(String),
    Param,
}

/// What comes behind the segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Nothing.
    Exact,
    /// `{name...}`; its name is the last.
    Rest,
    /// Nothing, or anything below.
    Mount,
}

impl Pattern {
    pub(super) fn parse(text: &str) -> Result<Self, RouteError> {
        Self::parse_segments(text).map_err(|problem| bad_pattern(text, problem))
    }

    /// A prefix: `/` is all paths, a slash at the end makes no difference.
    pub(super) fn parse_mount(text: &str) -> Result<Self, RouteError> {
        let prefix = text.strip_suffix('/').unwrap_or(text);
        let mut pattern = if prefix.is_empty() && !text.is_empty() {
            Self {
                text: String::new(),
                segments: Vec::new(),
                names: Vec::new(),
                end: End::Mount,
            }
        } else {
            Self::parse_segments(prefix).map_err(|problem| bad_pattern(text, problem))?
        };
        if pattern.end == End::Rest {
            return Err(bad_pattern(
                text,
                "a mount ends in no {name...}: it has all below it",
            ));
        }
        pattern.text = text.to_owned();
        pattern.end = End::Mount;
        Ok(pattern)
    }

    fn parse_segments(text: &str) -> Result<Self, &'static str> {
        let path = text.strip_prefix('/').ok_or("it must begin with a slash")?;
        let mut pattern = Self {
            text: text.to_owned(),
            segments: Vec::new(),
            names: Vec::new(),
            end: End::Exact,
        };
        for segment in path.split('/') {
            if pattern.end == End::Rest {
                return Err("{name...} takes the rest of the path: nothing can follow it");
            }
            pattern.push_segment(segment)?;
        }
        Ok(pattern)
    }

    fn push_segment(&mut self, segment: &str) -> Result<(), &'static str> {
        let inside = segment
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        let Some(name) = inside else {
            self.segments
                .push(Segment::Literal(parse_literal(segment)?.to_owned()));
            return Ok(());
        };
        let name = match name.strip_suffix("...") {
            Some(name) => {
                self.end = End::Rest;
                name
            }
            None => {
                self.segments.push(Segment::Param);
                name
            }
        };
        if !is_name(name) {
            return Err("a parameter's name is letters, digits and _, not beginning with a digit");
        }
        if self.names.iter().any(|other| other == name) {
            return Err("two parameters have the same name");
        }
        if self.names.len() == MAX_PARAMS {
            return Err("it has more than 8 parameters");
        }
        self.names.push(name.to_owned());
        Ok(())
    }

    /// The pattern as the program gave it.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Names of the parameters, from left to right.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    pub(super) const fn end(&self) -> End {
        self.end
    }

    /// The one path it matches, if it has no parameter.
    pub(super) fn as_static_path(&self) -> Option<String> {
        (self.names.is_empty() && self.end == End::Exact).then(|| self.text.clone())
    }
}

fn parse_literal(segment: &str) -> Result<&str, &'static str> {
    if segment == "." || segment == ".." {
        return Err("paths with dot segments are refused, so it would never match");
    }
    if segment.contains(['{', '}']) {
        return Err("a parameter is a whole segment: /{name}/");
    }
    if segment.contains('%') {
        return Err("it must be written decoded, without %");
    }
    if segment.contains(['?', '#']) {
        return Err("it is a path, without query or fragment");
    }
    if segment.contains(char::is_control) {
        return Err("it holds a control character");
    }
    Ok(segment)
}

fn is_name(name: &str) -> bool {
    !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn bad_pattern(text: &str, problem: &'static str) -> RouteError {
    RouteError::BadPattern {
        pattern: text.to_owned(),
        problem,
    }
}
