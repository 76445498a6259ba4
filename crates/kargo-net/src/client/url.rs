//! URLs of requests.

use std::error::Error;
use std::fmt;

use kargo_http::percent;
use url::Position;
use url::Url;

use super::Destination;

/// An absolute `http:` or `https:` URL, as the WHATWG URL Standard reads it: what browsers, curl and Node take for the
/// host is what a connection goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpUrl {
    url: Url,
}

/// Why a text is no URL of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UrlError {
    /// It cannot be read; the text says why.
    Malformed(String),
    /// It holds a control character, which the standard would leave out without a word.
    ControlCharacter,
    /// A scheme other than http and https.
    UnsupportedScheme(String),
}

impl HttpUrl {
    /// Reads an absolute URL.
    ///
    /// # Errors
    /// [`UrlError`]
    pub fn parse(text: &[u8]) -> Result<Self, UrlError> {
        Self::checked(Url::parse(readable(text)?))
    }

    /// Reads a reference as it stands in a Location header, relative to this URL. A reference without a fragment
    /// inherits this URL's (RFC 9110 section 10.2.2).
    ///
    /// # Errors
    /// [`UrlError`]
    pub fn join(&self, reference: &[u8]) -> Result<Self, UrlError> {
        let mut joined = Self::checked(self.url.join(readable(reference)?))?;
        if joined.url.fragment().is_none() {
            joined.url.set_fragment(self.url.fragment());
        }
        Ok(joined)
    }

    fn checked(parsed: Result<Url, url::ParseError>) -> Result<Self, UrlError> {
        let url = parsed.map_err(|error| UrlError::Malformed(error.to_string()))?;
        match (url.scheme(), url.host_str()) {
            ("http" | "https", Some(_)) => Ok(Self { url }),
            (scheme, _) => Err(UrlError::UnsupportedScheme(scheme.to_owned())),
        }
    }

    /// The URL as text, normalized.
    pub fn as_str(&self) -> &str {
        self.url.as_str()
    }

    /// Whether it is an https URL.
    pub fn is_secure(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Where to connect to.
    pub fn destination(&self) -> Destination {
        let port = self.url.port_or_known_default().unwrap_or_default();
        Destination::host(self.url.host_str().unwrap_or_default(), port)
    }

    /// The value of the Host header: with the port, unless it is the scheme's own.
    pub fn authority(&self) -> &str {
        &self.url[Position::BeforeHost..Position::AfterPort]
    }

    /// The request target: path and query.
    pub fn target(&self) -> &str {
        &self.url[Position::BeforePath..Position::AfterQuery]
    }

    /// Takes user name and password out, decoded, if there are any: whatever shows the URL afterwards tells nobody.
    pub fn take_credentials(&mut self) -> Option<(Vec<u8>, Vec<u8>)> {
        let (name, password) = (self.url.username(), self.url.password());
        if name.is_empty() && password.is_none() {
            return None;
        }
        let decoded = |text: &str| percent::decode(text.as_bytes()).into_owned();
        let credentials = (decoded(name), decoded(password.unwrap_or_default()));
        // Both can be set on every URL that has a host.
        let _ = self.url.set_username("");
        let _ = self.url.set_password(None);
        Some(credentials)
    }

    /// Whether both have the same scheme, host and port.
    pub fn is_same_origin(&self, other: &Self) -> bool {
        self.url.origin() == other.url.origin()
    }
}

fn readable(text: &[u8]) -> Result<&str, UrlError> {
    if text.iter().any(u8::is_ascii_control) {
        return Err(UrlError::ControlCharacter);
    }
    std::str::from_utf8(text).map_err(|_| UrlError::Malformed("it is not UTF-8".to_owned()))
}

impl fmt::Display for HttpUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Display for UrlError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(reason) => formatter.write_str(reason),
            Self::ControlCharacter => formatter.write_str("it holds a control character"),
            Self::UnsupportedScheme(scheme) => write!(formatter, "{scheme}: is no scheme of HTTP"),
        }
    }
}

