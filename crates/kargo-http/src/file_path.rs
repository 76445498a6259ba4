//! From the path of a URL to that of a file.
//!
//! ```
//! use kargo_http::file_path::FilePath;
//!
//! let path = FilePath::decode(b"/img/caf%C3%A9.png").unwrap();
//! assert_eq!(path.name(), "img/café.png");
//! assert!(FilePath::decode(b"/img/..%2Fsecret").is_none());
//! ```

use crate::chars::hex_value;

/// The path of a file below a directory, decoded: no segment of it is empty, `.` or `..`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePath {
    name: String,
    is_directory: bool,
}

impl FilePath {
    /// Decodes the path below a mount: empty, or beginning with a slash.
    ///
    /// `None` for what can't be the path of a file that somebody meant to publish: it has dot segments or empty ones, a
    /// slash, backslash or control character within a segment, a malformed escape, or is no UTF-8. It is decoded once.
    pub fn decode(path: &[u8]) -> Option<Self> {
        let mut name = Vec::new();
        let mut is_directory = false;
        if let Some((&first, behind)) = path.split_first() {
            if first != b'/' {
                return None;
            }
            let inner = behind.strip_suffix(b"/").unwrap_or(behind);
            is_directory = behind.is_empty() || inner.len() != behind.len();
            name.reserve(inner.len());
            if !behind.is_empty() {
                for segment in inner.split(|byte| *byte == b'/') {
                    if !name.is_empty() {
                        name.push(b'/');
                    }
                    append_segment(&mut name, segment)?;
                }
            }
        }
        // Overlong forms are no UTF-8 either.
        let name = String::from_utf8(name).ok()?;
        // U+0080 to U+009F.
        if name.chars().any(char::is_control) {
            return None;
        }
        Some(Self { name, is_directory })
    }

    /// Relative to the directory, without a slash at either end; empty for the directory itself.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether there was a slash at the end: it must be a directory.
    pub const fn is_directory(&self) -> bool {
        self.is_directory
    }

    /// The path of `name` in this directory.
    pub fn join(&self, name: &str) -> String {
        if self.name.is_empty() {
            name.to_owned()
        } else {
            format!("{}/{name}", self.name)
        }
    }

    /// Whether a segment begins with a dot. The first may be `.well-known` (RFC 8615).
    pub fn is_hidden(&self) -> bool {
        self.name
            .split('/')
            .enumerate()
            .any(|(at, segment)| segment.starts_with('.') && !(at == 0 && segment == ".well-known"))
    }

    /// Whether the file's name has one of these extensions, given in lower case: at its end, or before others that copies
    /// get (`a.php.bak`, `a.php~`).
    pub fn has_extension_of(&self, extensions: &[String]) -> bool {
        let file = self.name.rsplit('/').next().unwrap_or_default();
        file.split('.').skip(1).any(|part| {
            let part = part.trim_end_matches(['~', ' ', '#']);
            extensions
                .iter()
                .any(|extension| extension.eq_ignore_ascii_case(part))
        })
    }
}

fn append_segment(name: &mut Vec<u8>, segment: &[u8]) -> Option<()> {
    let start = name.len();
    let mut rest = segment;
    while let Some((&byte, behind)) = rest.split_first() {
        let (byte, behind) = if byte == b'%' {
            let (&[high, low], behind) = behind.split_first_chunk::<2>()?;
            (hex_value(high)? << 4 | hex_value(low)?, behind)
        } else {
            (byte, behind)
        };
        if matches!(byte, b'/' | b'\\' | 0x7f) || byte < b' ' {
            return None;
        }
        name.push(byte);
        rest = behind;
    }
    match name.get(start..).unwrap_or_default() {
        b"" | b"." | b".." => None,
        _ => Some(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_decoded_once() {
        for (path, name, is_directory) in [
            ("", "", false),
            ("/", "", true),
            ("/a", "a", false),
            ("/a/", "a", true),
            ("/a/b.txt", "a/b.txt", false),
            ("/%61%20b", "a b", false),
            ("/%2561", "%61", false),
            ("/%252e%252e/x", "%2e%2e/x", false),
            ("/...", "...", false),
            ("/a..b", "a..b", false),
            ("/caf%C3%A9/x", "café/x", false),
        ] {
            let decoded = FilePath::decode(path.as_bytes());
            let decoded = decoded.as_ref().map(|it| (it.name(), it.is_directory()));
            assert_eq!(decoded, Some((name, is_directory)), "{path}");
        }
    }

    #[test]
    fn what_leads_elsewhere_is_refused() {
        for path in [
            "a",
            "//",
            "//a",
            "/a//b",
            "/a//",
            "/.",
            "/..",
            "/a/../b",
            "/%2e%2e/a",
            "/.%2E",
            "/a%2fb",
            "/a%2Fb",
            "/..%2fa",
            "/a\\b",
            "/..%5c..%5ca",
            "/a%00",
            "/a%00.txt",
            "/a%0a",
            "/a%7f",
            "/%",
            "/%2",
            "/%zz",
            "/%c0%ae%c0%ae/a",
            "/%c0%afetc",
            "/%e0%80%af",
            "/%ff",
            "/a%C2%85",
            "*",
        ] {
            assert_eq!(FilePath::decode(path.as_bytes()), None, "{path}");
        }
    }

    #[test]
    fn dot_files_are_hidden() {
        let is_hidden = |path: &str| FilePath::decode(path.as_bytes()).unwrap().is_hidden();
        for path in [
            "/.env",
            "/.git/config",
            "/a/.htaccess",
            "/a/.well-known/x",
            "/%2eenv",
        ] {
            assert!(is_hidden(path), "{path}");
        }
        assert!(is_hidden("/.well-known/.secret"));
        assert!(!is_hidden("/.well-known/security.txt"));
        assert!(!is_hidden("/a.b/c"));
        assert!(!is_hidden("/"));
    }

    #[test]
    fn scripts_are_known_by_any_of_their_extensions() {
        let extensions = ["php".to_owned(), "inc".to_owned()];
        let is_script = |path: &str| {
            let path = FilePath::decode(path.as_bytes()).unwrap();
            path.has_extension_of(&extensions)
        };
        for path in [
            "/index.php",
            "/a/B.PHP",
            "/a.php.bak",
            "/a.php~",
            "/a.php%20",
            "/x.inc",
            "/a.php.gz",
            "/a.php.",
        ] {
            assert!(is_script(path), "{path}");
        }
        for path in [
            "/php",
            "/a.php/x.txt",
            "/a.phpx",
            "/include/x",
            "/a.txt",
            "/",
        ] {
            assert!(!is_script(path), "{path}");
        }
    }

    #[test]
    fn names_are_joined() {
        let join = |path: &str| {
            FilePath::decode(path.as_bytes())
                .unwrap()
                .join("index.html")
        };
        assert_eq!(join("/"), "index.html");
        assert_eq!(join("/a/b/"), "a/b/index.html");
    }
}
