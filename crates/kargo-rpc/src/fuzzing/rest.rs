//! What REST requests bring: bodies, and texts for types.

use std::borrow::Cow;

use super::Rewriter;
use crate::BodyErrorKind;
use crate::Discard;
use crate::Limits;
use crate::description::{Case, Definition, Description, Field, Literal, Shape, Type, TypeId};
use crate::json::{self, JsonScratch};
use crate::rest::{Text, TextError, Texts, ZendResponse, decode_members};

/// Any bytes as a body, and, cut at NUL, as texts for a type that the first byte chooses. What is built is one value,
/// which can be written; what is a result of JSON is XML for those who want that.
pub fn rest(data: &[u8]) {
    let limits = Limits::default();
    let mut scratch = JsonScratch::new();
    // Whether it is an object or not: no panic, and an end.
    let _either = decode_members(data, &limits, &mut scratch, &mut Discard);
    let mut xml = Vec::new();
    if ZendResponse::of(b"a.b").result(data, &mut xml).is_ok() {
        // Values may be nested deeper than we let elements be.
        let is_fine = match super::xml(&xml) {
            Ok(()) => true,
            Err(error) => matches!(error.kind, BodyErrorKind::TooDeep | BodyErrorKind::XmlLimit),
        };
        assert!(is_fine, "the answer is well-formed");
    }
    let Some((choice, rest)) = data.split_first() else {
        return;
    };
    let texts: Vec<Text<'_>> = rest
        .split(|byte| *byte == 0)
        .take(64)
        .map(Cow::Borrowed)
        .collect();
    let description = description();
    let types = types();
    let ty = &types[usize::from(choice & 0x7f) % types.len()];
    let mut built = Rewriter(Vec::new());
    let given = Texts {
        texts: &texts,
        is_list: choice & 0x80 != 0,
    };
    match given.build(ty, &description, &limits, &mut scratch, &mut built) {
        Ok(()) => {
            let mut again = Rewriter(Vec::new());
            let is_json = json::decode(built.text(), &limits, &mut scratch, &mut again).is_ok();
            assert!(is_json, "one value was built");
        }
        Err(TextError::InvalidUtf8) => {
            assert!(texts.iter().any(|text| core::str::from_utf8(text).is_err()));
        }
        Err(TextError::Builder(never)) => match never {},
    }
}

fn types() -> Vec<Type> {
    let list = |item: Type| Type::List(Box::new(item));
    vec![
        Type::Any,
        Type::Boolean,
        Type::Integer,
        Type::Number,
        Type::String,
        Type::DateTime,
        Type::Object,
        Type::Defined(TypeId(0)),
        Type::Defined(TypeId(1)),
        list(Type::Integer),
        list(list(Type::Any)),
        Type::Map(Box::new(Type::Number)),
        Type::Collection(Box::new(Type::Any)),
        Type::union([Type::Integer, Type::Null]),
        Type::union([Type::Boolean, Type::Integer, Type::String]),
        Type::union([list(Type::Boolean), Type::Defined(TypeId(1)), Type::Null]),
        Type::OneOf(vec![Literal::Integer(1), Literal::Text("a".to_owned())]),
    ]
}

fn description() -> Description {
    let definition = |name: &str, shape: Shape| Definition {
        name: name.to_owned(),
        description: String::new(),
        shape,
    };
    Description {
        definitions: vec![
            definition(
                "Level",
                Shape::Enum(vec![Case {
                    name: "Low".to_owned(),
                    value: Literal::Integer(1),
                }]),
            ),
            definition("Point", Shape::Record(vec![Field::default()])),
        ],
        ..Description::default()
    }
}