impl Error for UrlError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> HttpUrl {
        HttpUrl::parse(text.as_bytes()).unwrap()
    }

    fn joined(base: &str, reference: &str) -> String {
        url(base).join(reference.as_bytes()).unwrap().to_string()
    }

    #[test]
    fn a_url_has_its_parts() {
        let mut parts = url("HTTP://User:p%40ss@Example.ORG:8080/a b/../c?q=\u{e4}&r#frag");
        assert_eq!(parts.destination(), Destination::host("example.org", 8080));
        assert_eq!(parts.authority(), "example.org:8080");
        assert_eq!(parts.target(), "/c?q=%C3%A4&r");
        let credentials = (b"User".to_vec(), b"p@ss".to_vec());
        assert_eq!(parts.take_credentials(), Some(credentials));
        assert_eq!(parts.take_credentials(), None);
        assert_eq!(parts.as_str(), "http://example.org:8080/c?q=%C3%A4&r#frag");
        assert!(!parts.is_secure());
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let mut plain = url("http://example.org");
        assert_eq!((plain.authority(), plain.target()), ("example.org", "/"));
        assert_eq!(plain.destination(), Destination::host("example.org", 80));
        assert_eq!(plain.take_credentials(), None);
        assert_eq!(url("http://a:80/").authority(), "a");
        assert_eq!(url("http://a:443/").authority(), "a:443");
        let secure = url("https://a/");
        assert!(secure.is_secure());
        assert_eq!(secure.destination(), Destination::host("a", 443));
        assert_eq!(url("http://a/?").target(), "/?");
    }

    #[test]
    fn hosts_are_addresses_or_names() {
        assert_eq!(url("http://[::1]:81/").authority(), "[::1]:81");
        assert_eq!(url("http://[::1]/").destination().to_string(), "[::1]:80");
        assert_eq!(url("http://127.0.0.1:81/").authority(), "127.0.0.1:81");
        assert_eq!(
            url("http://ex\u{e4}mple.org/").authority(),
            "xn--exmple-cua.org"
        );
    }

    #[test]
    fn what_is_no_url_says_why() {
        let error = |text: &[u8]| HttpUrl::parse(text).unwrap_err();
        for text in [
            "",
            "/a",
            "example.org/a",
            "http://",
            "http://a:b/",
            "http://a b/",
        ] {
            assert!(
                matches!(error(text.as_bytes()), UrlError::Malformed(_)),
                "{text}"
            );
        }
        for text in [
            &b"http://a/\r\nX: y"[..],
            b"http://a/\0",
            b"http://a/\t",
            b"\nhttp://a/",
        ] {
            assert_eq!(error(text), UrlError::ControlCharacter);
        }
        assert!(matches!(error(b"http://a/\xff"), UrlError::Malformed(_)));
        for (text, scheme) in [
            ("ftp://a/", "ftp"),
            ("mailto:a@b", "mailto"),
            ("file:///a", "file"),
        ] {
            let unsupported = UrlError::UnsupportedScheme(scheme.to_owned());
            assert_eq!(error(text.as_bytes()), unsupported);
            assert!(unsupported.to_string().contains(scheme));
        }
    }

    /// RFC 3986 section 5.4, but for the scheme, which is not kept by `http:g`.
    #[test]
    fn references_are_resolved() {
        for (reference, wanted) in [
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g/"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q#s"),
            ("g#s", "http://a/b/c/g#s"),
            (";x", "http://a/b/c/;x"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../../g", "http://a/g"),
            ("../../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g.", "http://a/b/c/g."),
            ("./../g", "http://a/b/g"),
            ("g;x=1/../y", "http://a/b/c/y"),
            ("g?y/../x", "http://a/b/c/g?y/../x"),
            ("http://other:81/x", "http://other:81/x"),
        ] {
            assert_eq!(
                joined("http://a/b/c/d;p?q", reference),
                wanted,
                "{reference}"
            );
        }
    }

    #[test]
    fn a_fragment_is_inherited() {
        assert_eq!(joined("http://a/b#old", "/c"), "http://a/c#old");
        assert_eq!(joined("http://a/b#old", "/c#new"), "http://a/c#new");
    }

    #[test]
    fn origins_are_scheme_host_and_port() {
        let same = |a: &str, b: &str| url(a).is_same_origin(&url(b));
        assert!(same("http://a/x", "http://A:80/y"));
        assert!(!same("http://a/", "https://a/"));
        assert!(!same("http://a/", "http://a:81/"));
        assert!(!same("http://a/", "http://b.a/"));
    }
}
