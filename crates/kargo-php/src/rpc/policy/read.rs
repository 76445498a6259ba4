//! From attributes and the Api's options to policies, once, when something is exported.

use std::rc::Rc;
use std::time::Duration;

use kargo_policy::Rate;

use crate::rpc::api::{Api, Method};
use crate::rpc::attribute::Attribute;
use crate::rpc::policy::access::Access;
use crate::rpc::policy::identity::Scheme;
use crate::rpc::policy::keep::{Keeping, Vary};
use crate::rpc::policy::remote::Remote;
use crate::rpc::policy::shared::Shared;
use crate::rpc::policy::{By, Limit, Policy};
use crate::rpc::signature::ExportError;
use crate::rpc::types::Type;

/// Gives each of the methods its policy, where it has one.
///
/// # Errors
/// Attributes that ask for what the Api can't do.
pub(crate) fn attach(api: &Api, methods: &mut [Method]) -> Result<(), ExportError> {
    for method in methods {
        let name = String::from_utf8_lossy(&method.name).into_owned();
        let refused = |why: String| ExportError::Refused(format!("{name}: {why}"));
        method.policy = read(api, method).map_err(refused)?.map(Rc::new);
    }
    Ok(())
}

fn read(api: &Api, method: &Method) -> Result<Option<Policy>, String> {
    let limits = limits(method)?;
    if api.auth.is_empty() && limits.iter().any(|limit| limit.by == By::Caller) {
        return Err(needs_auth("#[RateLimit(by: 'caller')]"));
    }
    let access = access(api, method)?;
    let timeout = method
        .attribute("timeout")
        .map(|attribute| seconds(attribute, "seconds"));
    let cache = cache(api, method)?;
    let idempotent = method.attribute("idempotent");
    let is_needed = !limits.is_empty()
        || access.is_some()
        || timeout.is_some()
        || cache.is_some()
        || idempotent.is_some()
        // It may ask who calls.
        || !api.auth.is_empty();
    if !is_needed {
        return Ok(None);
    }
    Ok(Some(Policy {
        shared: shared(api)?,
        limits,
        access,
        timeout,
        cache,
        requires_key: idempotent.is_some_and(|attribute| attribute.is_set("required")),
        idempotent: idempotent.map(|attribute| Keeping {
            time: seconds(attribute, "seconds"),
            vary: Vec::new(),
        }),
        has_auth: !api.auth.is_empty(),
    }))
}

/// What is needed by something that asks who calls.
fn needs_auth(what: &str) -> String {
    format!("{what} needs an Api that knows who calls: new Api(auth: …)")
}

fn cache(api: &Api, method: &Method) -> Result<Option<Keeping>, String> {
    let Some(attribute) = method.attribute("cache") else {
        return Ok(None);
    };
    if method.signature.returns == Type::Void {
        if method.signature.attributes.find("cache").is_none() {
            // It is for those of the class's methods that give something.
            return Ok(None);
        }
        return Err(
            "#[Cache] keeps results, and this returns void: take the attribute away, or return something"
                .into(),
        );
    }
    let keeping = Keeping {
        time: seconds(attribute, "seconds"),
        vary: attribute.texts("vary").into_iter().map(vary).collect(),
    };
    let asks_who = keeping.vary.iter().any(|vary| matches!(vary, Vary::Caller));
    if asks_who && api.auth.is_empty() {
        return Err(needs_auth("#[Cache(vary: 'caller')]"));
    }
    Ok(Some(keeping))
}

/// What part of all kept results one may take, as in the tables.
const LONGEST_PART: usize = 64;

/// The tables of the Api: made for the first method that needs them.
fn shared(api: &Api) -> Result<Rc<Shared>, String> {
    if let Some(shared) = &*api.shared.borrow() {
        return Ok(Rc::clone(shared));
    }
    let remote = api.store.as_ref().map(|location| {
        let longest = api.shared_bytes / LONGEST_PART;
        Remote::new(location, (&api.title, &api.version), longest)
    });
    let made = Shared::new(api.shared_bytes, remote)
        .map_err(|error| format!("there is no memory to share between workers: {error}"))?;
    let made = Rc::new(made);
    *api.shared.borrow_mut() = Some(Rc::clone(&made));
    Ok(made)
}

