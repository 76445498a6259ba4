//! Well-formedness, with libxml (through PHP's DOM) beside us: what it refuses, we refuse.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failing test may panic"
)]

mod support;

use kargo_rpc::BodyErrorKind;
use kargo_rpc::CallList;
use kargo_rpc::Limits;
use kargo_rpc::fuzzing;
use kargo_rpc::xmlrpc::Decoder;
use proptest::prelude::*;
use support::Random;
use support::Tree;
use support::Value;
use support::php_lines;

fn kind(document: &[u8]) -> Option<BodyErrorKind> {
    fuzzing::xml(document).err().map(|error| error.kind)
}

/// Whether libxml accepts each document, without network and with its own limits.
fn accepted_by_libxml(documents: &[Vec<u8>]) -> Vec<bool> {
    let code = r"
        libxml_use_internal_errors(true);
        $document = new DOMDocument();
        $isGood = $text !== '' && $document->loadXML($text, LIBXML_NONET);
        libxml_clear_errors();
        echo $isGood ? '1' : '0', PHP_EOL;";
    php_lines(code, documents)
        .into_iter()
        .map(|line| line == b"1")
        .collect()
}

const SEEDS: [&str; 14] = [
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone='yes'?>\n<methodCall><methodName>poll.getAllPolls</methodName><params/></methodCall>",
    "<methodCall>\r\n <methodName>a</methodName>\n\t<params><param><value><int>1</int></value></param></params>\n</methodCall>",
    "<a b='1' c=\"2\" d:e='&lt;&#65;'>x &amp; y &#x1F600; &quot;&apos;&gt;</a>",
    "<!-- before --><a><!----><b/><!-- - --></a><!-- after -->",
    "<a><![CDATA[<&]] >]]]]><![CDATA[>]]></a>",
    "<a>é\u{1f600}\u{fffd}<é-1.\u{b7}/></a>",
    "<x:a xmlns:x='u' xmlns='v' x:b='1' b='2'/>",
    "<a><b><c><d></d ></c\n></b></a>",
    "<value><struct><member><name>n</name><value>v</value></member></struct></value>",
    "<a>]] ]> ></a>",
    "<a xml:lang='en' xmlns:ex='http://ws.apache.org/xmlrpc/namespaces/extensions'><ex:nil/></a>",
    "<?xml version='1.0' encoding='ISO-8859-1'?><a>abc</a>",
    "<a b='x\ny\tz'\n\n c = 'd' />",
    "<?xml version='1.0'?><array><data><value><i4>-7</i4></value><value/></data></array>",
];

const PIECES: [&[u8]; 62] = [
    b"<",
    b">",
    b"/",
    b"&",
    b";",
    b"#",
    b"'",
    b"\"",
    b"=",
    b" ",
    b"\n",
    b"\r",
    b"\t",
    b"!",
    b"?",
    b"-",
    b"--",
    b"[",
    b"]",
    b"]]>",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"<a>",
    b"</a>",
    b"<a/>",
    b"<b ",
    b"a='b'",
    b" a=\"c\"",
    b"&lt;",
    b"&amp;",
    b"&#10;",
    b"&#x0;",
    b"&#xD800;",
    b"&#x10FFFF;",
    b"&#1114112;",
    b"&#xFFFE;",
    b"&e;",
    b"&#;",
    b"&#x;",
    b"\0",
    b"\x01",
    b"\x0b",
    b"\x7f",
    b"\x80",
    b"\xc3\xa9",
    b"\xef\xbf\xbe",
    b"\xef\xbf\xbf",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x98\x80",
    b":",
    b"x:",
    b"xmlns:x='u'",
    b"xmlns=''",
    b"xml:",
    b"<?xml version='1.0'?>",
    b"<?pi?>",
    b"<!DOCTYPE a>",
    b"1",
    b".",
    b"encoding='utf-8'",
];

