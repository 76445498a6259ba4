//! Arguments as they come in REST requests: members of a JSON object, and texts of paths, queries and headers.

mod members;
mod text;
mod zend;

pub use members::{decode_members, decode_whole};
pub use text::{Text, TextError, Texts};
pub use zend::{NotJson, ZendResponse};
