//! Where a redirect leads (RFC 9110 section 15.4).

use super::HttpUrl;
use super::UrlError;

/// The request to be made instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// Where to.
    pub url: HttpUrl,
    /// Whether it is GET now, without a body, whatever it was.
    pub becomes_get: bool,
    /// Whether it goes to another scheme, host or port than the request that is redirected.
    pub is_cross_origin: bool,
}

impl Redirect {
    /// What a response with this status and Location wants instead of a request of this method to `from`; `None`: it
    /// is no redirect, but a response to be handed out.
    ///
    /// # Errors
    /// A Location that is no URL of HTTP.
    pub fn of(
        from: &HttpUrl,
        method: &[u8],
        status: u16,
        location: Option<&[u8]>,
    ) -> Result<Option<Self>, UrlError> {
        let becomes_get = match status {
            // Browsers made this of POST when nobody had thought of it, and now it is the rule.
            301 | 302 => method == b"POST",
            303 => method != b"HEAD",
            307 | 308 => false,
            _ => return Ok(None),
        };
        let Some(location) = location else {
            return Ok(None);
        };
        let url = from.join(location)?;
        Ok(Some(Self {
            is_cross_origin: !url.is_same_origin(from),
            becomes_get: becomes_get && method != b"GET",
            url,
        }))
    }

    /// Whether the new request has this header of the old one: not what described the body if there is none any more,
    /// and nothing that was meant for the other host only.
    pub fn keeps_header(&self, name: &[u8]) -> bool {
        const OF_THE_BODY: [&[u8]; 6] = [
            b"content-type",
            b"content-length",
            b"content-encoding",
            b"content-language",
            b"content-location",
            b"transfer-encoding",
        ];
        const OF_THE_HOST: [&[u8]; 4] =
            [b"authorization", b"cookie", b"proxy-authorization", b"host"];
        let is_one_of = |names: &[&[u8]]| names.iter().any(|it| name.eq_ignore_ascii_case(it));
        !(self.becomes_get && is_one_of(&OF_THE_BODY)
            || self.is_cross_origin && is_one_of(&OF_THE_HOST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redirect(method: &str, status: u16, location: &str) -> Option<Redirect> {
        let from = HttpUrl::parse(b"http://a/b/c").unwrap();
        Redirect::of(&from, method.as_bytes(), status, Some(location.as_bytes())).unwrap()
    }

    #[test]
    fn the_status_decides_about_the_method() {
        for (status, method, becomes_get) in [
            (301, "GET", false),
            (301, "POST", true),
            (301, "PUT", false),
            (302, "POST", true),
            (302, "DELETE", false),
            (303, "GET", false),
            (303, "HEAD", false),
            (303, "POST", true),
            (303, "PUT", true),
            (307, "POST", false),
            (308, "POST", false),
        ] {
            let redirect = redirect(method, status, "d").unwrap();
            assert_eq!(redirect.becomes_get, becomes_get, "{status} {method}");
            assert_eq!(redirect.url.as_str(), "http://a/b/d");
        }
    }

    #[test]
    fn others_are_no_redirects() {
        for status in [200, 201, 300, 304, 305, 306, 309, 404] {
            assert_eq!(redirect("GET", status, "d"), None);
        }
        let from = HttpUrl::parse(b"http://a/").unwrap();
        assert_eq!(Redirect::of(&from, b"GET", 302, None), Ok(None));
        assert!(Redirect::of(&from, b"GET", 302, Some(b"mailto:x@y")).is_err());
    }

    #[test]
    fn secrets_stay_with_their_origin() {
        let kept = |location: &str, name: &str| {
            let redirect = redirect("GET", 302, location).unwrap();
            redirect.keeps_header(name.as_bytes())
        };
        for name in ["Authorization", "COOKIE", "Proxy-Authorization", "Host"] {
            assert!(kept("/d", name) && kept("http://a:80/d", name));
            for elsewhere in ["http://b/", "http://a:81/", "https://a/", "//b"] {
                assert!(!kept(elsewhere, name), "{name} to {elsewhere}");
            }
        }
        assert!(kept("http://b/", "Accept") && kept("http://b/", "Content-Type"));
    }

    #[test]
    fn what_described_the_body_goes_with_it() {
        let kept = |status, name: &str| {
            let redirect = redirect("POST", status, "d").unwrap();
            redirect.keeps_header(name.as_bytes())
        };
        for name in ["Content-Type", "content-length", "Content-Encoding"] {
            assert!(!kept(303, name) && kept(307, name));
        }
        assert!(kept(303, "Accept"));
    }
}
