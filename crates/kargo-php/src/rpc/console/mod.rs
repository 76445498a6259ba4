//! The console: a page at the mount's root with which people read what an Api offers and call it.
//!
//! It is one document without anything from elsewhere. Its style and its script are named in its policy (CSP) by their
//! hashes, so the browser runs nothing else, whatever the texts of an Api say.

use std::rc::Rc;

use kargo_net::{Answer, RequestId};
use kargo_rpc::base64;
use sha2::{Digest, Sha256};

use crate::engine::Global;
use crate::serve::answer;

const DOCUMENT: &str = include_str!("console.html");
const STYLE: &str = include_str!("console.css");
const SCRIPT: &str = concat!(include_str!("protocols.js"), include_str!("console.js"));

/// The page and its policy.
#[derive(Debug)]
struct Page {
    text: String,
    policy: String,
}

static PAGE: Global<Rc<Page>> = Global::new();

/// Answers a GET or HEAD for the page.
pub(crate) fn serve(id: RequestId) {
    let page = PAGE.with_or(|| Rc::new(Page::make()), |page| Rc::clone(page));
    let headers: [(&[u8], &[u8]); 4] = [
        (b"Content-Security-Policy", page.policy.as_bytes()),
        (b"X-Content-Type-Options", b"nosniff"),
        (b"Referrer-Policy", b"no-referrer"),
        (b"Cache-Control", b"no-cache"),
    ];
    let head = Answer::new(200)
        .content_type(b"text/html; charset=utf-8")
        .headers(&headers);
    answer::send(id, &head, page.text.as_bytes());
}

impl Page {
    fn make() -> Self {
        let policy = format!(
            "default-src 'none'; style-src '{}'; script-src '{}'; connect-src 'self'; img-src data:; base-uri 'none'; \
             form-action 'none'; frame-ancestors 'none'",
            source(STYLE),
            source(SCRIPT)
        );
        Self {
            text: DOCUMENT
                .replace("/*style*/", STYLE)
                .replace("/*script*/", SCRIPT),
            policy,
        }
    }
}

/// What a policy calls an inline style or script (CSP level 3, section 2.3.1).
fn source(text: &str) -> String {
    let mut hash = Vec::new();
    base64::write(&mut hash, &Sha256::digest(text.as_bytes()));
    format!("sha256-{}", String::from_utf8_lossy(&hash))
}

/// Gives up the page, when the script ends.
pub(crate) fn clear() {
    drop(PAGE.replace(None));
}
