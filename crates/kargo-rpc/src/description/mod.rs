//! What an API offers, as plain data: methods with their types.
//!
//! Whoever describes an API reads it, and so do the decoders of protocols whose values have no type of their own
//! (SOAP, REST). It is made once per export and owns everything; nothing here knows PHP.

mod policies;
mod types;

pub use policies::{Access, KeyUse, Policies, RefusalKind, SchemeKind, SecurityScheme};
pub use types::{Case, Definition, Field, Literal, Shape, Type, TypeId};

/// An API: what is known of it whatever the protocol.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Description {
    /// Of the API, for people.
    pub title: String,
    /// The API's own version.
    pub version: String,
    /// Prose about the whole; may be empty.
    pub description: String,
    /// In the order of their export.
    pub methods: Vec<Method>,
    /// What [`Type::Defined`] refers to: records and enums, each once.
    pub definitions: Vec<Definition>,
    /// How callers can show who they are.
    pub schemes: Vec<SecurityScheme>,
}

/// One method.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Method {
    /// The name it is called by, with its namespace: `poll.vote`.
    pub name: String,
    /// One line; may be empty.
    pub summary: String,
    /// More prose; may be empty.
    pub description: String,
    /// In the order of the declaration, without the variadic one.
    pub parameters: Vec<Field>,
    /// What takes all further positional arguments.
    pub variadic: Option<Field>,
    /// The same by name: a list of them.
    pub trailing: Option<Field>,
    /// What it gives; [`Type::Null`] where it gives nothing.
    pub result: Type,
    /// What is known of the result beside its type; may be empty.
    pub result_description: String,
    /// Faults that it declares, by name.
    pub faults: Vec<DeclaredFault>,
    /// Why it should not be called any more; empty: no reason is given.
    pub deprecated: Option<String>,
    /// What is enforced before it runs.
    pub policies: Policies,
}

/// A fault that a method declares: an exception class that passes to the caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeclaredFault {
    /// The short name of the class, unique in the API: an XML name.
    pub name: String,
    /// When it is thrown; may be empty.
    pub description: String,
    /// Its code, where the class always has the same one.
    pub code: Option<i32>,
}

impl Method {
    /// What can be given by name, in the order of the declaration.
    pub fn named(&self) -> impl Iterator<Item = &Field> + Clone {
        self.parameters.iter().chain(&self.trailing)
    }
}

impl Description {
    /// A record or enum.
    #[must_use]
    pub fn definition(&self, id: TypeId) -> Option<&Definition> {
        self.definitions.get(id.0)
    }
}
