use super::*;

const GET: Method = Method::Get;

fn router(patterns: &[&'static str]) -> Router<&'static str> {
    let mut router = Router::new();
    for pattern in patterns {
        router.add(GET, pattern, *pattern).unwrap();
    }
    router
}

/// What a GET finds: the pattern and its parameters, or the outcome's name.
fn get(router: &Router<&'static str>, path: &str) -> String {
    describe(router.find(GET, b"GET", path.as_bytes()))
}

fn describe(outcome: Result<Match<'_, '_, &'static str>, PathError>) -> String {
    match outcome {
        Ok(Match::Found { value, params }) => {
            let mut text = (*value).to_owned();
            for (name, param) in params.iter() {
                text.push_str(&format!(" {name}={}", param.escape_ascii()));
            }
            if let Some(below) = params.mounted_path() {
                text.push_str(&format!(" below={}", below.escape_ascii()));
            }
            text
        }
        Ok(Match::MethodNotAllowed { allow }) => format!("405 {allow}"),
        Ok(Match::Options { allow }) => format!("options {allow}"),
        Ok(Match::MethodUnknown) => "501".to_owned(),
        Ok(Match::NotFound) => "404".to_owned(),
        Err(error) => format!("{error:?}"),
    }
}

#[test]
fn static_paths_match_exactly() {
    let router = router(&[
        "/",
        "/a",
        "/b",
        "/a/b",
        "/a/",
        "/ab",
        "/ba",
        "/bb",
        "/aa",
        "/caf\u{e9}",
    ]);
    for path in ["/", "/a", "/b", "/a/b", "/a/", "/ab", "/ba", "/bb", "/aa"] {
        assert_eq!(get(&router, path), path);
    }
    for path in [
        "", "a", "//", "/A", "/a//", "//a", "/a/b/", "/c", "/abc", "/a/b/c",
    ] {
        assert_eq!(get(&router, path), "404", "{path}");
    }
}

#[test]
fn paths_are_decoded_once_per_segment() {
    let router = router(&["/a", "/caf\u{e9}", "/x/{id}", "/a b/c"]);
    assert_eq!(get(&router, "/%61"), "/a");
    assert_eq!(get(&router, "/caf%c3%A9"), "/caf\u{e9}");
    assert_eq!(get(&router, "/a%20b/%63"), "/a b/c");
    assert_eq!(get(&router, "/%2561"), "404");
    assert_eq!(get(&router, "/x/%2561"), "/x/{id} id=%61");
    assert_eq!(get(&router, "/x/a+b"), "/x/{id} id=a+b");
}

#[test]
fn an_encoded_slash_stays_inside_its_segment() {
    let router = router(&["/x/{id}", "/x/{id}/y", "/a/b", "/f/{path...}"]);
    assert_eq!(get(&router, "/x/a%2Fb"), "/x/{id} id=a/b");
    assert_eq!(get(&router, "/x/a%2fy"), "/x/{id} id=a/y");
    assert_eq!(get(&router, "/a%2Fb"), "404");
    for path in [
        "/x/..%2Fsecret",
        "/x/a%2f..",
        "/x/a%5C..%5Cb",
        "/x/%2E%2E%2fb",
        "/f/..%2Fx",
        "/f/a/.%2Fx",
    ] {
        assert_eq!(
            router
                .find(Method::Get, b"GET", path.as_bytes())
                .unwrap_err(),
            PathError::DotSegment,
            "{path}"
        );
    }
    assert_eq!(get(&router, "/x/a..%2F...b"), "/x/{id} id=a../...b");
    assert_eq!(
        get(&router, "/f/a%2Fb/c%20d%25"),
        "/f/{path...} path=a%2Fb/c d%"
    );
}

#[test]
fn bad_paths_are_errors_wherever_they_lead() {
    let router = router(&["/a", "/x/{id}", "/f/{path...}"]);
    for (path, error) in [
        ("/%", "BadEscape"),
        ("/%4", "BadEscape"),
        ("/x/%zz", "BadEscape"),
        ("/x/%4g", "BadEscape"),
        ("/nowhere/%", "BadEscape"),
        ("/x/%00", "Nul"),
        ("/x/a%00b", "Nul"),
        ("/f/a\0", "Nul"),
        ("/.", "DotSegment"),
        ("/..", "DotSegment"),
        ("/./a", "DotSegment"),
        ("/x/../a", "DotSegment"),
        ("/x/..", "DotSegment"),
        ("/f/%2e%2E/%2e%2e/etc/passwd", "DotSegment"),
        ("/f/.%2e/a", "DotSegment"),
        ("/f/%2e", "DotSegment"),
        ("/f/a/..", "DotSegment"),
    ] {
        assert_eq!(get(&router, path), error, "{path}");
    }
    for path in ["/x/...", "/x/.a", "/x/a.", "/x/..a", "/x/%2e%2e%2e"] {
        assert!(get(&router, path).starts_with("/x/{id}"), "{path}");
    }
}

#[test]
fn parameters_take_one_segment_that_is_not_empty() {
    let router = router(&[
        "/polls/{id}",
        "/polls/{id}/options/{option}",
        "/{a}/{b}/{c}",
    ]);
    assert_eq!(get(&router, "/polls/17"), "/polls/{id} id=17");
    assert_eq!(
        get(&router, "/polls/1/options/x"),
        "/polls/{id}/options/{option} id=1 option=x"
    );
    assert_eq!(get(&router, "/polls/"), "404");
    assert_eq!(get(&router, "/polls/17/"), "404");
    assert_eq!(get(&router, "/polls//options/x"), "404");
    assert_eq!(get(&router, "/1/2/3"), "/{a}/{b}/{c} a=1 b=2 c=3");
}

#[test]
fn a_rest_takes_all_segments_but_not_none() {
    let router = router(&["/files/{path...}"]);
    assert_eq!(get(&router, "/files/a"), "/files/{path...} path=a");
    assert_eq!(
        get(&router, "/files/a/b//c/"),
        "/files/{path...} path=a/b//c/"
    );
    assert_eq!(get(&router, "/files/"), "404");
    assert_eq!(get(&router, "/files"), "404");
}

#[test]
fn literals_go_before_parameters_before_rests_before_mounts() {
    let mut router = router(&["/a/b", "/a/{id}", "/{x}/c", "/{rest...}"]);
    router.mount("/", "mount").unwrap();
    assert_eq!(get(&router, "/a/b"), "/a/b");
    assert_eq!(get(&router, "/a/x"), "/a/{id} id=x");
    assert_eq!(get(&router, "/a/c"), "/a/{id} id=c");
    assert_eq!(get(&router, "/b/c"), "/{x}/c x=b");
    assert_eq!(get(&router, "/b/d"), "/{rest...} rest=b/d");
    assert_eq!(get(&router, "/"), "mount below=/");
}

#[test]
fn a_literal_that_leads_nowhere_does_not_hide_a_parameter() {
    let router = router(&["/a/b/c", "/{x}/b/d", "/{x}/{y}/{z...}"]);
    assert_eq!(get(&router, "/a/b/d"), "/{x}/b/d x=a");
    assert_eq!(get(&router, "/a/b/e/f"), "/{x}/{y}/{z...} x=a y=b z=e/f");
}

#[test]
fn mounts_have_their_path_and_all_below() {
    let mut router = Router::new();
    router.mount("/api", "api").unwrap();
    router.mount("/api/v2/", "v2").unwrap();
    router.mount("/t/{tenant}", "tenant").unwrap();
    router.add(GET, "/api/own", "own").unwrap();
    assert_eq!(get(&router, "/api"), "api below=");
    assert_eq!(get(&router, "/api/"), "api below=/");
    assert_eq!(get(&router, "/api/a%20b/c"), "api below=/a%20b/c");
    assert_eq!(get(&router, "/api/v2/x"), "v2 below=/x");
    assert_eq!(get(&router, "/api/own"), "own");
    assert_eq!(get(&router, "/apix"), "404");
    assert_eq!(get(&router, "/t/a/b"), "tenant tenant=a below=/b");
    assert_eq!(get(&router, "/api/../x"), "DotSegment");
}

#[test]
fn methods_are_told_apart() {
    let mut router = Router::new();
    router.add(GET, "/a", "get").unwrap();
    router
        .add([Method::Post, Method::Put], "/a", "post")
        .unwrap();
    router
        .add(
            MethodSet::from_names(["PROPFIND"]).unwrap(),
            "/b",
            "propfind",
        )
        .unwrap();
    let find = |method: &str, path: &str| {
        let name = method.as_bytes();
        describe(router.find(Method::from_name(name), name, path.as_bytes()))
    };
    assert_eq!(find("GET", "/a"), "get");
    assert_eq!(find("HEAD", "/a"), "get");
    assert_eq!(find("PUT", "/a"), "post");
    assert_eq!(find("DELETE", "/a"), "405 GET, HEAD, POST, PUT, OPTIONS");
    assert_eq!(find("TRACE", "/a"), "405 GET, HEAD, POST, PUT, OPTIONS");
    assert_eq!(
        find("OPTIONS", "/a"),
        "options GET, HEAD, POST, PUT, OPTIONS"
    );
    assert_eq!(find("OPTIONS", "/c"), "404");
    assert_eq!(find("PROPFIND", "/b"), "propfind");
    assert_eq!(find("PROPFIND", "/a"), "405 GET, HEAD, POST, PUT, OPTIONS");
    assert_eq!(find("PROPFIND", "/c"), "404");
    assert_eq!(find("propfind", "/b"), "501");
    assert_eq!(find("BREW", "/a"), "501");
    assert_eq!(find("BREW", "/c"), "501");
    assert_eq!(find("GET", "/b"), "405 OPTIONS, PROPFIND");
    assert_eq!(
        find("OPTIONS", "*"),
        "options GET, HEAD, POST, PUT, OPTIONS, PROPFIND"
    );
    assert_eq!(find("GET", "*"), "404");
    assert_eq!(find("CONNECT", ""), "501");
}

#[test]
fn a_method_one_pattern_lacks_may_be_anothers() {
    let mut router = Router::new();
    router.add(GET, "/users/me", "me").unwrap();
    router.add(Method::Delete, "/users/{id}", "delete").unwrap();
    let find = |method| describe(router.find(method, b"", b"/users/me"));
    assert_eq!(find(Method::Get), "me");
    assert_eq!(find(Method::Delete), "delete id=me");
    assert_eq!(find(Method::Post), "405 GET, HEAD, DELETE, OPTIONS");
}

#[test]
fn explicit_routes_go_before_automatic_ones() {
    let mut router = Router::new();
    router.add(GET, "/a", "get").unwrap();
    router.add(Method::Head, "/a", "head").unwrap();
    router.add(Method::Options, "/a", "options").unwrap();
    assert_eq!(describe(router.find(Method::Head, b"HEAD", b"/a")), "head");
    assert_eq!(
        describe(router.find(Method::Options, b"OPTIONS", b"/a")),
        "options"
    );
}

#[test]
fn a_route_for_any_method_takes_unknown_ones() {
    let mut router = Router::new();
    router.add(MethodSet::any(), "/a", "any").unwrap();
    assert_eq!(describe(router.find(Method::Other, b"BREW", b"/a")), "any");
    assert_eq!(
        describe(router.find(Method::Options, b"OPTIONS", b"/a")),
        "any"
    );
    assert_eq!(describe(router.find(Method::Head, b"HEAD", b"/a")), "any");
    assert_eq!(
        describe(router.find(Method::Options, b"OPTIONS", b"*")),
        "options GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
    );
}

#[test]
fn routes_that_would_never_be_reached_are_refused() {
    let mut router = router(&["/polls/{id}", "/a", "/f/{path...}"]);
    let mut refusal = |methods: MethodSet, pattern: &str| {
        router.add(methods, pattern, "x").unwrap_err().to_string()
    };
    assert_eq!(
        refusal(GET.into(), "/a"),
        "route \"/a\" exists already for GET"
    );
    assert_eq!(
        refusal([Method::Post, GET].into(), "/polls/{name}"),
        "route \"/polls/{name}\" matches the same paths as \"/polls/{id}\", which exists already \
         for GET"
    );
    assert_eq!(
        refusal(MethodSet::any(), "/f/{x...}").split(", ").count(),
        2
    );
    assert!(router.add(Method::Post, "/polls/{name}", "post").is_ok());
    assert!(router.mount("/m", "m").is_ok());
    let twice = router.mount("/m/", "m").unwrap_err().to_string();
    assert!(twice.ends_with("exists already for any method"), "{twice}");
}

#[test]
fn a_refused_route_changes_nothing() {
    let mut router = router(&["/a"]);
    assert!(router.add(GET, "/a", "other").is_err());
    assert!(router.add(GET, "/b/{", "bad").is_err());
    assert_eq!(get(&router, "/a"), "/a");
    assert_eq!(get(&router, "/b"), "404");
}

#[test]
fn malformed_patterns_are_refused() {
    let mut router = Router::new();
    for pattern in [
        "",
        "a",
        "{id}",
        "/{",
        "/}",
        "/{}",
        "/{...}",
        "/{1}",
        "/{a-b}",
        "/x{id}",
        "/{id}x",
        "/{a}{b}",
        "/{a}/{a}",
        "/{a...}/b",
        "/{a...}/",
        "/./a",
        "/a/..",
        "/%61",
        "/a?b",
        "/a#b",
        "/a\0",
        "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}",
        "/{a..}",
    ] {
        assert!(router.add(GET, pattern, "x").is_err(), "{pattern}");
    }
    for prefix in ["", "a", "/a/{b...}", "/a//../"] {
        assert!(router.mount(prefix, "x").is_err(), "{prefix}");
    }
    assert!(
        router
            .add(GET, "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}", "x")
            .is_ok()
    );
    assert_eq!(get(&router, "/1/2/3/4/5/6/7/8").split(' ').count(), 9);
    assert!(MethodSet::from_names(["GE T"]).is_err());
    assert!(MethodSet::from_names([""]).is_err());
}

#[test]
fn parameters_are_found_by_name() {
    let router = router(&["/x/{a}/{b}"]);
    let Ok(Match::Found { params, .. }) = router.find(GET, b"GET", b"/x/1%20/2") else {
        panic!("not found");
    };
    assert_eq!(params.len(), 2);
    assert_eq!(params.get("a").as_deref(), Some(&b"1 "[..]));
    assert_eq!(params.raw("a"), Some(&b"1%20"[..]));
    assert_eq!(params.get("b").as_deref(), Some(&b"2"[..]));
    assert_eq!(params.get("c"), None);
    assert_eq!(params.mounted_path(), None);
    assert_eq!(params.pattern(), "/x/{a}/{b}");
}

#[test]
fn many_static_routes_are_all_found() {
    let mut router = Router::new();
    let paths: Vec<String> = (0..1_000)
        .map(|number| format!("/route/{number}"))
        .collect();
    for (number, path) in paths.iter().enumerate() {
        router.add(GET, path, number).unwrap();
    }
    for (number, path) in paths.iter().enumerate() {
        let found = router.find(GET, b"GET", path.as_bytes());
        assert!(
            matches!(found, Ok(Match::Found { value, .. }) if *value == number),
            "{path}"
        );
    }
}

#[test]
fn a_path_sent_as_it_is_written_is_found_at_once() {
    let mut router = Router::new();
    router.add(Method::Get, "/a", 1).unwrap();
    router.add(Method::Get, "/{x}", 2).unwrap();
    assert_eq!(router.find_static(Method::Get, b"GET", b"/a"), Some(&1));
    assert_eq!(router.find_static(Method::Head, b"HEAD", b"/a"), Some(&1));
    for (method, name, path) in [
        (Method::Post, "POST", "/a"),
        (Method::Get, "GET", "/%61"),
        (Method::Get, "GET", "/b"),
    ] {
        let found = router.find_static(method, name.as_bytes(), path.as_bytes());
        assert_eq!(found, None, "{name} {path}");
    }
}

#[test]
fn a_mount_does_not_answer_for_the_methods_of_routes() {
    let mut router = Router::new();
    router.add(Method::Get, "/a", 1).unwrap();
    router.mount("/", 2).unwrap();
    for path in [b"/a", b"/%61" as &[u8]] {
        assert!(matches!(
            router.find(Method::Delete, b"DELETE", path),
            Ok(Match::MethodNotAllowed { allow }) if allow == "GET, HEAD, OPTIONS"
        ));
        assert!(matches!(
            router.find(Method::Options, b"OPTIONS", path),
            Ok(Match::Options { allow }) if allow == "GET, HEAD, OPTIONS"
        ));
    }
    assert!(matches!(
        router.find(Method::Delete, b"DELETE", b"/b"),
        Ok(Match::Found { value: 2, .. })
    ));
}
