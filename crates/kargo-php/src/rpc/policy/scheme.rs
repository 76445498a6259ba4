//! The schemes of an Api's `auth`, as the operator configured them, and the verification of what a caller shows.

use std::rc::Rc;
use std::time::Duration;

use kargo_policy::credentials::{ApiKeys, Authorization};
use kargo_policy::jwt::{self, Expected, Verifier};
use kargo_policy::{Digest, Hasher};
use kargo_rpc::description::SchemeKind;

use crate::classes::exceptions::read_property;
use crate::engine::callable::{Outcome, take_exception};
use crate::engine::throw::class;
use crate::engine::value::{Key, array_iter};
use crate::engine::{Callable, Kind, Owned, Zv, ffi};
use crate::log::Level;
use crate::rpc::policy::identity::{Identity, Scheme, texts};
use crate::rpc::policy::request;
use crate::serve::handler;

/// One way to show who one is.
#[derive(Debug)]
pub(crate) struct Authenticator {
    pub(super) scheme: Scheme,
    /// The realm, or the header that has the key.
    label: String,
    how: How,
    roles: Vec<(String, Vec<String>)>,
    /// How long a word of the verification is good.
    pub(super) remember: Duration,
}

#[derive(Debug)]
enum How {
    Keys {
        names: Vec<String>,
        keys: ApiKeys,
    },
    Users(Vec<(String, Vec<u8>)>),
    Ask(Rc<Callable>),
    Token {
        verifier: Box<Verifier>,
        name: String,
        roles: String,
    },
}

/// What a caller shows.
pub(super) enum Shown {
    Key(Vec<u8>),
    Login { user: Vec<u8>, password: Vec<u8> },
    Token(Vec<u8>),
}

/// What a verification came to.
pub(super) enum Verdict {
    Of(Identity, Duration),
    Wrong,
    /// It could not be found out; the log has the cause.
    Failed,
}

type Made = Result<Authenticator, String>;

/// Reads what was given as `auth`: one scheme or a list of them.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn read(auth: Zv) -> Result<Vec<Authenticator>, String> {
    match auth.kind() {
        Kind::Null | Kind::Undefined => Ok(Vec::new()),
        Kind::Object => Ok(vec![read_one(auth)?]),
        Kind::Array => auth.array().map_or_else(
            || Ok(Vec::new()),
            |array| {
                array_iter(array)
                    .map(|(_, item)| read_one(item.dereferenced()))
                    .collect()
            },
        ),
        _ => Err(UNKNOWN.into()),
    }
}

const UNKNOWN: &str = "auth must be ApiKeys, BasicUsers, BearerTokens, or a list of them";

fn read_one(value: Zv) -> Made {
    let object = value.object().ok_or(UNKNOWN)?;
    // SAFETY: classes are alive, and the object is.
    let is_of = |class| unsafe { ffi::kg_instance_of(object, class) };
    if is_of(class::api_keys()) {
        api_keys(object)
    } else if is_of(class::basic_users()) {
        basic_users(object)
    } else if is_of(class::bearer_tokens()) {
        bearer_tokens(object)
    } else {
        Err(UNKNOWN.into())
    }
}

fn text(object: *mut ffi::zend_object, name: &str) -> String {
    let mut value = read_property(object, name);
    String::from_utf8_lossy(value.zv().bytes().unwrap_or_default()).into_owned()
}

/// A header's value can't have these.
fn label(object: *mut ffi::zend_object, name: &str) -> Result<String, String> {
    let text = text(object, name);
    let is_fine = !text.is_empty()
        && text
            .bytes()
            .all(|byte| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\');
    if is_fine {
        Ok(text)
    } else {
        Err(format!("\"{}\" can't be a {name}", text.escape_debug()))
    }
}

/// How long a word of the verification is good.
fn remember(object: *mut ffi::zend_object) -> Result<Duration, String> {
    let seconds = read_property(object, "remember").zv().float();
    seconds
        .filter(|seconds| (0.0..=86_400.0).contains(seconds))
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "remember must be from 0 to 86400 seconds".into())
}