#[test]
fn whatever_libxml_refuses_is_refused() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut documents: Vec<Vec<u8>> = SEEDS.iter().map(|seed| seed.as_bytes().to_vec()).collect();
    documents.extend((0..60_000).map(|_| {
        let seed = random.below(SEEDS.len());
        random.mutated(SEEDS[seed].as_bytes(), &PIECES)
    }));
    let mut both = 0;
    for (document, is_accepted) in documents.iter().zip(accepted_by_libxml(&documents)) {
        let ours = kind(document);
        let shown = String::from_utf8_lossy(document);
        match (ours, is_accepted) {
            (None, true) => both += 1,
            (None, false) => panic!("libxml refuses {shown:?}"),
            // What else we refuse, we refuse on purpose.
            (Some(kind), true) => assert!(is_on_purpose(kind, document), "{kind:?}: {shown:?}"),
            (Some(_), false) => {}
        }
    }
    assert!((4_000..50_000).contains(&both), "{both} are well-formed");
}

/// Whether a document that libxml accepts is one we refuse by the rules of `xml`'s documentation.
fn is_on_purpose(kind: BodyErrorKind, document: &[u8]) -> bool {
    let has = |piece: &[u8]| document.windows(piece.len()).any(|window| window == piece);
    match kind {
        BodyErrorKind::NotACall
        | BodyErrorKind::Doctype
        | BodyErrorKind::ProcessingInstruction
        | BodyErrorKind::UnsupportedEncoding => true,
        // More than one colon, a colon at an end, two attributes that differ by their prefixes only; versions like 10.
        BodyErrorKind::Syntax => has(b":") || has(b"version"),
        // libxml stops reading at a NUL behind the root element.
        _ => has(b"\0"),
    }
}

#[test]
fn what_is_refused_is_refused_for_its_reason() {
    for (document, expected) in [
        ("", BodyErrorKind::UnexpectedEnd),
        (" ", BodyErrorKind::UnexpectedEnd),
        ("a", BodyErrorKind::Syntax),
        ("<", BodyErrorKind::UnexpectedEnd),
        ("<a", BodyErrorKind::UnexpectedEnd),
        ("<a>", BodyErrorKind::UnexpectedEnd),
        ("<a></b>", BodyErrorKind::Syntax),
        ("<a></a", BodyErrorKind::UnexpectedEnd),
        ("<a/><b/>", BodyErrorKind::TrailingBytes),
        ("<a/>x", BodyErrorKind::TrailingBytes),
        ("<a/></a>", BodyErrorKind::TrailingBytes),
        ("</a>", BodyErrorKind::Syntax),
        ("<1a/>", BodyErrorKind::Syntax),
        ("< a/>", BodyErrorKind::Syntax),
        ("<a:b:c/>", BodyErrorKind::Syntax),
        ("<a b/>", BodyErrorKind::Syntax),
        ("<a b=c/>", BodyErrorKind::Syntax),
        ("<a b='c\"/>", BodyErrorKind::UnexpectedEnd),
        ("<a b='1'c='2'/>", BodyErrorKind::Syntax),
        ("<a b='<'/>", BodyErrorKind::Syntax),
        ("<a b='1' b='2'/>", BodyErrorKind::Syntax),
        ("<a x:b='1' y:b='2'/>", BodyErrorKind::Syntax),
        ("<a>]]></a>", BodyErrorKind::Syntax),
        ("<a>&</a>", BodyErrorKind::Syntax),
        ("<a>& b;</a>", BodyErrorKind::Syntax),
        ("<a>&b;</a>", BodyErrorKind::UnknownEntity),
        ("<a>&#0;</a>", BodyErrorKind::InvalidCharacter),
        ("<a>&#x1F;</a>", BodyErrorKind::InvalidCharacter),
        ("<a>&#xD800;</a>", BodyErrorKind::InvalidCharacter),
        (
            "<a>&#99999999999999999999;</a>",
            BodyErrorKind::InvalidCharacter,
        ),
        ("<a>&#x;</a>", BodyErrorKind::Syntax),
        ("<a>\u{1}</a>", BodyErrorKind::InvalidCharacter),
        ("<a>\u{ffff}</a>", BodyErrorKind::InvalidCharacter),
        ("<!-- -- --><a/>", BodyErrorKind::Syntax),
        ("<!-- --->", BodyErrorKind::Syntax),
        ("<!DOCTYPE a><a/>", BodyErrorKind::Doctype),
        ("<!doctype a><a/>", BodyErrorKind::Doctype),
        (
            "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
            BodyErrorKind::Doctype,
        ),
        ("<a><!ELEMENT a ANY></a>", BodyErrorKind::Doctype),
        ("<?php echo 1?><a/>", BodyErrorKind::ProcessingInstruction),
        (
            "<?xml-stylesheet href='a'?><a/>",
            BodyErrorKind::ProcessingInstruction,
        ),
        (
            " <?xml version='1.0'?><a/>",
            BodyErrorKind::ProcessingInstruction,
        ),
        (
            "<a><?xml version='1.0'?></a>",
            BodyErrorKind::ProcessingInstruction,
        ),
        ("<a/><?pi?>", BodyErrorKind::ProcessingInstruction),
        ("<![CDATA[a]]>", BodyErrorKind::Syntax),
        ("<a>x<b/></a>", BodyErrorKind::NotACall),
        ("<a><![CDATA[a]]</a>", BodyErrorKind::UnexpectedEnd),
    ] {
        assert_eq!(kind(document.as_bytes()), Some(expected), "{document}");
    }
}

