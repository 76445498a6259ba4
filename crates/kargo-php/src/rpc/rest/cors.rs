//! Which web pages' scripts may call, and read the answers (the CORS protocol of the Fetch standard).

use crate::engine::ffi;
use crate::rpc::attribute::Attribute;

/// `#[Kargo\Rpc\Cors]`.
#[derive(Debug)]
pub(crate) struct Cors {
    origins: Vec<String>,
    /// As the headers of answers list them.
    pub(super) headers: String,
    pub(super) exposed: String,
    pub(super) has_credentials: bool,
    pub(super) max_age: i64,
}

impl Cors {
    /// Reads an attribute, whose constructor has checked its values.
    pub(crate) fn read(attribute: &Attribute) -> Self {
        Self {
            origins: attribute.texts("origins"),
            headers: attribute.texts("headers").join(", "),
            exposed: attribute.texts("exposed").join(", "),
            has_credentials: attribute.is_set("credentials"),
            max_age: attribute.int("maxAge").unwrap_or_default(),
        }
    }

    /// The same of an object of the class.
    pub(crate) fn of(object: *mut ffi::zend_object) -> Self {
        Self::read(&Attribute::of(object))
    }

    /// What Access-Control-Allow-Origin says to a page of `origin`.
    pub(super) fn allowed(&self, origin: &[u8]) -> Option<&str> {
        self.origins
            .iter()
            .map(String::as_str)
            .find(|allowed| *allowed == "*" || allowed.as_bytes() == origin)
    }
}
