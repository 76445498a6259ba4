//! The verifications of [`jsonwebtoken`] by [`ring`].

use std::sync::Once;

use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use ring::{hmac, signature as of_ring};
use signature::Verifier;

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: refuse_to_sign,
    verifier_factory: verifier,
    key_utils: KeyUtils::new_unimplemented(),
};

/// Makes ours the process's provider.
pub(super) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        // Nothing else in this process has one to install.
        let _is_ours = PROVIDER.install_default();
    });
}

fn refuse_to_sign(
    _algorithm: &Algorithm,
    _key: &EncodingKey,
) -> Result<Box<dyn jsonwebtoken::crypto::JwtSigner>, Error> {
    Err(ErrorKind::InvalidAlgorithm.into())
}

enum With {
    Secret(hmac::Key),
    Public(of_ring::UnparsedPublicKey<Vec<u8>>),
}

struct RingVerifier {
    algorithm: Algorithm,
    with: With,
}

impl Verifier<Vec<u8>> for RingVerifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        match &self.with {
            With::Secret(key) => hmac::verify(key, message, signature),
            With::Public(key) => key.verify(message, signature),
        }
        .map_err(|_unspecified| signature::Error::new())
    }
}

impl JwtVerifier for RingVerifier {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    let bytes = key.try_get_as_bytes()?;
    let secret = |of: hmac::Algorithm| With::Secret(hmac::Key::new(of, bytes));
    let public = |of: &'static dyn of_ring::VerificationAlgorithm| {
        With::Public(of_ring::UnparsedPublicKey::new(of, bytes.to_vec()))
    };
    let with = match algorithm {
        Algorithm::HS256 => secret(hmac::HMAC_SHA256),
        Algorithm::HS384 => secret(hmac::HMAC_SHA384),
        Algorithm::HS512 => secret(hmac::HMAC_SHA512),
        Algorithm::RS256 => public(&of_ring::RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RS384 => public(&of_ring::RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => public(&of_ring::RSA_PKCS1_2048_8192_SHA512),
        Algorithm::PS256 => public(&of_ring::RSA_PSS_2048_8192_SHA256),
        Algorithm::PS384 => public(&of_ring::RSA_PSS_2048_8192_SHA384),
        Algorithm::PS512 => public(&of_ring::RSA_PSS_2048_8192_SHA512),
        Algorithm::ES256 => public(&of_ring::ECDSA_P256_SHA256_FIXED),
        Algorithm::ES384 => public(&of_ring::ECDSA_P384_SHA384_FIXED),
        Algorithm::EdDSA => public(&of_ring::ED25519),
        _ => return Err(ErrorKind::InvalidAlgorithm.into()),
    };
    Ok(Box::new(RingVerifier {
        algorithm: *algorithm,
        with,
    }))
}