/// Strings by their string keys.
fn strings(object: *mut ffi::zend_object, property: &str) -> Vec<(String, Vec<u8>)> {
    let mut value = read_property(object, property);
    // What is no string is one that can't be right.
    let entry = |(key, item): (Key<'_>, Zv)| {
        let bytes = item.dereferenced().bytes().unwrap_or_default();
        (name_of(key), bytes.to_vec())
    };
    value
        .zv()
        .array()
        .map_or_else(Vec::new, |array| array_iter(array).map(entry).collect())
}

fn name_of(key: Key<'_>) -> String {
    match key {
        Key::Index(index) => index.to_string(),
        Key::Name(name) => String::from_utf8_lossy(name).into_owned(),
    }
}

/// The roles of each caller. `names` are all that there are, where that is known.
fn roles(
    object: *mut ffi::zend_object,
    names: &[&str],
) -> Result<Vec<(String, Vec<String>)>, String> {
    let mut value = read_property(object, "roles");
    let Some(array) = value.zv().array() else {
        return Ok(Vec::new());
    };
    array_iter(array)
        .map(|(key, item)| {
            let name = name_of(key);
            if names.is_empty() || names.contains(&&*name) {
                Ok((name, texts(item.dereferenced())))
            } else {
                Err(format!(
                    "roles has a caller that there is not: \"{}\"",
                    name.escape_debug()
                ))
            }
        })
        .collect()
}

/// The callable in `verify`, if there is one.
fn verifier(object: *mut ffi::zend_object) -> Result<Option<Rc<Callable>>, String> {
    let mut value = read_property(object, "verify");
    if value.zv().kind() == Kind::Null {
        return Ok(None);
    }
    Callable::new(value.zv())
        .map(|callable| Some(Rc::new(callable)))
        .map_err(|reason| format!("verify must be a callable: {reason}"))
}

fn api_keys(object: *mut ffi::zend_object) -> Made {
    let keys = strings(object, "keys");
    let known: Vec<&str> = keys.iter().map(|(name, _)| &**name).collect();
    let roles = roles(object, &known)?;
    let how = if let Some(ask) = verifier(object)? {
        if !keys.is_empty() {
            return Err("ApiKeys takes keys or verify, not both".into());
        }
        How::Ask(ask)
    } else {
        let mut names = Vec::new();
        let mut digests = Vec::new();
        for (name, digest) in keys {
            let digest = std::str::from_utf8(&digest).ok().and_then(Digest::from_hex);
            digests.push(digest.ok_or_else(|| {
                format!(
                    "the key of {name} must be its SHA-256 in hexadecimal: hash('sha256', $key)"
                )
            })?);
            names.push(name);
        }
        if names.is_empty() {
            return Err("ApiKeys needs keys or verify".into());
        }
        How::Keys {
            names,
            keys: ApiKeys::new(digests),
        }
    };
    let header = label(object, "header")?;
    if !header
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    {
        return Err(format!("\"{header}\" can't be a header"));
    }
    Ok(Authenticator {
        scheme: Scheme::ApiKey,
        label: header,
        how,
        roles,
        remember: remember(object)?,
    })
}

fn basic_users(object: *mut ffi::zend_object) -> Made {
    let users = strings(object, "users");
    let known: Vec<&str> = users.iter().map(|(name, _)| &**name).collect();
    let roles = roles(object, &known)?;
    // A password that is not hashed would never be right.
    if let Some((name, _)) = users.iter().find(|(_, hash)| !hash.starts_with(b"$")) {
        return Err(format!(
            "the password of {name} must be hashed: password_hash($password, PASSWORD_DEFAULT)"
        ));
    }
    let how = match verifier(object)? {
        Some(_) if !users.is_empty() => {
            return Err("BasicUsers takes users or verify, not both".into());
        }
        Some(ask) => How::Ask(ask),
        None if users.is_empty() => return Err("BasicUsers needs users or verify".into()),
        None => How::Users(users),
    };
    Ok(Authenticator {
        scheme: Scheme::Basic,
        label: label(object, "realm")?,
        how,
        roles,
        remember: remember(object)?,
    })
}