#[test]
fn elements_attributes_and_names_are_limited_below_at_and_above() {
    let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    assert_eq!(kind(nested(256).as_bytes()), None);
    assert_eq!(kind(nested(257).as_bytes()), Some(BodyErrorKind::TooDeep));
    let attributes = |count: usize| {
        let list: String = (0..count).map(|number| format!(" a{number}=''")).collect();
        format!("<a{list}/>")
    };
    assert_eq!(kind(attributes(32).as_bytes()), None);
    assert_eq!(
        kind(attributes(33).as_bytes()),
        Some(BodyErrorKind::XmlLimit)
    );
    let named = |len: usize| format!("<{}/>", "a".repeat(len));
    assert_eq!(kind(named(256).as_bytes()), None);
    assert_eq!(kind(named(257).as_bytes()), Some(BodyErrorKind::XmlLimit));
}

#[test]
fn text_is_the_same_as_libxmls() {
    let pieces: [&[u8]; 22] = [
        b"a",
        b" ",
        b"\n",
        b"\r",
        b"\r\n",
        b"\t",
        b"]]",
        b"]",
        b">",
        b"&lt;",
        b"&amp;",
        b"&#13;",
        b"&#xe9;",
        b"\xc3\xa9",
        b"\xf0\x9f\x98\x80",
        b"<!--x-->",
        b"<![CDATA[<&\r\n]]>",
        b"<![CDATA[]]>",
        b"<![CDATA[]]]]>",
        b"&#x10FFFF;",
        b"12345678",
        b"&quot;",
    ];
    let mut random = Random(0x0dd_ba11);
    let documents: Vec<Vec<u8>> = (0..20_000)
        .map(|_| {
            let count = random.below(9);
            let text: Vec<&[u8]> = (0..count)
                .map(|_| pieces[random.below(pieces.len())])
                .collect();
            let text = text.concat();
            let call: [&[u8]; 3] = [
                b"<methodCall><methodName>m</methodName><params><param><value><string>",
                &text,
                b"</string></value></param></params></methodCall>",
            ];
            call.concat()
        })
        .collect();
    let code = r"
        libxml_use_internal_errors(true);
        $document = new DOMDocument();
        $isGood = $document->loadXML($text);
        libxml_clear_errors();
        echo $isGood ? bin2hex($document->getElementsByTagName('string')[0]->textContent) : '!', PHP_EOL;";
    for (document, php) in documents.iter().zip(php_lines(code, &documents)) {
        let (mut tree, mut calls) = (Tree::default(), CallList::new());
        let decoded =
            Decoder::new().decode(document, None, &Limits::default(), &mut tree, &mut calls);
        let ours = match decoded {
            Ok(()) => match &tree.calls[0].arguments[..] {
                [Value::String(text)] => text.iter().map(|byte| format!("{byte:02x}")).collect(),
                other => panic!("{other:?}"),
            },
            Err(_) => "!".to_owned(),
        };
        assert_eq!(
            ours.as_bytes(),
            php,
            "{}",
            String::from_utf8_lossy(document)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_end_well(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        let _ = fuzzing::xml(&bytes);
        fuzzing::xmlrpc(&bytes);
    }

    #[test]
    fn any_xml_like_text_ends_well(pieces in prop::collection::vec(prop::sample::select(&PIECES), 0..30)) {
        let _ = fuzzing::xml(&pieces.concat());
        fuzzing::xmlrpc(&pieces.concat());
    }
}
