use super::*;
use crate::{HeadDecoder, Limits};

fn trust(proxies: &[&str], headers: &[&str]) -> TrustedProxies {
    let owned = |texts: &[&str]| {
        texts
            .iter()
            .map(|text| (*text).to_owned())
            .collect::<Vec<_>>()
    };
    TrustedProxies::parse(&owned(proxies), &owned(headers)).unwrap()
}

/// What is made of these header lines, which came from 10.0.0.1: address, port, scheme, host, port of the server.
fn told(proxies: &TrustedProxies, lines: &[&str]) -> String {
    told_by(proxies, Some("10.0.0.1"), lines)
}

fn told_by(proxies: &TrustedProxies, peer: Option<&str>, lines: &[&str]) -> String {
    let mut bytes = b"GET / HTTP/1.1\r\nHost: inner\r\n".to_vec();
    for line in lines {
        bytes.extend_from_slice(line.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    let mut head = RequestHead::new();
    let decoded = HeadDecoder::new().decode(&bytes, &Limits::default(), &mut head);
    assert_eq!(decoded, Ok(Some(bytes.len())));
    let origin = proxies.origin(&head, &bytes, peer.map(|peer| peer.parse().unwrap()));
    let shown = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    [
        shown(origin.address.map(|address| address.to_string())),
        shown(origin.port.map(|port| port.to_string())),
        shown(
            origin
                .is_secure
                .map(|is_secure| if is_secure { "https" } else { "http" }.to_owned()),
        ),
        shown(
            origin
                .host
                .map(|host| String::from_utf8_lossy(host).into_owned()),
        ),
        shown(origin.server_port.map(|port| port.to_string())),
    ]
    .join(" ")
}

const ALL: [&str; 4] = [
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
    "X-Forwarded-Port",
];

#[test]
fn nobody_else_is_believed() {
    let lines = [
        "X-Forwarded-For: 1.2.3.4",
        "X-Forwarded-Proto: https",
        "Forwarded: for=1.2.3.4",
    ];
    let proxies = trust(&["10.0.0.1"], &ALL);
    assert_eq!(told_by(&proxies, Some("10.0.0.2"), &lines), "- - - - -");
    assert_eq!(told_by(&proxies, None, &lines), "- - - - -");
    assert_eq!(
        told_by(&trust(&[], &ALL), Some("10.0.0.1"), &lines),
        "- - - - -"
    );
    assert_eq!(
        told_by(&trust(&["unix"], &ALL), None, &lines),
        "1.2.3.4 - https - 443"
    );
    assert_eq!(
        told_by(&trust(&["unix"], &ALL), Some("10.0.0.1"), &lines),
        "- - - - -"
    );
}

#[test]
fn only_the_named_headers_are_believed() {
    let lines = [
        "X-Forwarded-For: 1.2.3.4",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Host: evil",
        "X-Forwarded-Port: 1",
        "Forwarded: for=6.6.6.6;host=evil",
    ];
    assert_eq!(
        told(&trust(&["10.0.0.1"], &ALL[..2]), &lines),
        "1.2.3.4 - https - 443"
    );
    assert_eq!(
        told(&trust(&["10.0.0.1"], &ALL[1..2]), &lines),
        "- - https - 443"
    );
    assert_eq!(
        told(&trust(&["10.0.0.1"], &ALL), &lines),
        "1.2.3.4 - https evil 1"
    );
    assert_eq!(
        told(&trust(&["10.0.0.1"], &["forwarded"]), &lines),
        "6.6.6.6 - - evil -"
    );
    assert_eq!(told(&trust(&["10.0.0.1"], &[]), &lines), "- - - - -");
}

#[test]
fn the_client_is_the_last_address_that_is_no_proxy() {
    let proxies = trust(&["10.0.0.0/8", "fd00::/8"], &ALL);
    for (value, address) in [
        ("1.2.3.4", "1.2.3.4 -"),
        ("6.6.6.6, 1.2.3.4", "1.2.3.4 -"),
        ("6.6.6.6, 1.2.3.4, 10.9.9.9, fd00::5", "1.2.3.4 -"),
        ("10.2.2.2, 10.3.3.3", "10.2.2.2 -"),
        ("1.2.3.4:4711", "1.2.3.4 4711"),
        ("2001:db8::1", "2001:db8::1 -"),
        ("[2001:db8::1]", "2001:db8::1 -"),
        ("[2001:db8::1]:4711", "2001:db8::1 4711"),
        ("::ffff:1.2.3.4", "1.2.3.4 -"),
        ("6.6.6.6, ::ffff:10.1.1.1", "6.6.6.6 -"),
        ("  1.2.3.4\t", "1.2.3.4 -"),
    ] {
        let told = told(&proxies, &[&format!("X-Forwarded-For: {value}")]);
        assert_eq!(told, format!("{address} - - -"), "{value}");
    }
    let lines = [
        "X-Forwarded-For: 6.6.6.6",
        "x-forwarded-for: 1.2.3.4",
        "X-Forwarded-For: 10.5.5.5",
    ];
    assert_eq!(told(&proxies, &lines), "1.2.3.4 - - - -");
}

#[test]
fn garbage_ends_the_list() {
    let proxies = trust(&["10.0.0.0/8"], &ALL);
    for value in [
        "",
        ",",
        "unknown",
        "_hidden",
        "1.2.3",
        "1.2.3.4:0",
        "1.2.3.4:99999",
        "1.2.3.4:+1",
        "[1.2.3.4]",
        "[::1",
        "[::1]x",
        "::1]:1",
        "1.2.3.4 5.6.7.8",
        "localhost",
        "\u{e9}",
    ] {
        let told = told(&proxies, &[&format!("X-Forwarded-For: {value}")]);
        assert_eq!(told, "- - - - -", "{value}");
    }
    assert_eq!(
        told(&proxies, &["X-Forwarded-For: 6.6.6.6, garbage, 10.7.7.7"]),
        "10.7.7.7 - - - -"
    );
    let long = format!("X-Forwarded-For: 6.6.6.6{}", ", 10.0.0.1".repeat(2000));
    assert_eq!(told(&proxies, &[&long]), "6.6.6.6 - - - -");
}

#[test]
fn what_else_is_told_is_of_the_outermost_proxy() {
    let proxies = trust(&["10.0.0.0/8"], &ALL);
    let through = "X-Forwarded-For: 6.6.6.6, 1.2.3.4, 10.0.0.9";
    // Each proxy adds to the list: the client's own "http" stands before.
    assert_eq!(
        told(&proxies, &[through, "X-Forwarded-Proto: http, https, http"]),
        "1.2.3.4 - https - 443"
    );
    // One proxy sets it, the next one passes it on.
    assert_eq!(
        told(&proxies, &[through, "X-Forwarded-Proto: HTTPS"]),
        "1.2.3.4 - https - 443"
    );
    assert_eq!(
        told(&proxies, &["X-Forwarded-Proto: http,https"]),
        "- - https - 443"
    );
    assert_eq!(told(&proxies, &["X-Forwarded-Proto: gopher"]), "- - - - -");
    assert_eq!(
        told(
            &proxies,
            &[
                "X-Forwarded-Proto: https",
                "X-Forwarded-Host: shop.example:8443"
            ]
        ),
        "- - https shop.example:8443 8443"
    );
    assert_eq!(
        told(
            &proxies,
            &["X-Forwarded-Proto: https", "X-Forwarded-Port: 444"]
        ),
        "- - https - 444"
    );
    assert_eq!(
        told(&proxies, &["X-Forwarded-Host: [2001:db8::1]"]),
        "- - - [2001:db8::1] -"
    );
    for host in ["a b", "a/b", "<x>", "", "a:b", "[::1"] {
        assert_eq!(
            told(&proxies, &[&format!("X-Forwarded-Host: {host}")]),
            "- - - - -",
            "{host}"
        );
    }
    for port in ["0", "65536", "-1", "+1", "1 2", "x"] {
        assert_eq!(
            told(&proxies, &[&format!("X-Forwarded-Port: {port}")]),
            "- - - - -",
            "{port}"
        );
    }
}

#[test]
fn forwarded_is_read_as_the_rfc_has_it() {
    let proxies = trust(&["10.0.0.0/8"], &["Forwarded"]);
    for (value, expected) in [
        ("for=1.2.3.4", "1.2.3.4 - - - -"),
        (
            "For=\"1.2.3.4:4711\";Proto=https;By=10.0.0.1;Host=\"a.example:81\"",
            "1.2.3.4 4711 https a.example:81 81",
        ),
        (
            "for=\"[2001:db8:cafe::17]:4711\" ; proto=http",
            "2001:db8:cafe::17 4711 http - 80",
        ),
        (
            "for=6.6.6.6;proto=http, for=1.2.3.4;proto=https, for=10.0.0.2",
            "1.2.3.4 - https - 443",
        ),
        ("for=1.2.3.4;ext=\"a,b;c=d\"", "1.2.3.4 - - - -"),
        ("proto=https", "- - https - 443"),
        ("for=unknown;proto=https", "- - https - 443"),
        ("for=_secret, for=10.0.0.2", "10.0.0.2 - - - -"),
        ("for=\"evil, for=1.2.3.4", "1.2.3.4 - - - -"),
        (
            "for=\"ev\\\"il, for=1.2.3.4;proto=https",
            "1.2.3.4 - https - 443",
        ),
        ("for=1.2.3.4;for=6.6.6.6", "- - - - -"),
        ("for=1.2.3.4 6.6.6.6", "- - - - -"),
        ("for", "- - - - -"),
        ("for=", "- - - - -"),
        ("for=\"1.2.3.4", "- - - - -"),
        ("for=\"1.2.3\\.4\"", "- - - - -"),
        (";", "- - - - -"),
        ("", "- - - - -"),
    ] {
        assert_eq!(
            told(&proxies, &[&format!("Forwarded: {value}")]),
            expected,
            "{value}"
        );
    }
    let lines = [
        "Forwarded: for=\"6.6.6.6",
        "Forwarded: for=1.2.3.4;host=shop.example",
    ];
    assert_eq!(told(&proxies, &lines), "1.2.3.4 - - shop.example -");
}

#[test]
fn networks_are_read_and_compared() {
    let proxies = trust(
        &[
            "192.168.1.7/24",
            "2001:db8::/33",
            "::ffff:172.16.0.0/108",
            "0.0.0.0/32",
        ],
        &ALL,
    );
    let trusts = |address: &str| proxies.trusts(Some(address.parse().unwrap()));
    for address in [
        "192.168.1.0",
        "192.168.1.255",
        "::ffff:192.168.1.1",
        "2001:db8:7fff::1",
        "172.16.0.1",
        "172.31.255.255",
        "0.0.0.0",
    ] {
        assert!(trusts(address), "{address}");
    }
    for address in [
        "192.168.2.0",
        "192.168.0.255",
        "2001:db8:8000::",
        "172.32.0.0",
        "0.0.0.1",
        "::",
        "::1",
    ] {
        assert!(!trusts(address), "{address}");
    }
    let everybody = trust(&["0.0.0.0/0", "::/0"], &ALL);
    assert!(
        everybody.trusts(Some("8.8.8.8".parse().unwrap()))
            && everybody.trusts(Some("::1".parse().unwrap()))
    );
    for bad in [
        "",
        "10.0.0.0/33",
        "10.0.0.0/",
        "10.0.0.0/+8",
        "10.0.0.0/8/8",
        "::/129",
        "::ffff:1.2.3.4/80",
        "proxy",
        "10.0.0",
        "unix:/x",
        " 10.0.0.1",
    ] {
        assert!(
            TrustedProxies::parse(&[bad.to_owned()], &[]).is_err(),
            "{bad}"
        );
    }
    assert!(TrustedProxies::parse(&[], &["X-Real-IP".to_owned()]).is_err());
    assert!(
        TrustedProxies::parse(&[], &["Forwarded".to_owned(), "X-Forwarded-For".to_owned()])
            .is_err()
    );
}