fn bearer_tokens(object: *mut ffi::zend_object) -> Made {
    let name = text(object, "algorithm");
    let algorithm = jwt::algorithm(&name).ok_or_else(|| {
        format!(
            "\"{}\" is no algorithm for tokens that is accepted",
            name.escape_debug()
        )
    })?;
    let mut key = read_property(object, "key");
    let keys = match key.zv().bytes() {
        Some(bytes) => vec![(None, bytes.to_vec())],
        None => strings(object, "key")
            .into_iter()
            .map(|(id, key)| (Some(id), key))
            .collect(),
    };
    let keys: Vec<(Option<&str>, &[u8])> = keys
        .iter()
        .map(|(id, key): &(Option<String>, Vec<u8>)| (id.as_deref(), key.as_slice()))
        .collect();
    let leeway = read_property(object, "leeway").zv().int();
    let leeway = leeway
        .and_then(|seconds| u64::try_from(seconds).ok())
        .filter(|seconds| *seconds <= 3600)
        .ok_or("leeway must be from 0 to 3600 seconds")?;
    let expected = Expected {
        issuers: texts(read_property(object, "issuer").zv()),
        audiences: texts(read_property(object, "audience").zv()),
        leeway_seconds: leeway,
    };
    let verifier = Verifier::new(algorithm, &keys, &expected)
        .map(Box::new)
        .map_err(|error| format!("a key of BearerTokens can't be used: {error}"))?;
    Ok(Authenticator {
        scheme: Scheme::Bearer,
        label: label(object, "realm")?,
        how: How::Token {
            verifier,
            name: text(object, "name"),
            roles: text(object, "roles"),
        },
        roles: Vec::new(),
        // A token that was genuine is so until it is over; the claims about time are looked at again each minute.
        remember: Duration::from_secs(60),
    })
}

impl Authenticator {
    /// What the current request shows for this scheme. `authorization` is the header of that name, read once.
    pub(super) fn shown(&self, authorization: Option<&Authorization>) -> Option<Shown> {
        match (self.scheme, authorization) {
            (Scheme::ApiKey, _) => request::header(&self.label).map(Shown::Key),
            (Scheme::Basic, Some(Authorization::Basic { user, password })) => Some(Shown::Login {
                user: user.clone(),
                password: password.clone(),
            }),
            (Scheme::Bearer, Some(Authorization::Bearer(token))) => {
                Some(Shown::Token(token.clone()))
            }
            _ => None,
        }
    }

    /// Verifies it. Runs PHP code where the operator gave a callable, and PHP's own password_verify().
    pub(super) fn verify(&self, shown: &Shown) -> Verdict {
        match (&self.how, shown) {
            (How::Keys { names, keys }, Shown::Key(key)) => {
                let name = keys.find(key).and_then(|index| names.get(index));
                name.map_or(Verdict::Wrong, |name| self.known(name))
            }
            (How::Users(users), Shown::Login { user, password }) => {
                self.verify_password(users, user, password)
            }
            (How::Ask(ask), Shown::Key(key)) => self.ask(ask, &[key], ""),
            (How::Ask(ask), Shown::Login { user, password }) => {
                self.ask(ask, &[user, password], &String::from_utf8_lossy(user))
            }
            (
                How::Token {
                    verifier,
                    name,
                    roles,
                },
                Shown::Token(token),
            ) => self.verify_token(verifier, token, name, roles),
            _ => Verdict::Wrong,
        }
    }

    /// A caller of whom only the name is known.
    fn known(&self, name: &str) -> Verdict {
        let identity = Identity {
            name: name.to_owned(),
            roles: self.roles_of(name),
            scheme: self.scheme,
            claims: String::new(),
        };
        Verdict::Of(identity, self.remember)
    }

    fn roles_of(&self, name: &str) -> Vec<String> {
        let found = self.roles.iter().find(|(known, _)| known == name);
        found.map_or_else(Vec::new, |(_, roles)| roles.clone())
    }

