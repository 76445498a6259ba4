//! JSON Web Tokens (RFC 7519): the signature, by one algorithm that the operator chose, and the claims about time, issuer
//! and audience.
//!
//! The format and its rules are [`jsonwebtoken`]'s, the cryptography is [`ring`]'s.

mod provider;

use std::fmt;

use jsonwebtoken::{DecodingKey, Validation};

pub use jsonwebtoken::Algorithm;

/// Longest token that is looked at.
pub const LONGEST: usize = 16 << 10;

/// A secret must have as many bits as the hash (RFC 7518, 3.2).
const SHORTEST_SECRET: usize = 32;

/// What tokens are checked against.
#[derive(Clone, Debug)]
pub struct Verifier {
    keys: Vec<Key>,
    validation: Validation,
}

#[derive(Clone)]
struct Key {
    /// The `kid` of the tokens it is for.
    id: Option<String>,
    key: DecodingKey,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Key").field(&self.id).finish()
    }
}

/// What a token must say.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// One of these in `iss`, if there are any.
    pub issuers: Vec<String>,
    /// One of these in `aud`; if there are none, a token with an audience is for somebody else.
    pub audiences: Vec<String>,
    /// By how many seconds the clocks may differ.
    pub leeway_seconds: u64,
}

/// A key that is none for the algorithm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadKey(String);

impl fmt::Display for BadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadKey {}

/// Why a token is refused; for the log, since a caller needs to know no more than that it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

/// What a token says.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims(serde_json::Map<String, serde_json::Value>);

impl Claims {
    /// A claim that is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// A claim that is a list of texts, or texts with spaces between them, as `scope` has them.
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<String> {
        match self.0.get(name) {
            Some(serde_json::Value::String(text)) => {
                text.split_ascii_whitespace().map(str::to_owned).collect()
            }
            Some(serde_json::Value::Array(items)) => items
                .iter()
                .filter_map(|item| item.as_str().map(str::to_owned))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// When it is over, in seconds since 1970.
    #[must_use]
    pub fn expires(&self) -> Option<u64> {
        let at = self.0.get("exp")?;
        at.as_u64().or_else(|| at.as_f64().map(|at| at as u64))
    }

    /// All of them, as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::Value::Object(self.0.clone()).to_string()
    }
}

/// The algorithm with this name, as headers of tokens have it; never `none`.
#[must_use]
pub fn algorithm(name: &str) -> Option<Algorithm> {
    Some(match name {
        "HS256" => Algorithm::HS256,
        "HS384" => Algorithm::HS384,
        "HS512" => Algorithm::HS512,
        "RS256" => Algorithm::RS256,
        "RS384" => Algorithm::RS384,
        "RS512" => Algorithm::RS512,
        "PS256" => Algorithm::PS256,
        "PS384" => Algorithm::PS384,
        "PS512" => Algorithm::PS512,
        "ES256" => Algorithm::ES256,
        "ES384" => Algorithm::ES384,
        "EdDSA" => Algorithm::EdDSA,
        _ => return None,
    })
}

impl Verifier {
    /// Tokens signed by `algorithm` with one of these keys: a secret, or a public key in PEM; each for the tokens that name
    /// it in `kid`, if it has a name.
    ///
    /// # Errors
    /// A key that is none for this algorithm.
    pub fn new(
        algorithm: Algorithm,
        keys: &[(Option<&str>, &[u8])],
        expected: &Expected,
    ) -> Result<Self, BadKey> {
        provider::install();
        let mut validation = Validation::new(algorithm);
        validation.leeway = expected.leeway_seconds;
        validation.validate_nbf = true;
        if !expected.issuers.is_empty() {
            validation.set_issuer(&expected.issuers);
            validation.required_spec_claims.insert("iss".into());
        }
        if !expected.audiences.is_empty() {
            validation.set_audience(&expected.audiences);
            validation.required_spec_claims.insert("aud".into());
        }
        let keys: Result<Vec<Key>, BadKey> = keys
            .iter()
            .map(|(id, bytes)| {
                Ok(Key {
                    id: id.map(str::to_owned),
                    key: decoding_key(algorithm, bytes)?,
                })
            })
            .collect();
        let keys = keys?;
        if keys.is_empty() {
            return Err(BadKey("there is no key".into()));
        }
        Ok(Self { keys, validation })
    }

    /// What a token says, if it is genuine, valid now and for us.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn verify(&self, token: &[u8]) -> Result<Claims, Refused> {
        if token.len() > LONGEST {
            return Err(Refused("it is too long".into()));
        }
        let refused = |error: jsonwebtoken::errors::Error| Refused(error.to_string());
        let header = jsonwebtoken::decode_header(token).map_err(refused)?;
        let mut last = Refused("no key has the name that it gives".into());
        for key in &self.keys {
            let is_meant = match (&key.id, &header.kid) {
                (Some(id), Some(named)) => id == named,
                (Some(_), None) => false,
                (None, _) => true,
            };
            if !is_meant {
                continue;
            }
            match jsonwebtoken::decode(token, &key.key, &self.validation) {
                Ok(decoded) => return Ok(Claims(decoded.claims)),
                Err(error) => last = refused(error),
            }
        }
        Err(last)
    }
}

fn decoding_key(algorithm: Algorithm, bytes: &[u8]) -> Result<DecodingKey, BadKey> {
    let bad = |error: jsonwebtoken::errors::Error| {
        BadKey(format!(
            "it is no public key in PEM for this algorithm: {error}"
        ))
    };
    let key = match algorithm {
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => {
            if bytes.len() < SHORTEST_SECRET {
                return Err(BadKey(format!(
                    "a secret has at least {SHORTEST_SECRET} bytes"
                )));
            }
            return Ok(DecodingKey::from_secret(bytes));
        }
        Algorithm::ES256 | Algorithm::ES384 => DecodingKey::from_ec_pem(bytes),
        Algorithm::EdDSA => DecodingKey::from_ed_pem(bytes),
        _ => DecodingKey::from_rsa_pem(bytes),
    }
    .map_err(bad)?;
    let length = key.try_get_as_bytes().map_err(bad)?.len();
    let is_right = match algorithm {
        Algorithm::ES256 => length == 65,
        Algorithm::ES384 => length == 97,
        Algorithm::EdDSA => length == 32,
        // A modulus of 2048 bits: shorter ones are not accepted by the verification either.
        _ => length > 256,
    };
    if is_right {
        Ok(key)
    } else {
        Err(BadKey("it is a key of another curve or size".into()))
    }
}

#[cfg(test)]
mod tests;
