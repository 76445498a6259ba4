//! What documents say of credentials and idempotency keys, in the words of OpenAPI.

use crate::EncodeError;
use crate::Encoder;
use crate::description::{Access, Description, KeyUse, SchemeKind};
use crate::json::JsonEncoder;

use super::json_schema::text;

/// The header of idempotency keys.
pub(super) const KEY_HEADER: &str = "Idempotency-Key";

/// Writes all schemes by their names: an object of OpenAPI's Security Scheme Objects.
pub(super) fn write_schemes(
    description: &Description,
    out: &mut JsonEncoder<'_>,
) -> Result<(), EncodeError> {
    out.begin_object()?;
    for scheme in &description.schemes {
        out.key(scheme.name.as_bytes())?;
        out.begin_object()?;
        match &scheme.kind {
            SchemeKind::ApiKey(header) => {
                text("type", "apiKey", out)?;
                text("in", "header", out)?;
                text("name", header, out)?;
            }
            SchemeKind::Basic => {
                text("type", "http", out)?;
                text("scheme", "basic", out)?;
            }
            SchemeKind::Bearer => {
                text("type", "http", out)?;
                text("scheme", "bearer", out)?;
                text("bearerFormat", "JWT", out)?;
            }
        }
        out.end_object()?;
    }
    out.end_object()
}

/// Writes what credentials a call has to have: a list of Security Requirement Objects, one of which must be met. A role
/// is named where it is needed, so each scheme stands there once with each role that will do.
pub(super) fn write_requirements(
    description: &Description,
    access: &Access,
    out: &mut JsonEncoder<'_>,
) -> Result<(), EncodeError> {
    out.begin_array()?;
    match access {
        Access::Anonymous => {
            // Nobody has to, and everybody may.
            out.begin_object()?;
            out.end_object()?;
            for scheme in &description.schemes {
                write_requirement(&scheme.name, None, out)?;
            }
        }
        Access::Known { schemes, roles } => {
            for place in schemes {
                let Some(scheme) = description.schemes.get(*place) else {
                    continue;
                };
                if roles.is_empty() {
                    write_requirement(&scheme.name, None, out)?;
                }
                for role in roles {
                    write_requirement(&scheme.name, Some(role), out)?;
                }
            }
        }
    }
    out.end_array()
}

fn write_requirement(
    scheme: &str,
    role: Option<&str>,
    out: &mut JsonEncoder<'_>,
) -> Result<(), EncodeError> {
    out.begin_object()?;
    out.key(scheme.as_bytes())?;
    out.begin_array()?;
    if let Some(role) = role {
        out.string(role.as_bytes())?;
    }
    out.end_array()?;
    out.end_object()
}

/// Writes the header of idempotency keys: a Parameter Object.
pub(super) fn write_key_header(key: KeyUse, out: &mut JsonEncoder<'_>) -> Result<(), EncodeError> {
    out.begin_object()?;
    text("name", KEY_HEADER, out)?;
    text("in", "header", out)?;
    text(
        "description",
        "A call that comes again with its key is answered as before, and not made again.",
        out,
    )?;
    if key == KeyUse::Required {
        out.key(b"required")?;
        out.bool(true)?;
    }
    out.key(b"schema")?;
    out.raw(br#"{"type":"string","minLength":1,"maxLength":255}"#);
    out.end_object()
}
