//! Sets of methods.

use super::RouteError;
use crate::Method;
use crate::chars;

/// The methods a route takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MethodSet {
    is_any: bool,
    /// One bit per method that has a variant.
    known: u16,
    others: Vec<String>,
}

/// In the order an Allow header lists them.
const KNOWN: [Method; 9] = [
    Method::Get,
    Method::Head,
    Method::Post,
    Method::Put,
    Method::Patch,
    Method::Delete,
    Method::Options,
    Method::Trace,
    Method::Connect,
];

impl MethodSet {
    /// Whatever the peer sends.
    pub const fn any() -> Self {
        Self {
            is_any: true,
            known: 0,
            others: Vec::new(),
        }
    }

    /// Methods by their names, which are case-sensitive.
    pub fn from_names<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<Self, RouteError> {
        let mut set = Self::default();
        for name in names {
            if !chars::is_token(name.as_bytes()) {
                return Err(RouteError::BadMethod {
                    name: name.escape_default().to_string(),
                });
            }
            match Method::from_name(name.as_bytes()) {
                Method::Other if set.others.iter().any(|other| other == name) => {}
                Method::Other => set.others.push(name.to_owned()),
                known => set.known |= bit(known),
            }
        }
        Ok(set)
    }

    #[inline]
    pub(super) fn contains(&self, method: Method, name: &[u8]) -> bool {
        self.is_any || self.names(method, name)
    }

    /// Whether the method was named, rather than let in with all.
    #[inline]
    pub(super) fn names(&self, method: Method, name: &[u8]) -> bool {
        match method {
            Method::Other => self.others.iter().any(|other| other.as_bytes() == name),
            known => self.known & bit(known) != 0,
        }
    }

    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.is_any
            || other.is_any
            || self.known & other.known != 0
            || self.others.iter().any(|name| other.others.contains(name))
    }

    /// The methods that are in both, for an error message.
    pub(super) fn overlap(&self, other: &Self) -> String {
        match (self.is_any, other.is_any) {
            (true, true) => "any method".to_owned(),
            (true, false) => other.listed().join(", "),
            (false, true) => self.listed().join(", "),
            (false, false) => {
                let theirs = other.listed();
                self.listed()
                    .into_iter()
                    .filter(|name| theirs.contains(name))
                    .collect::<Vec<_>>()
                    .join(", ")
            }
        }
    }

    pub(super) fn extend(&mut self, other: &Self) {
        self.is_any |= other.is_any;
        self.known |= other.known;
        for name in &other.others {
            if !self.others.contains(name) {
                self.others.push(name.clone());
            }
        }
    }

    /// As an Allow header lists them, with those that come by themselves: HEAD with GET, OPTIONS
    /// always (RFC 9110 section 10.2.1).
    pub(super) fn to_allow(&self) -> String {
        let mut set = self.clone();
        if set.is_any {
            set.known |= KNOWN
                .into_iter()
                .filter(|method| !matches!(method, Method::Connect | Method::Trace))
                .fold(0, |bits, method| bits | bit(method));
        }
        if set.known & bit(Method::Get) != 0 {
            set.known |= bit(Method::Head);
        }
        set.known |= bit(Method::Options);
        set.listed().join(", ")
    }

    fn listed(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for method in KNOWN {
            if self.known & bit(method) != 0 {
                names.extend(method.name());
            }
        }
        names.extend(self.others.iter().map(String::as_str));
        names
    }
}

impl From<Method> for MethodSet {
    /// [`Method::Other`] has no name here and gives an empty set.
    fn from(method: Method) -> Self {
        Self {
            is_any: false,
            known: bit(method),
            others: Vec::new(),
        }
    }
}

impl<const N: usize> From<[Method; N]> for MethodSet {
    fn from(methods: [Method; N]) -> Self {
        let known = methods
            .into_iter()
            .fold(0, |bits, method| bits | bit(method));
        Self {
            is_any: false,
            known,
            others: Vec::new(),
        }
    }
}

#[inline]
const fn bit(method: Method) -> u16 {
    match method {
        Method::Other => 0,
        known => 1 << known as u16,
    }
}
