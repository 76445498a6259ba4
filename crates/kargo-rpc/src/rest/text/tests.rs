//! What texts become, type by type.

use super::*;
use crate::description::{Case, Definition, Field, TypeId};
use crate::json::JsonEncoder;
use crate::{DateTime, Encoder};

/// Writes JSON.
struct Json(Vec<u8>);

impl Json {
    fn write(
        &mut self,
        write: impl FnOnce(&mut JsonEncoder<'_>) -> Result<(), crate::EncodeError>,
    ) -> Result<(), ()> {
        write(&mut JsonEncoder::new(&mut self.0)).map_err(|_| ())
    }

    fn close(&mut self, closing: &[u8]) -> Result<(), ()> {
        if self.0.last() == Some(&b',') {
            self.0.pop();
        }
        self.0.extend_from_slice(closing);
        Ok(())
    }
}

impl Builder for Json {
    type Error = ();
    fn null(&mut self) -> Result<(), ()> {
        self.write(|encoder| encoder.null())
    }
    fn bool(&mut self, value: bool) -> Result<(), ()> {
        self.write(|encoder| encoder.bool(value))
    }
    fn int(&mut self, value: i64) -> Result<(), ()> {
        self.write(|encoder| encoder.int(value))
    }
    fn float(&mut self, value: f64) -> Result<(), ()> {
        self.write(|encoder| encoder.float(value))
    }
    fn string(&mut self, utf8: &[u8]) -> Result<(), ()> {
        self.write(|encoder| encoder.string(utf8))
    }
    fn binary(&mut self, _: &[u8]) -> Result<(), ()> {
        Err(())
    }
    fn date_time(&mut self, _: &DateTime) -> Result<(), ()> {
        Err(())
    }
    fn begin_array(&mut self) -> Result<(), ()> {
        self.0.push(b'[');
        Ok(())
    }
    fn end_array(&mut self, _: usize) -> Result<(), ()> {
        self.close(b"],")
    }
    fn begin_object(&mut self) -> Result<(), ()> {
        self.0.push(b'{');
        Ok(())
    }
    fn key(&mut self, utf8: &[u8]) -> Result<(), ()> {
        self.write(|encoder| encoder.key(utf8))
    }
    fn end_object(&mut self, _: usize) -> Result<(), ()> {
        self.close(b"},")
    }
}

const COLOUR: Type = Type::Defined(TypeId(0));
const LEVEL: Type = Type::Defined(TypeId(1));
const POINT: Type = Type::Defined(TypeId(2));

fn description() -> Description {
    let case = |name: &str, value: Literal| Case {
        name: name.to_owned(),
        value,
    };
    let definition = |name: &str, shape: Shape| Definition {
        name: name.to_owned(),
        description: String::new(),
        shape,
    };
    Description {
        definitions: vec![
            definition(
                "Colour",
                Shape::Enum(vec![
                    case("Red", Literal::Text("red".to_owned())),
                    case("One", Literal::Text("1".to_owned())),
                ]),
            ),
            definition(
                "Level",
                Shape::Enum(vec![
                    case("Low", Literal::Integer(1)),
                    case("High", Literal::Integer(9)),
                ]),
            ),
            definition(
                "Point",
                Shape::Record(vec![Field {
                    name: "x".to_owned(),
                    ty: Type::Integer,
                    ..Field::default()
                }]),
            ),
        ],
        ..Description::default()
    }
}

fn built(texts: &[&str], is_list: bool, ty: &Type) -> String {
    let texts: Vec<Text<'_>> = texts
        .iter()
        .map(|text| Cow::Borrowed(text.as_bytes()))
        .collect();
    let mut json = Json(Vec::new());
    let given = Texts {
        texts: &texts,
        is_list,
    };
    given
        .build(
            ty,
            &description(),
            &Limits::default(),
            &mut JsonScratch::new(),
            &mut json,
        )
        .unwrap();
    json.close(b"").unwrap();
    String::from_utf8(json.0).unwrap()
}

fn single(text: &str, ty: &Type) -> String {
    built(&[text], false, ty)
}

fn one_of(members: &[Type]) -> Type {
    Type::union(members.iter().cloned())
}

#[test]
fn numbers_are_read_as_json_writes_them() {
    for text in ["0", "-7", "9223372036854775807", "-9223372036854775808"] {
        assert_eq!(single(text, &Type::Integer), text);
    }
    for text in [
        "",
        "x",
        "+1",
        "01",
        " 1",
        "1 ",
        "1.0",
        "1e2",
        "0x1",
        "9223372036854775808",
        "1,2",
        "٣",
    ] {
        assert_eq!(
            single(text, &Type::Integer),
            serde_json::to_string(text).unwrap(),
            "no integer, so a string"
        );
    }
    assert_eq!(single("5", &Type::Number), "5");
    assert_eq!(single("-1.5e3", &Type::Number), "-1500.0");
    assert_eq!(single("1e400", &Type::Number), "\"1e400\"");
    assert_eq!(single("NAN", &Type::Number), "\"NAN\"");
    assert_eq!(single("7", &Type::IntegerBetween(0, 5)), "7");
}

#[test]
fn booleans_are_words_or_digits() {
    for (text, expected) in [
        ("true", "true"),
        ("false", "false"),
        ("1", "true"),
        ("0", "false"),
        ("TRUE", "\"TRUE\""),
        ("on", "\"on\""),
        ("", "\"\""),
    ] {
        assert_eq!(single(text, &Type::Boolean), expected);
    }
    let int_or_bool = one_of(&[Type::Integer, Type::Boolean]);
    assert_eq!(single("1", &int_or_bool), "1");
    assert_eq!(single("true", &int_or_bool), "true");
}

#[test]
fn strings_are_themselves() {
    for ty in [Type::String, Type::Any, Type::Bytes, Type::DateTime] {
        for text in ["", "1", "true", "{\"a\":1}", "null", "é"] {
            assert_eq!(single(text, &ty), serde_json::to_string(text).unwrap());
        }
    }
}

#[test]
fn nothing_is_null_where_no_text_is_wanted() {
    assert_eq!(single("", &one_of(&[Type::Integer, Type::Null])), "null");
    assert_eq!(single("", &one_of(&[Type::String, Type::Null])), "\"\"");
    assert_eq!(
        single("null", &one_of(&[Type::Integer, Type::Null])),
        "\"null\""
    );
}

#[test]
fn enums_take_the_values_of_their_cases() {
    assert_eq!(single("red", &COLOUR), "\"red\"");
    assert_eq!(single("1", &COLOUR), "\"1\"");
    assert_eq!(single("1", &LEVEL), "1");
    assert_eq!(single("5", &LEVEL), "5");
    let level_or_text = one_of(&[LEVEL, Type::String]);
    assert_eq!(single("9", &level_or_text), "9");
    assert_eq!(single("5", &level_or_text), "\"5\"");
    let literals = Type::OneOf(vec![Literal::Integer(1), Literal::Text("2".into())]);
    assert_eq!(single("1", &literals), "1");
}

#[test]
fn lists_have_a_text_for_each_item() {
    let ints = Type::List(Box::new(Type::Integer));
    assert_eq!(single("1", &ints), "[1]");
    assert_eq!(built(&["1", "2"], false, &ints), "[1,2]");
    assert_eq!(built(&["1"], true, &ints), "[1]");
    assert_eq!(built(&["1", "x"], true, &ints), "[1,\"x\"]");
    let any = Type::Collection(Box::new(Type::Any));
    assert_eq!(built(&["1", "x"], false, &any), "[\"1\",\"x\"]");
    let one_or_many = one_of(&[Type::Integer, ints]);
    assert_eq!(single("1", &one_or_many), "1");
    assert_eq!(built(&["1"], true, &one_or_many), "[1]");
    // What wants one value gets a list, which it will refuse.
    assert_eq!(built(&["1", "2"], false, &Type::Integer), "[\"1\",\"2\"]");
    assert_eq!(built(&["1"], true, &Type::Integer), "[\"1\"]");
}

#[test]
fn objects_and_lists_in_lists_are_json() {
    assert_eq!(single("{\"x\":1}", &POINT), "{\"x\":1}");
    assert_eq!(single("{\"x\":1", &POINT), "\"{\\\"x\\\":1\"");
    assert_eq!(single("[1]", &POINT), "\"[1]\"");
    let matrix = Type::List(Box::new(Type::List(Box::new(Type::Integer))));
    assert_eq!(built(&["[1,2]", "[]"], false, &matrix), "[[1,2],[]]");
    let points = Type::List(Box::new(POINT));
    assert_eq!(single("{\"x\":1}", &points), "[{\"x\":1}]");
    let map = Type::Map(Box::new(Type::Integer));
    assert_eq!(single("{}", &map), "{}");
    let deep = "[".repeat(600);
    assert_eq!(
        single(&deep, &matrix),
        format!("[{}]", serde_json::to_string(&deep).unwrap())
    );
}

#[test]
fn texts_must_be_utf8() {
    let texts = [Cow::Borrowed(&b"a"[..]), Cow::Borrowed(&b"\xff"[..])];
    let given = Texts {
        texts: &texts,
        is_list: false,
    };
    let result = given.build(
        &Type::Any,
        &description(),
        &Limits::default(),
        &mut JsonScratch::new(),
        &mut Json(Vec::new()),
    );
    assert_eq!(result, Err(TextError::InvalidUtf8));
}
