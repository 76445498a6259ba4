//! Content-Type by the name's extension.

use std::borrow::Cow;
use std::collections::HashMap;

/// What a file is, by its name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MediaType<'a> {
    /// The value of Content-Type.
    pub(crate) value: Cow<'a, str>,
    /// Whether a compressed copy would be smaller; others are not looked for.
    pub(crate) is_compressible: bool,
}

const UNKNOWN: &str = "application/octet-stream";

impl<'a> MediaType<'a> {
    /// The type of the file `name`. `own` has the operator's types by extension; "" is for names without one.
    pub(crate) fn of(name: &str, own: &'a HashMap<String, String>) -> Self {
        let file = name.rsplit('/').next().unwrap_or_default();
        let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
        let mut lower = Cow::Borrowed(extension);
        if extension.bytes().any(|byte| byte.is_ascii_uppercase()) {
            lower = Cow::Owned(extension.to_ascii_lowercase());
        }
        if !own.is_empty()
            && let Some(value) = own.get(&*lower)
        {
            let essence = value.split(';').next().unwrap_or_default().trim();
            return Self {
                is_compressible: is_compressible(essence),
                value: Cow::Borrowed(value),
            };
        }
        let essence = usual(&lower);
        Self {
            value: with_charset(essence),
            is_compressible: is_compressible(essence),
        }
    }
}

fn usual(extension: &str) -> &'static str {
    match extension {
        // Not in the list of mime_guess, or as something else that shares the extension.
        "map" => "application/json",
        "ts" => "video/mp2t",
        "webmanifest" => "application/manifest+json",
        "js" | "mjs" => "text/javascript",
        _ => mime_guess::from_ext(extension)
            .first_raw()
            .unwrap_or(UNKNOWN),
    }
}

/// Text is UTF-8 today. XML says itself what it is.
fn with_charset(essence: &'static str) -> Cow<'static, str> {
    Cow::Borrowed(match essence {
        "text/html" => "text/html; charset=utf-8",
        "text/css" => "text/css; charset=utf-8",
        "text/javascript" => "text/javascript; charset=utf-8",
        "text/plain" => "text/plain; charset=utf-8",
        "text/xml" => "text/xml",
        _ if essence.starts_with("text/") => {
            return Cow::Owned(format!("{essence}; charset=utf-8"));
        }
        _ => essence,
    })
}

fn is_compressible(essence: &str) -> bool {
    essence.starts_with("text/")
        || essence.ends_with("+xml")
        || essence.ends_with("+json")
        || matches!(
            essence,
            "application/json"
                | "application/xml"
                | "application/javascript"
                | "application/wasm"
                | "application/rtf"
                | "application/vnd.ms-fontobject"
                | "application/x-font-ttf"
                | "font/ttf"
                | "font/otf"
                | "image/bmp"
                | "image/x-icon"
                | "image/vnd.microsoft.icon"
                | "model/gltf-binary"
                | UNKNOWN
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_type(name: &str, value: &str, is_compressible: bool) {
        let own = HashMap::from([
            ("geo".to_owned(), "application/geo+json; x=y".to_owned()),
            (String::new(), "text/plain".to_owned()),
        ]);
        let found = MediaType::of(name, &own);
        assert_eq!(
            (&*found.value, found.is_compressible),
            (value, is_compressible),
            "{name}"
        );
    }

    #[test]
    fn types_go_by_the_last_extension() {
        assert_type("index.html", "text/html; charset=utf-8", true);
        assert_type("a/b.min.CSS", "text/css; charset=utf-8", true);
        assert_type("app.js", "text/javascript; charset=utf-8", true);
        assert_type("app.mjs", "text/javascript; charset=utf-8", true);
        assert_type("x.csv", "text/csv; charset=utf-8", true);
        assert_type("x.md", "text/markdown; charset=utf-8", true);
        assert_type("x.json", "application/json", true);
        assert_type("app.js.map", "application/json", true);
        assert_type("x.webmanifest", "application/manifest+json", true);
        assert_type("x.svg", "image/svg+xml", true);
        assert_type("feed.xml", "text/xml", true);
        assert_type("x.wasm", "application/wasm", true);
        assert_type("x.woff2", "font/woff2", false);
        assert_type("x.png", "image/png", false);
        assert_type("x.jpg", "image/jpeg", false);
        assert_type("x.webp", "image/webp", false);
        assert_type("x.avif", "image/avif", false);
        assert_type("x.mp4", "video/mp4", false);
        assert_type("x.pdf", "application/pdf", false);
        assert_type("x.tar.gz", "application/gzip", false);
        assert_type("x.zip", "application/zip", false);
        assert_type("x.unheard-of", "application/octet-stream", true);
    }

    #[test]
    fn the_operators_types_go_first() {
        assert_type("a.geo", "application/geo+json; x=y", true);
        assert_type("a.GEO", "application/geo+json; x=y", true);
        assert_type("README", "text/plain", true);
        assert_type("a.b/README", "text/plain", true);
    }
}
