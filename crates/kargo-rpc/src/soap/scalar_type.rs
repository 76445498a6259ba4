//! What `xsi:type` names: the types of XML Schema and of SOAP's encoding.

use super::plan::Node;

/// How a value of one of these types is read; `None` for those that say nothing, or aren't known.
pub(super) fn of_schema(local: &[u8]) -> Option<&'static Node> {
    Some(match local {
        b"long"
        | b"int"
        | b"integer"
        | b"short"
        | b"byte"
        | b"unsignedLong"
        | b"unsignedInt"
        | b"unsignedShort"
        | b"unsignedByte"
        | b"positiveInteger"
        | b"nonNegativeInteger"
        | b"negativeInteger"
        | b"nonPositiveInteger" => &Node::Integer(i64::MIN, i64::MAX),
        b"string" | b"normalizedString" | b"token" | b"anyURI" | b"language" | b"Name"
        | b"NCName" | b"ID" | b"QName" | b"NMTOKEN" | b"date" | b"time" | b"duration"
        | b"gYear" | b"gYearMonth" => &Node::String(false),
        b"double" | b"float" | b"decimal" => &Node::Number,
        b"boolean" => &Node::Boolean(None),
        b"base64Binary" | b"base64" => &Node::Bytes,
        b"dateTime" => &Node::DateTime,
        _ => return None,
    })
}