fn seconds(attribute: &Attribute, property: &str) -> Duration {
    let mut value = attribute.value(property);
    let value = value.zv();
    let seconds = value
        .float()
        .or_else(|| value.int().map(|seconds| seconds as f64));
    // The constructor has checked it.
    Duration::try_from_secs_f64(seconds.unwrap_or(0.0)).unwrap_or_default()
}

fn vary(name: String) -> Vary {
    match &*name {
        "caller" => Vary::Caller,
        "client" => Vary::Client,
        _ => Vary::Header(name),
    }
}

/// Those of the class and those of the method.
fn limits(method: &Method) -> Result<Vec<Limit>, String> {
    // The same on every machine: the class, and what it is exported as.
    let namespace = method.name.iter().rposition(|byte| *byte == b'.');
    let namespace = method
        .name
        .get(..namespace.unwrap_or(0))
        .unwrap_or_default();
    let class = method.class_attributes.label().as_bytes();
    let of_class = method
        .class_attributes
        .all("ratelimit")
        .map(|attribute| (attribute, [b"class ", class, b"\0", namespace].concat()));
    let of_method = method
        .signature
        .attributes
        .all("ratelimit")
        .map(|attribute| (attribute, [b"method ", &method.name[..]].concat()));
    of_class
        .chain(of_method)
        .enumerate()
        .map(|(index, (attribute, of))| limit(attribute, [&of[..], &[index as u8]].concat()))
        .collect()
}

fn limit(attribute: &Attribute, of: Vec<u8>) -> Result<Limit, String> {
    let count = attribute.int("count").unwrap_or(0);
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    let rate = Rate::new(count, seconds(attribute, "per"))
        .ok_or("#[RateLimit]: so many calls can't be counted in so short a time: give fewer, or a longer per")?;
    let by = match attribute.text("by").as_deref() {
        Some("caller") => By::Caller,
        Some("all") => By::All,
        _ => By::Client,
    };
    Ok(Limit { rate, by, of })
}

/// The method's own attributes come before the class's, and those before the rule that an Api with an authentication has
/// it for all.
fn access(api: &Api, method: &Method) -> Result<Option<Access>, String> {
    let own = &method.signature.attributes;
    for attributes in [own, &method.class_attributes] {
        let (anonymous, authenticate, roles) = (
            attributes.find("anonymous"),
            attributes.find("authenticate"),
            attributes.find("roles"),
        );
        if anonymous.is_some() {
            if authenticate.is_some() || roles.is_some() {
                return Err(
                    "#[Anonymous] contradicts #[Authenticate] and #[Roles]: take one away".into(),
                );
            }
            return Ok(None);
        }
        if authenticate.is_none() && roles.is_none() {
            continue;
        }
        if api.auth.is_empty() {
            let what = if roles.is_some() {
                "#[Roles]"
            } else {
                "#[Authenticate]"
            };
            return Err(needs_auth(what));
        }
        let mut access = Access::default();
        for name in authenticate.map_or_else(Vec::new, |attribute| attribute.texts("schemes")) {
            access.schemes.push(scheme(api, &name)?);
        }
        // Roles of the class hold for a method that only names a scheme.
        access.roles = roles
            .or_else(|| method.class_attributes.find("roles"))
            .map_or_else(Vec::new, |attribute| attribute.texts("roles"));
        return Ok(Some(access));
    }
    Ok((!api.auth.is_empty()).then(Access::default))
}

fn scheme(api: &Api, name: &str) -> Result<Scheme, String> {
    let found = Scheme::ALL
        .into_iter()
        .find(|scheme| scheme.name() == name)
        .ok_or_else(|| {
            format!(
                "#[Authenticate]: there is no scheme \"{name}\"; there are apiKey, basic, bearer"
            )
        })?;
    if api.auth.iter().any(|known| known.scheme == found) {
        Ok(found)
    } else {
        let known: Vec<&str> = api.auth.iter().map(|known| known.scheme.name()).collect();
        Err(format!(
            "#[Authenticate]: the Api's auth has no \"{name}\", only {}",
            known.join(", ")
        ))
    }
}
