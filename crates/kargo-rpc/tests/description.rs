//! The model of what an API offers.

use kargo_rpc::description::{Definition, Description, Field, Literal, Shape, Type, TypeId};

#[test]
fn unions_are_flat_and_have_each_type_once() {
    let union = Type::union([
        Type::Integer,
        Type::Union(vec![Type::String, Type::Integer]),
        Type::Null,
        Type::String,
    ]);
    assert_eq!(
        union,
        Type::Union(vec![Type::Integer, Type::String, Type::Null])
    );
    assert!(union.accepts_null());
    assert_eq!(
        union.non_null().collect::<Vec<_>>(),
        [&Type::Integer, &Type::String]
    );
}

#[test]
fn a_union_of_one_is_that_one_and_anything_takes_all_in() {
    assert_eq!(Type::union([Type::Boolean, Type::Boolean]), Type::Boolean);
    assert_eq!(Type::union([Type::Boolean, Type::Any]), Type::Any);
    assert_eq!(Type::union([]), Type::Null);
    let one_of = Type::OneOf(vec![Literal::Integer(1)]);
    assert_eq!(one_of.members(), std::slice::from_ref(&one_of));
    assert!(!one_of.accepts_null());
}

#[test]
fn definitions_are_found_by_their_place() {
    let field = Field {
        name: "a".into(),
        ty: Type::Defined(TypeId(0)),
        ..Field::default()
    };
    let description = Description {
        definitions: vec![Definition {
            name: "Node".into(),
            description: String::new(),
            shape: Shape::OpenRecord(vec![field.clone()]),
        }],
        ..Description::default()
    };
    let found = description.definition(TypeId(0));
    assert_eq!(
        found.map(|definition| definition.shape.fields()),
        Some(&[field][..])
    );
    assert_eq!(description.definition(TypeId(1)), None);
    assert!(Shape::Enum(Vec::new()).fields().is_empty());
}
