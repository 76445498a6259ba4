//! What is enforced before a method runs, as far as callers have to know it.

/// How callers can show who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityScheme {
    /// Unique in the API: `apiKey`, `basic`, `bearer`, of several of a kind with a number.
    pub name: String,
    /// Where the credentials are.
    pub kind: SchemeKind,
}

/// Where credentials are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemeKind {
    /// In a header of this name, as they are.
    ApiKey(String),
    /// A user's name and password (RFC 7617).
    Basic,
    /// A JSON Web Token (RFC 6750, RFC 7519).
    Bearer,
}

/// What is enforced for one method.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policies {
    /// Whom the method is for; `None`: the API has no schemes.
    pub access: Option<Access>,
    /// Calls are limited in number.
    pub has_limit: bool,
    /// Calls are limited in time.
    pub has_timeout: bool,
    /// Calls can wait for the result of an equal one.
    pub is_cached: bool,
    /// Whether calls are known by an idempotency key.
    pub idempotency_key: Option<KeyUse>,
    /// Answers are kept by a server that may be away.
    pub has_store: bool,
}

/// Whom a method is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody; the method may ask who it is.
    Anonymous,
    /// Callers who have shown who they are by one of these schemes, places in
    /// [`Description::schemes`](super::Description::schemes).
    Known {
        /// Never empty.
        schemes: Vec<usize>,
        /// One of these is needed, if there are any.
        roles: Vec<String>,
    },
}

/// Whether calls have an idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyUse {
    /// They may.
    Optional,
    /// They are refused without.
    Required,
}

/// Why a policy refuses a call, or ends it: one code and one text in all protocols, one status where HTTP's are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// No credentials, or wrong ones.
    Unauthenticated,
    /// None of the roles.
    Forbidden,
    /// The call took too long.
    TimedOut,
    /// The first call with this idempotency key has not ended.
    InProgress,
    /// There is no idempotency key where there must be one, or one that is empty, too long, or comes twice.
    KeyUnusable,
    /// The call with this idempotency key was made; its answer was not kept.
    AnswerLost,
    /// The server stops.
    Stopping,
    /// Too much is in progress to take one more idempotency key.
    Busy,
    /// The server that keeps answers can't be reached.
    Away,
    /// The idempotency key was used for something else.
    KeyReused,
    /// Too many calls, or too many wrong credentials.
    TooMany,
}

impl RefusalKind {
    /// The code, from the range that JSON-RPC leaves to servers.
    #[must_use]
    pub const fn code(self) -> i32 {
        match self {
            Self::Unauthenticated => -32001,
            Self::Forbidden => -32003,
            Self::TimedOut => -32008,
            Self::InProgress => -32009,
            Self::KeyUnusable => -32010,
            Self::AnswerLost => -32011,
            Self::Stopping => -32012,
            Self::Busy => -32013,
            Self::Away => -32014,
            Self::KeyReused => -32022,
            Self::TooMany => -32029,
        }
    }

    /// One line for people.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Unauthenticated => "Authentication required",
            Self::Forbidden => "Forbidden",
            Self::TimedOut => "Timed out",
            Self::InProgress => "A call with this idempotency key is in progress",
            Self::KeyUnusable => "One Idempotency-Key header of 1 to 255 bytes is needed",
            Self::AnswerLost => "The call was made; its answer is no longer known",
            Self::Stopping => "The server stops; try again",
            Self::Busy => "Too much is in progress; try again",
            Self::Away => "The store of kept answers can't be reached; try again",
            Self::KeyReused => "The idempotency key was used for another call",
            Self::TooMany => "Too many calls",
        }
    }

    /// HTTP's status for it.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::KeyUnusable => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::InProgress | Self::AnswerLost => 409,
            Self::KeyReused => 422,
            Self::TooMany => 429,
            Self::Stopping | Self::Busy | Self::Away => 503,
            Self::TimedOut => 504,
        }
    }

    /// Whether it says when to try again.
    #[must_use]
    pub const fn has_retry_after(self) -> bool {
        matches!(
            self,
            Self::InProgress | Self::Stopping | Self::Busy | Self::Away | Self::TooMany
        )
    }
}

impl Policies {
    /// Why a call can be refused, in the order of the codes.
    #[must_use]
    pub fn refusals(&self) -> Vec<RefusalKind> {
        use RefusalKind::{
            AnswerLost, Away, Busy, Forbidden, InProgress, KeyReused, KeyUnusable, Stopping,
            TimedOut, TooMany, Unauthenticated,
        };
        let (is_for_known, has_roles) = match &self.access {
            Some(Access::Known { roles, .. }) => (true, !roles.is_empty()),
            Some(Access::Anonymous) | None => (false, false),
        };
        let has_key = self.idempotency_key.is_some();
        let all = [
            (Unauthenticated, is_for_known),
            (Forbidden, has_roles),
            (TimedOut, self.has_timeout),
            (InProgress, has_key),
            (KeyUnusable, has_key),
            (AnswerLost, has_key),
            (Stopping, has_key || self.is_cached),
            (Busy, has_key),
            (Away, has_key && self.has_store),
            (KeyReused, has_key),
            // Wrong credentials are counted too.
            (TooMany, self.has_limit || is_for_known),
        ];
        all.into_iter()
            .filter_map(|(kind, can_come)| can_come.then_some(kind))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(policies: &Policies) -> Vec<i32> {
        policies
            .refusals()
            .into_iter()
            .map(RefusalKind::code)
            .collect()
    }

    #[test]
    fn what_is_not_enforced_refuses_nothing() {
        assert!(codes(&Policies::default()).is_empty());
        let anonymous = Policies {
            access: Some(Access::Anonymous),
            ..Policies::default()
        };
        assert!(codes(&anonymous).is_empty());
    }

    #[test]
    fn each_policy_has_its_refusals() {
        let known = |roles: &[&str]| Policies {
            access: Some(Access::Known {
                schemes: vec![0],
                roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            }),
            ..Policies::default()
        };
        assert_eq!(codes(&known(&[])), [-32001, -32029]);
        assert_eq!(codes(&known(&["admin"])), [-32001, -32003, -32029]);
        let all = Policies {
            has_limit: true,
            has_timeout: true,
            is_cached: true,
            has_store: true,
            idempotency_key: Some(KeyUse::Required),
            ..known(&["admin"])
        };
        let codes = codes(&all);
        assert_eq!(codes.len(), 11);
        assert!(codes.is_sorted_by(|one, other| one > other));
    }

    #[test]
    fn keys_and_kept_results_have_theirs() {
        let policies = Policies {
            idempotency_key: Some(KeyUse::Optional),
            ..Policies::default()
        };
        assert_eq!(
            codes(&policies),
            [-32009, -32010, -32011, -32012, -32013, -32022]
        );
        let cached = Policies {
            is_cached: true,
            ..Policies::default()
        };
        assert_eq!(codes(&cached), [-32012]);
    }
}
