//! Policies as plain data: what documents tell callers.

use kargo_rpc::description::{Access, KeyUse, Policies, SecurityScheme};

use crate::rpc::api::{Api, Method};

/// How callers of an Api can show who they are, in the order of its `auth`.
pub(crate) fn schemes_of(api: &Api) -> Vec<SecurityScheme> {
    let mut made: Vec<SecurityScheme> = Vec::new();
    for authenticator in &api.auth {
        let first = authenticator.scheme.name();
        let mut name = first.to_owned();
        let mut number = 2;
        while made.iter().any(|other| other.name == name) {
            name = format!("{first}{number}");
            number += 1;
        }
        made.push(SecurityScheme {
            name,
            kind: authenticator.kind(),
        });
    }
    made
}

/// What callers of a method have to know.
pub(crate) fn policies_of(api: &Api, method: &Method) -> Policies {
    let Some(policy) = &method.policy else {
        return Policies::default();
    };
    let access = match &policy.access {
        Some(access) => {
            let accepted = api.auth.iter().enumerate();
            Some(Access::Known {
                schemes: accepted
                    .filter(|(_, authenticator)| access.accepts(authenticator.scheme))
                    .map(|(place, _)| place)
                    .collect(),
                roles: access.roles.clone(),
            })
        }
        None => policy.has_auth.then_some(Access::Anonymous),
    };
    Policies {
        access,
        has_limit: !policy.limits.is_empty(),
        has_timeout: policy.timeout.is_some(),
        is_cached: policy.cache.is_some(),
        has_store: policy.shared.remote.is_some(),
        idempotency_key: policy.idempotent.as_ref().map(|_| {
            if policy.requires_key {
                KeyUse::Required
            } else {
                KeyUse::Optional
            }
        }),
    }
}
