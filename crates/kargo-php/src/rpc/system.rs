//! The methods that every XML-RPC server has: introspection and capabilities.
//!
//! `system.multicall`, the fifth, is taken apart by the decoder and never called.

use kargo_rpc::{EncodeError, Encoder, FaultCode};

use crate::engine::Zv;
use crate::rpc::api::Methods;
use crate::rpc::failure::Failure;
use crate::rpc::invoke::arguments;
use crate::rpc::signature::Signature;

/// One of our own methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Own {
    ListMethods = 0,
    Help = 1,
    Signature = 2,
    Capabilities = 3,
}

/// Name, help, and signature: the result's type, then the parameters'.
struct Described {
    method: Option<Own>,
    name: &'static str,
    help: &'static str,
    signature: &'static [&'static str],
}

const METHODS: [Described; 5] = [
    Described {
        method: Some(Own::ListMethods),
        name: "system.listMethods",
        help: "List all methods",
        signature: &["array"],
    },
    Described {
        method: Some(Own::Help),
        name: "system.methodHelp",
        help: "Describe a method",
        signature: &["string", "string"],
    },
    Described {
        method: Some(Own::Signature),
        name: "system.methodSignature",
        help: "List the signatures of a method: the result's type, then the parameters'",
        signature: &["array", "string"],
    },
    Described {
        method: None,
        name: "system.multicall",
        help: "Call several methods; each result is an array of one, each fault a struct",
        signature: &["array", "array"],
    },
    Described {
        method: Some(Own::Capabilities),
        name: "system.getCapabilities",
        help: "List the specifications that this server follows",
        signature: &["struct"],
    },
];

/// Specification, where it is, and its version.
const CAPABILITIES: [(&str, &str, i64); 5] = [
    ("xmlrpc", "http://www.xmlrpc.com/spec", 1),
    (
        "faults_interop",
        "http://xmlrpc-epi.sourceforge.net/specs/rfc.fault_codes.php",
        20_010_516,
    ),
    (
        "introspection",
        "http://phpxmlrpc.sourceforge.net/doc-2/ch10.html",
        2,
    ),
    (
        "system.multicall",
        "http://www.xmlrpc.com/discuss/msgReader$1208",
        1,
    ),
    (
        "nil",
        "http://www.ontosys.com/xml-rpc/extensions.php",
        20_010_518,
    ),
];

/// Signatures listed for one method: one for each number of arguments it takes, up to so many.
const MAX_SIGNATURES: usize = 32;

impl Own {
    pub(crate) fn find(name: &[u8]) -> Option<Self> {
        METHODS
            .iter()
            .find(|described| described.name.as_bytes() == name)
            .and_then(|described| described.method)
    }
}

/// Whether an application must not export this name.
pub(crate) fn is_reserved(name: &[u8]) -> bool {
    name.starts_with(b"system.")
}

/// What one of these methods gives.
#[derive(Debug)]
pub(crate) enum Answer {
    Names(Vec<Vec<u8>>),
    Text(String),
    Signatures(Vec<Vec<&'static str>>),
    Capabilities,
}

/// Calls method `number`.
pub(crate) fn answer(methods: &Methods, number: u32, given: &[Zv]) -> Result<Answer, Failure> {
    let described = METHODS
        .iter()
        .find(|described| {
            described
                .method
                .is_some_and(|method| method as u32 == number)
        })
        .ok_or_else(|| Failure::standard(FaultCode::MethodNotFound))?;
    let wanted = described.signature.len() - 1;
    if given.len() != wanted {
        let reason = format!("takes {}, {} given", arguments(wanted), given.len());
        return Err(Failure::invalid_params("/params", &reason));
    }
    let name = || {
        given
            .first()
            .and_then(|value| value.bytes())
            .ok_or_else(|| {
                Failure::invalid_params("/params/0", "string expected, the name of a method")
            })
    };
    match described.method {
        Some(Own::ListMethods) | None => {
            let own = METHODS
                .iter()
                .map(|described| described.name.as_bytes().to_vec());
            let exported = methods.list.iter().map(|method| method.name.to_vec());
            Ok(Answer::Names(own.chain(exported).collect()))
        }
        Some(Own::Help) => help(methods, name()?).map(Answer::Text),
        Some(Own::Signature) => signatures(methods, name()?).map(Answer::Signatures),
        Some(Own::Capabilities) => Ok(Answer::Capabilities),
    }
}

fn own(name: &[u8]) -> Option<&'static Described> {
    METHODS
        .iter()
        .find(|described| described.name.as_bytes() == name)
}

fn no_such_method() -> Failure {
    Failure::invalid_params("/params/0", "there is no such method")
}

fn help(methods: &Methods, name: &[u8]) -> Result<String, Failure> {
    if let Some(own) = own(name) {
        return Ok(own.help.to_owned());
    }
    let method = methods
        .find(name)
        .and_then(|index| methods.get(index))
        .ok_or_else(no_such_method)?;
    let Signature {
        summary,
        description,
        ..
    } = &method.signature;
    Ok(if description.is_empty() {
        summary.to_string()
    } else {
        format!("{summary}\n\n{description}")
    })
}

fn signatures(methods: &Methods, name: &[u8]) -> Result<Vec<Vec<&'static str>>, Failure> {
    if let Some(own) = own(name) {
        return Ok(vec![own.signature.to_vec()]);
    }
    let method = methods
        .find(name)
        .and_then(|index| methods.get(index))
        .ok_or_else(no_such_method)?;
    let signature = &method.signature;
    let most = signature.parameters.len();
    let counts = (signature.required.min(most)..=most).take(MAX_SIGNATURES);
    let one = |count: usize| {
        let parameters = signature.parameters.iter().take(count);
        std::iter::once(signature.returns.xml_rpc_name())
            .chain(parameters.map(|parameter| parameter.ty.xml_rpc_name()))
            .collect::<Vec<_>>()
    };
    let mut all: Vec<Vec<&str>> = counts.map(one).collect();
    if let Some(variadic) = &signature.variadic {
        let mut longest = one(most);
        longest.push(variadic.ty.xml_rpc_name());
        all.push(longest);
    }
    Ok(all)
}

impl Answer {
    /// Writes what was given.
    pub(crate) fn write(&self, encoder: &mut impl Encoder) -> Result<(), EncodeError> {
        match self {
            Self::Text(text) => encoder.string(text.as_bytes()),
            Self::Names(names) => {
                encoder.begin_array()?;
                for name in names {
                    encoder.string(name)?;
                }
                encoder.end_array()
            }
            Self::Signatures(signatures) => {
                encoder.begin_array()?;
                for signature in signatures {
                    encoder.begin_array()?;
                    for name in signature {
                        encoder.string(name.as_bytes())?;
                    }
                    encoder.end_array()?;
                }
                encoder.end_array()
            }
            Self::Capabilities => {
                encoder.begin_object()?;
                for (name, url, version) in CAPABILITIES {
                    encoder.key(name.as_bytes())?;
                    encoder.begin_object()?;
                    encoder.key(b"specUrl")?;
                    encoder.string(url.as_bytes())?;
                    encoder.key(b"specVersion")?;
                    encoder.int(version)?;
                    encoder.end_object()?;
                }
                encoder.end_object()
            }
        }
    }
}
