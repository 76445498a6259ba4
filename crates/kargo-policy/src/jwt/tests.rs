use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::{Value, json};

use super::{Algorithm, BadKey, Expected, LONGEST, Verifier, algorithm};

const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

fn token(header: &Value, claims: &Value, secret: &[u8]) -> Vec<u8> {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&key, message.as_bytes()));
    format!("{message}.{signature}").into_bytes()
}

fn hs256(claims: &Value) -> Vec<u8> {
    token(&json!({"alg": "HS256", "typ": "JWT"}), claims, SECRET)
}

fn now() -> u64 {
    jsonwebtoken::get_current_timestamp()
}

fn verifier(expected: &Expected) -> Verifier {
    Verifier::new(Algorithm::HS256, &[(None, SECRET)], expected).unwrap()
}

#[test]
fn a_genuine_token_tells_its_claims() {
    let claims =
        json!({"sub": "ann", "exp": now() + 60, "roles": ["a", "b"], "scope": "read write"});
    let claims = verifier(&Expected::default())
        .verify(&hs256(&claims))
        .unwrap();
    assert_eq!(claims.text("sub"), Some("ann"));
    assert_eq!(claims.text("roles"), None);
    assert_eq!(claims.texts("roles"), ["a", "b"]);
    assert_eq!(claims.texts("scope"), ["read", "write"]);
    assert!(claims.texts("none").is_empty());
    assert!(claims.expires().unwrap() > now());
    assert!(claims.to_json().contains("\"sub\":\"ann\""));
}

#[test]
fn each_algorithm_verifies_what_openssl_signed_and_nothing_else() {
    let of = |name: &str, key: &str| {
        Verifier::new(
            algorithm(name).unwrap(),
            &[(None, key.as_bytes())],
            &Expected::default(),
        )
        .unwrap()
    };
    let (rsa, ec, ed) = (
        include_str!("../../tests/keys/rsa.pub.pem"),
        include_str!("../../tests/keys/ec.pub.pem"),
        include_str!("../../tests/keys/ed.pub.pem"),
    );
    let verifiers = [
        of("RS256", rsa),
        of("PS256", rsa),
        of("ES256", ec),
        of("EdDSA", ed),
    ];
    let tokens = [
        include_str!("../../tests/keys/RS256.jwt"),
        include_str!("../../tests/keys/PS256.jwt"),
        include_str!("../../tests/keys/ES256.jwt"),
        include_str!("../../tests/keys/EdDSA.jwt"),
    ]
    .map(str::trim_ascii);
    for (at, verifier) in verifiers.iter().enumerate() {
        for (of, token) in tokens.iter().enumerate() {
            assert_eq!(verifier.verify(token.as_bytes()).is_ok(), at == of);
        }
        // One changed bit in the signature, or in the claims.
        let token = tokens[at].as_bytes();
        for flip in [
            token.len() - 10,
            token.iter().position(|byte| *byte == b'.').unwrap() + 9,
        ] {
            let mut changed = token.to_vec();
            changed[flip] = if changed[flip] == b'A' { b'B' } else { b'A' };
            assert!(verifier.verify(&changed).is_err());
        }
    }
}

#[test]
fn the_algorithm_is_the_operators_choice() {
    let verifier = verifier(&Expected::default());
    let claims = json!({"exp": now() + 60});
    for name in ["none", "None", "HS384", "RS256", "EdDSA", "", "hs256"] {
        let token = token(&json!({"alg": name}), &claims, SECRET);
        assert!(verifier.verify(&token).is_err(), "{name}");
    }
    // A public key taken for a secret.
    let public = include_bytes!("../../tests/keys/rsa.pub.pem");
    let confused = token(&json!({"alg": "HS256"}), &claims, public);
    let rsa = Verifier::new(Algorithm::RS256, &[(None, public)], &Expected::default()).unwrap();
    assert!(rsa.verify(&confused).is_err());
    assert!(algorithm("none").is_none());
}

#[test]
fn times_are_checked_with_leeway() {
    let expected = Expected {
        leeway_seconds: 30,
        ..Expected::default()
    };
    let verifier = verifier(&expected);
    let valid = |claims: Value| verifier.verify(&hs256(&claims)).is_ok();
    assert!(valid(json!({"exp": now() + 10})));
    assert!(valid(json!({"exp": now() - 20})));
    assert!(!valid(json!({"exp": now() - 40})));
    assert!(!valid(json!({})));
    assert!(!valid(json!({"exp": "tomorrow"})));
    assert!(!valid(json!({"exp": -1})));
    assert!(valid(json!({"exp": now() + 90, "nbf": now() + 20})));
    assert!(!valid(json!({"exp": now() + 90, "nbf": now() + 40})));
    assert!(!valid(json!({"exp": now() + 90, "nbf": "x"})));
}

