//! What the names of classes mean in a source file: its namespaces and `use` statements.
//!
//! PHP forgets imports when it has compiled a file, and docblocks abbreviate by them; so the file is read once more, by
//! as much of a tokenizer as this needs.

/// The imports of one file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Imports {
    sections: Vec<Section>,
}

/// From a `namespace` statement to the next.
#[derive(Debug, Default, PartialEq, Eq)]
struct Section {
    /// The line it begins in.
    line: u32,
    namespace: String,
    /// Short names in lower case, and what they stand for.
    uses: Vec<(String, String)>,
}

impl Imports {
    /// Reads the source of a file.
    pub(crate) fn read(source: &[u8]) -> Self {
        let mut reader = Reader {
            tokens: Tokens::new(source),
            sections: vec![Section::default()],
            depth: 0,
            base: 0,
        };
        reader.run();
        Self {
            sections: reader.sections,
        }
    }

    /// The full name of the class that `name` is in `line`, as PHP resolves it.
    pub(crate) fn resolve(&self, name: &str, line: u32) -> String {
        if let Some(full) = name.strip_prefix('\\') {
            return full.to_owned();
        }
        let default = Section::default();
        let section = self
            .sections
            .iter()
            .rev()
            .find(|section| section.line <= line)
            .unwrap_or(&default);
        let (first, rest) = match name.split_once('\\') {
            Some((first, rest)) => (first, Some(rest)),
            None => (name, None),
        };
        let joined = |start: &str| match rest {
            Some(rest) => format!("{start}\\{rest}"),
            None => start.to_owned(),
        };
        let lowercase = first.to_lowercase();
        if let Some((_, full)) = section.uses.iter().find(|(short, _)| *short == lowercase) {
            return joined(full);
        }
        let prefix = if section.namespace.is_empty() {
            String::new()
        } else {
            format!("{}\\", section.namespace)
        };
        match rest {
            Some(rest) if lowercase == "namespace" => format!("{prefix}{rest}"),
            _ => format!("{prefix}{name}"),
        }
    }
}

/// As much of a token as matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    /// A word, a name with backslashes, or a variable.
    Word(&'a str),
    /// Any other character.
    Sign(u8),
}

/// Tokens of PHP source. Strings, comments and text outside of PHP are skipped.
struct Tokens<'a> {
    source: &'a [u8],
    at: usize,
    line: u32,
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'\\' || byte >= 0x80
}

impl<'a> Tokens<'a> {
    fn new(source: &'a [u8]) -> Self {
        let mut tokens = Self {
            source,
            at: 0,
            line: 1,
        };
        tokens.skip_markup();
        tokens
    }

    fn rest(&self) -> &'a [u8] {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn advance(&mut self, count: usize) {
        let end = (self.at + count).min(self.source.len());
        let passed = self.source.get(self.at..end).unwrap_or_default();
        let lines = passed.iter().filter(|byte| **byte == b'\n').count();
        self.line = self
            .line
            .saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.at = end;
    }

    /// Goes behind the next `end`, or to the end of the source.
    fn skip_past(&mut self, end: &[u8]) {
        let found = memchr::memmem::find(self.rest(), end);
        self.advance(found.map_or(usize::MAX - self.at, |at| at + end.len()));
    }

    fn skip_markup(&mut self) {
        self.skip_past(b"<?");
        for tag in [&b"php"[..], b"="] {
            if self.rest().starts_with(tag) {
                self.advance(tag.len());
            }
        }
    }

    fn skip_line_comment(&mut self) {
        let rest = self.rest();
        let line = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let code = rest.get(..line).unwrap_or_default();
        // A closing tag ends the comment too.
        self.advance(memchr::memmem::find(code, b"?>").unwrap_or(line));
    }

    fn skip_string(&mut self, quote: u8) {
        self.advance(1);
        while let Some(byte) = self.rest().first() {
            if *byte == b'\\' {
                self.advance(2);
            } else {
                self.advance(1);
                if *byte == quote {
                    return;
                }
            }
        }
    }

    /// `<<<ID`, `<<<'ID'`, `<<<"ID"`: ends where a line begins with ID, perhaps after spaces.
    fn skip_heredoc(&mut self) {
        self.advance(3);
        let rest = self.rest();
        let start = rest
            .iter()
            .position(|byte| !matches!(byte, b' ' | b'\t' | b'\'' | b'"'))
            .unwrap_or(rest.len());
        let name = rest.get(start..).unwrap_or_default();
        let end = name
            .iter()
            .position(|byte| !is_word(*byte))
            .unwrap_or(name.len());
        let name = name.get(..end).unwrap_or_default();
        if name.is_empty() {
            return;
        }
        loop {
            let Some(line) = memchr::memchr(b'\n', self.rest()) else {
                return self.advance(usize::MAX - self.at);
            };
            self.advance(line + 1);
            let text = self.rest().trim_ascii_start();
            let closes = text
                .strip_prefix(name)
                .is_some_and(|after| !after.first().is_some_and(|byte| is_word(*byte)));
            if closes {
                let spaces = self.rest().len() - text.len();
                return self.advance(spaces + name.len());
            }
        }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let rest = self.rest();
            let byte = *rest.first()?;
            match byte {
                b'\'' | b'"' | b'`' => self.skip_string(byte),
                b'/' if rest.starts_with(b"/*") => self.skip_past(b"*/"),
                b'/' if rest.starts_with(b"//") => self.skip_line_comment(),
                b'#' if !rest.starts_with(b"#[") => self.skip_line_comment(),
                b'<' if rest.starts_with(b"<<<") => self.skip_heredoc(),
                b'?' if rest.starts_with(b"?>") => {
                    self.skip_markup();
                    // A closing tag ends the statement.
                    return Some(Token::Sign(b';'));
                }
                b'$' => {
                    let end = rest.iter().skip(1).position(|byte| !is_word(*byte));
                    self.advance(end.map_or(rest.len(), |end| end + 1));
                    return Some(Token::Word("$"));
                }
                _ if is_word(byte) => {
                    let end = rest.iter().position(|byte| !is_word(*byte));
                    let word = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
                    self.advance(word.len());
                    return Some(Token::Word(std::str::from_utf8(word).unwrap_or("$")));
                }
                _ => {
                    self.advance(1);
                    if !byte.is_ascii_whitespace() {
                        return Some(Token::Sign(byte));
                    }
                }
            }
        }
    }
}

