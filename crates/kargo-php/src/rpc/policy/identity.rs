//! Who a request is from, as its credentials say.

use std::rc::Rc;

use crate::classes::exceptions::read_property;
use crate::engine::throw::class;
use crate::engine::value::{array_iter, array_len, array_push, new_array};
use crate::engine::{Kind, Owned, Zv, ffi, object};
use crate::rpc::json;
use crate::serve::current;

/// The schemes by which callers show who they are, in the words of `#[Authenticate]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    ApiKey,
    Basic,
    Bearer,
}

impl Scheme {
    pub(crate) const ALL: [Self; 3] = [Self::ApiKey, Self::Basic, Self::Bearer];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ApiKey => "apiKey",
            Self::Basic => "basic",
            Self::Bearer => "bearer",
        }
    }
}

/// A caller.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(super) name: String,
    pub(super) roles: Vec<String>,
    pub(super) scheme: Scheme,
    /// A JSON object; empty: there are none.
    pub(super) claims: String,
}

/// What is known of the credentials of the current request. Read once, whatever the number of its calls.
#[derive(Clone, Debug, Default)]
pub(crate) enum Credentials {
    #[default]
    Unread,
    /// The request has none.
    Absent,
    /// They are wrong.
    Refused,
    /// They were not even looked at: there were too many wrong ones from there. Seconds until they will be.
    Postponed(u64),
    /// They could not be verified.
    Failed,
    Of(Rc<Identity>),
}

impl Identity {
    pub(super) fn has_one_of(&self, roles: &[String]) -> bool {
        self.roles.iter().any(|role| roles.contains(role))
    }

    /// What a verifier gave: a Caller, a name, or that the caller is the one it has said it is.
    pub(super) fn of_verified(given: Zv, said: &str, scheme: Scheme) -> Option<Self> {
        let given = given.dereferenced();
        if let Some(name) = given.bytes() {
            return Some(Self {
                name: text(name),
                roles: Vec::new(),
                scheme,
                claims: String::new(),
            });
        }
        if given.is_true() && !said.is_empty() {
            return Some(Self {
                name: said.to_owned(),
                roles: Vec::new(),
                scheme,
                claims: String::new(),
            });
        }
        let object = given.object()?;
        // SAFETY: both are alive.
        if !unsafe { ffi::kg_instance_of(object, class::caller()) } {
            return None;
        }
        let mut claims = read_property(object, "claims");
        let mut encoded = Vec::new();
        let is_empty = claims
            .zv()
            .array()
            .is_none_or(|array| array_len(array) == 0);
        if !is_empty {
            json::encode_protected(claims.zv(), &mut encoded).ok()?;
        }
        Some(Self {
            name: text(read_property(object, "name").zv().bytes()?),
            roles: texts(read_property(object, "roles").zv()),
            scheme,
            claims: text(&encoded),
        })
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The strings in an array.
pub(super) fn texts(value: Zv) -> Vec<String> {
    if let Some(bytes) = value.bytes() {
        return vec![text(bytes)];
    }
    value.array().map_or_else(Vec::new, |array| {
        array_iter(array)
            .filter_map(|(_, item)| item.dereferenced().bytes().map(text))
            .collect()
    })
}

/// `Caller::current()`: an object for the current request's caller, or null.
pub(crate) fn current_caller(target: Zv) {
    let credentials = current::with(|current| current.caller.clone());
    let Credentials::Of(identity) = credentials else {
        target.set_null();
        return;
    };
    let mut made = object::instantiate_plain(class::caller());
    let Some(caller) = made.zv().object() else {
        target.set_null();
        return;
    };
    let slots = [0, 1, 2, 3].map(|index| object::property(caller, index));
    slots.iter().for_each(|slot| slot.release());
    slots[0].set_bytes(identity.name.as_bytes());
    let roles = new_array(0);
    for role in &identity.roles {
        let mut value = Owned::of_bytes(role.as_bytes());
        array_push(roles, value.zv());
        value.zv().set_undefined();
    }
    slots[1].set_array(roles);
    let is_decoded =
        !identity.claims.is_empty() && json::decode(identity.claims.as_bytes(), slots[2]).is_ok();
    if !is_decoded || slots[2].kind() != Kind::Array {
        slots[2].release();
        slots[2].set_array(new_array(0));
    }
    slots[3].set_bytes(identity.scheme.name().as_bytes());
    target.copy_from(made.zv());
}