#[test]
fn issuer_and_audience_are_checked() {
    let verifier = verifier(&Expected {
        issuers: vec!["https://a".into()],
        audiences: vec!["us".into()],
        leeway_seconds: 0,
    });
    let valid = |issuer: Value, audience: Value| {
        let claims = json!({"exp": now() + 60, "iss": issuer, "aud": audience});
        verifier.verify(&hs256(&claims)).is_ok()
    };
    assert!(valid(json!("https://a"), json!("us")));
    assert!(valid(json!("https://a"), json!(["them", "us"])));
    assert!(!valid(json!("https://b"), json!("us")));
    assert!(!valid(json!("https://a"), json!("them")));
    assert!(!valid(json!("https://a"), json!([])));
    assert!(!valid(Value::Null, json!("us")));
    assert!(!valid(json!("https://a"), Value::Null));
}

#[test]
fn a_token_for_somebody_else_is_refused_where_no_audience_is_set() {
    let claims = json!({"exp": now() + 60, "aud": "them"});
    assert!(
        verifier(&Expected::default())
            .verify(&hs256(&claims))
            .is_err()
    );
}

#[test]
fn keys_are_found_by_their_name() {
    let other = [b'x'; 32];
    let keys: [(Option<&str>, &[u8]); 2] = [(Some("new"), SECRET), (Some("old"), &other)];
    let verifier = Verifier::new(Algorithm::HS256, &keys, &Expected::default()).unwrap();
    let claims = json!({"exp": now() + 60});
    let valid =
        |header: Value, secret: &[u8]| verifier.verify(&token(&header, &claims, secret)).is_ok();
    assert!(valid(json!({"alg": "HS256", "kid": "new"}), SECRET));
    assert!(valid(json!({"alg": "HS256", "kid": "old"}), &other));
    assert!(!valid(json!({"alg": "HS256", "kid": "old"}), SECRET));
    assert!(!valid(json!({"alg": "HS256", "kid": "../new"}), SECRET));
    assert!(!valid(json!({"alg": "HS256"}), SECRET));
}

#[test]
fn keys_that_are_none_are_refused() {
    let refused = |name: &str, key: &[u8]| {
        let keys = [(None, key)];
        Verifier::new(algorithm(name).unwrap(), &keys, &Expected::default()).is_err()
    };
    assert!(refused("HS256", &SECRET[1..]));
    assert!(refused("RS256", b"no key"));
    assert!(refused(
        "RS256",
        include_bytes!("../../tests/keys/ec.pub.pem")
    ));
    assert!(refused(
        "RS256",
        include_bytes!("../../tests/keys/rsa1024.pub.pem")
    ));
    assert!(refused(
        "ES256",
        include_bytes!("../../tests/keys/ec384.pub.pem")
    ));
    assert!(refused(
        "ES256",
        include_bytes!("../../tests/keys/ed.pub.pem")
    ));
    assert!(refused(
        "EdDSA",
        include_bytes!("../../tests/keys/rsa.pub.pem")
    ));
    assert_eq!(
        Verifier::new(Algorithm::HS256, &[], &Expected::default()).map(drop),
        Err(BadKey("there is no key".into()))
    );
}

#[test]
fn what_is_no_token_is_refused() {
    let verifier = verifier(&Expected::default());
    let long = vec![b'a'; LONGEST + 1];
    for bytes in [&b""[..], b".", b"..", b"a.b.c", b"\xff.\xff.\xff", &long] {
        assert!(verifier.verify(bytes).is_err());
    }
    let whole = hs256(&json!({"exp": now() + 60}));
    assert!(verifier.verify(&whole).is_ok());
    for end in 0..whole.len() {
        assert!(verifier.verify(&whole[..end]).is_err());
    }
    for (at, _) in whole.iter().enumerate() {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        let _no_panic = verifier.verify(&changed);
    }
    // Claims that are no object.
    assert!(verifier.verify(&hs256(&json!([1]))).is_err());
}
