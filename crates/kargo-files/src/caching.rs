//! Cache-Control: how long an answer may be used without asking again.

/// A year: the longest time that caches are expected to understand.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Characters of a hash at least; tools write 7 to 64.
const HASH_CHARACTERS: usize = 7;

/// The rules, with the header values they come to.
#[derive(Debug)]
pub(crate) struct Caching {
    usual: Option<String>,
    immutable: Vec<String>,
}

impl Caching {
    pub(crate) fn new(max_age: Option<u64>, immutable: &[String]) -> Self {
        let usual = max_age.map(|seconds| match seconds {
            0 => "no-cache".to_owned(),
            _ => format!("max-age={seconds}"),
        });
        let folder = |folder: &String| match folder.trim_matches('/') {
            "" => String::new(),
            inner => format!("{inner}/"),
        };
        Self {
            usual,
            immutable: immutable.iter().map(folder).collect(),
        }
    }

    /// The header for the file `name`, relative to the directory.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let is_immutable = self
            .immutable
            .iter()
            .any(|folder| name.starts_with(folder.as_str()));
        if is_immutable && has_hash(name) {
            Some(FOR_EVER)
        } else {
            self.usual.as_deref()
        }
    }
}

/// Whether a name says which content it has, as build tools write it: `app.3f9a2c81.js`, `index-BqZ3xk9A.css`. The last
/// part before the extension, behind `.`, `-` or `_`, has 7 characters or more, with a digit or a capital letter.
fn has_hash(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or_default();
    let Some((mut stem, _)) = file.rsplit_once('.') else {
        return false;
    };
    // The map of a script has its name: app.3f9a2c81.js.map
    if let Some((inner, "js" | "css" | "mjs")) = stem.rsplit_once('.') {
        stem = inner;
    }
    // A hash in base64 may itself hold "-" or "_".
    stem.match_indices(['.', '-', '_'])
        .filter_map(|(at, _)| stem.get(at + 1..))
        .any(|tail| {
            tail.len() >= HASH_CHARACTERS
                && tail
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
                && tail
                    .bytes()
                    .any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_known_by_their_look() {
        for name in [
            "app.3f9a2c81.js",
            "build/index-BqZ3xk9A.css",
            "a/b/main_0123456789abcdef.woff2",
            "chunk-B-Zx_k9A.js",
            "app-1fcdSCp.js",
            "app.3f9a2c81.js.map",
            "3-deadbee1.png",
        ] {
            assert!(has_hash(name), "{name}");
        }
        for name in [
            "app.js",
            "jquery-3.7.1.min.js",
            "manifest.json",
            "entrypoints.json",
            "app-settings.js",
            "3f9a2c81.js",
            "app.3f9a2c.js",
            "app.3f9a2c81",
            "a.3f9a2c81/b.js",
            "",
        ] {
            assert!(!has_hash(name), "{name}");
        }
    }

    #[test]
    fn only_declared_folders_are_immutable() {
        let caching = Caching::new(Some(60), &["/build/".to_owned(), "dist".to_owned()]);
        for name in ["build/app.3f9a2c81.js", "dist/x/app.3f9a2c81.js"] {
            assert_eq!(caching.header(name), Some(FOR_EVER), "{name}");
        }
        for name in [
            "build/manifest.json",
            "builds/app.3f9a2c81.js",
            "app.3f9a2c81.js",
        ] {
            assert_eq!(caching.header(name), Some("max-age=60"), "{name}");
        }
        let everywhere = Caching::new(None, &["/".to_owned()]);
        assert_eq!(everywhere.header("app.3f9a2c81.js"), Some(FOR_EVER));
        assert_eq!(everywhere.header("app.js"), None);
        assert_eq!(Caching::new(Some(0), &[]).header("a"), Some("no-cache"));
    }
}