    fn verify_token(&self, verifier: &Verifier, token: &[u8], name: &str, roles: &str) -> Verdict {
        let Ok(claims) = verifier.verify(token) else {
            return Verdict::Wrong;
        };
        let Some(named) = claims.text(name) else {
            return Verdict::Wrong;
        };
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        let left = claims.expires().unwrap_or(0).saturating_sub(now);
        let identity = Identity {
            name: named.to_owned(),
            roles: claims.texts(roles),
            scheme: self.scheme,
            claims: claims.to_json(),
        };
        Verdict::Of(identity, self.remember.min(Duration::from_secs(left)))
    }

    /// A name that is unknown takes as long as a wrong password.
    fn verify_password(
        &self,
        users: &[(String, Vec<u8>)],
        user: &[u8],
        password: &[u8],
    ) -> Verdict {
        let found = users.iter().find(|(name, _)| name.as_bytes() == user);
        let Some((_, hash)) = found.or(users.first()) else {
            return Verdict::Wrong;
        };
        let mut function = Owned::of_bytes(b"password_verify");
        let Ok(function) = Callable::new(function.zv()) else {
            return Verdict::Failed;
        };
        let mut result = Owned::undefined();
        match call(&function, result.zv(), &[password, hash]) {
            Outcome::Returned => {}
            outcome => return failed(outcome),
        }
        match found {
            Some((name, _)) if result.zv().is_true() => self.known(name),
            _ => Verdict::Wrong,
        }
    }

    fn ask(&self, ask: &Callable, arguments: &[&[u8]], said: &str) -> Verdict {
        let mut result = Owned::undefined();
        match call(ask, result.zv(), arguments) {
            Outcome::Returned => {}
            outcome => return failed(outcome),
        }
        match Identity::of_verified(result.zv(), said, self.scheme) {
            None => Verdict::Wrong,
            Some(mut identity) => {
                if identity.roles.is_empty() {
                    identity.roles = self.roles_of(&identity.name);
                }
                Verdict::Of(identity, self.remember)
            }
        }
    }

    /// What is told to a caller without credentials. HTTP has no word for keys in headers, and demands one.
    pub(super) fn challenge(&self) -> String {
        match self.scheme {
            Scheme::ApiKey => format!("ApiKey header=\"{}\"", self.label),
            Scheme::Basic => format!("Basic realm=\"{}\", charset=\"UTF-8\"", self.label),
            Scheme::Bearer => format!("Bearer realm=\"{}\"", self.label),
        }
    }

    /// The same for documents.
    pub(super) fn kind(&self) -> SchemeKind {
        match self.scheme {
            Scheme::ApiKey => SchemeKind::ApiKey(self.label.clone()),
            Scheme::Basic => SchemeKind::Basic,
            Scheme::Bearer => SchemeKind::Bearer,
        }
    }

    /// The name of what is shown, under which the verdict is remembered.
    pub(super) fn digest(&self, shown: &Shown) -> Digest {
        let mut hasher = Hasher::new();
        hasher.part(self.scheme.name().as_bytes());
        // Different Apis, and several schemes of one kind, have different keys.
        hasher.part(&std::ptr::from_ref(self).addr().to_le_bytes());
        match shown {
            Shown::Key(secret) | Shown::Token(secret) => hasher.part(secret),
            Shown::Login { user, password } => {
                hasher.part(user);
                hasher.part(password);
            }
        }
        hasher.finish()
    }
}

fn call(callable: &Callable, result: Zv, arguments: &[&[u8]]) -> Outcome {
    let mut values: Vec<Owned> = arguments
        .iter()
        .map(|bytes| Owned::of_bytes(bytes))
        .collect();
    let count = u32::try_from(values.len()).unwrap_or(0);
    let first = values
        .first_mut()
        .map_or(Zv(std::ptr::null_mut()), Owned::zv);
    let outcome = callable.call(result, count, first);
    handler::end_foreign_child();
    outcome
}

fn failed(outcome: Outcome) -> Verdict {
    if outcome != Outcome::Threw {
        handler::log_end(outcome, "the verification of credentials");
    } else if let Some(exception) = take_exception() {
        handler::log_exception(
            "the verification of credentials threw",
            exception,
            Level::Error,
        );
    }
    Verdict::Failed
}