struct Reader<'a> {
    tokens: Tokens<'a>,
    sections: Vec<Section>,
    /// Braces that are open.
    depth: u32,
    /// Those of them that are a namespace's.
    base: u32,
}

impl Reader<'_> {
    fn run(&mut self) {
        let mut is_start = true;
        while let Some(token) = self.tokens.next() {
            let is_outside = is_start && self.depth == self.base;
            is_start = false;
            match token {
                Token::Sign(b'{') => {
                    self.depth += 1;
                    is_start = true;
                }
                Token::Sign(b'}') => {
                    self.depth = self.depth.saturating_sub(1);
                    self.base = self.base.min(self.depth);
                    is_start = true;
                }
                Token::Sign(b';') => is_start = true,
                Token::Word(word) if is_outside && word.eq_ignore_ascii_case("namespace") => {
                    is_start = self.namespace();
                }
                Token::Word(word) if is_outside && word.eq_ignore_ascii_case("use") => {
                    self.imports();
                    is_start = true;
                }
                _ => {}
            }
        }
    }

    /// After `namespace`; whether a statement may begin behind it.
    fn namespace(&mut self) -> bool {
        let mut name = String::new();
        while let Some(token) = self.tokens.next() {
            match token {
                Token::Word(word) => word.clone_into(&mut name),
                Token::Sign(sign @ (b';' | b'{')) => {
                    if sign == b'{' {
                        self.depth += 1;
                        self.base = self.depth;
                    }
                    self.sections.push(Section {
                        line: self.tokens.line,
                        namespace: name,
                        uses: Vec::new(),
                    });
                    return true;
                }
                // `namespace\name()`
                Token::Sign(_) => return false,
            }
        }
        false
    }

    /// After `use`: `A\B`, `A\B as C`, `A\{B, C as D}`, several of them with commas. Functions and constants are no
    /// classes.
    fn imports(&mut self) {
        let (mut prefix, mut path, mut alias) = (String::new(), String::new(), None);
        let (mut is_alias, mut is_other) = (false, false);
        while let Some(token) = self.tokens.next() {
            match token {
                Token::Word(word) if is_alias => alias = Some(word.to_owned()),
                Token::Word(word) if word.eq_ignore_ascii_case("as") => is_alias = true,
                Token::Word("function" | "const") => is_other = true,
                Token::Word(word) => word.clone_into(&mut path),
                Token::Sign(b'{') => prefix = std::mem::take(&mut path),
                Token::Sign(sign @ (b',' | b'}' | b';')) => {
                    if !path.is_empty() && !is_other {
                        self.import(&prefix, &path, alias.as_deref());
                    }
                    (path, alias, is_alias) = (String::new(), None, false);
                    if sign == b'}' {
                        prefix = String::new();
                    }
                    if !prefix.is_empty() {
                        is_other = false;
                    }
                    if sign == b';' {
                        return;
                    }
                }
                Token::Sign(_) => {}
            }
        }
    }

    fn import(&mut self, prefix: &str, path: &str, alias: Option<&str>) {
        let full = format!("{prefix}{path}");
        let full = full.trim_start_matches('\\');
        let short = alias.unwrap_or_else(|| full.rsplit('\\').next().unwrap_or(full));
        if let Some(section) = self.sections.last_mut() {
            section.uses.push((short.to_lowercase(), full.to_owned()));
        }
    }
}
