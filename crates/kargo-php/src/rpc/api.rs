//! What an `Api` object holds: the exported methods by name, and what becomes of their exceptions.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

use kargo_policy::redis::Location;
use kargo_rpc::description::Description;
use kargo_rpc::{Limits, soap};

use crate::engine::throw::class;
use crate::engine::{Callable, ffi};
use crate::rpc::attribute::{Attribute, Attributes};
use crate::rpc::cors::Cors;
use crate::rpc::describe;
use crate::rpc::documents::Document;
use crate::rpc::mcp::Tools;
use crate::rpc::policy::{Authenticator, Policy, Proxies, Shared};
use crate::rpc::rest::Routes;
use crate::rpc::rest::openapi;
use crate::rpc::service::{Cache, Resolved, Service, Unresolved};
use crate::rpc::signature::Signature;

/// An Api: shared by the PHP object and the servers it is mounted on.
///
/// Everything in it is replaced whole, never changed in place, and no borrow of it is alive while PHP runs.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) title: Box<str>,
    pub(crate) version: Box<str>,
    pub(crate) limits: Limits,
    /// Notifications are answered with 204 instead of 200.
    pub(crate) is_no_content: bool,
    /// Whose scripts may call, where a method says nothing.
    pub(crate) cors: Option<Rc<Cors>>,
    /// Whether somebody's scripts may call something.
    pub(crate) lets_pages_in: Cell<bool>,
    /// The target namespace of SOAP; empty: one that is made of the title.
    pub(crate) namespace: Box<str>,
    /// Whether there is a page for people.
    pub(crate) has_console: bool,
    /// How callers can show who they are.
    pub(crate) auth: Vec<Authenticator>,
    /// Whose word about their clients' addresses is taken.
    pub(crate) proxies: Proxies,
    /// Bytes of results that all workers keep together.
    pub(crate) shared_bytes: usize,
    /// The server that several machines keep it in together.
    pub(crate) store: Option<Rc<Location>>,
    /// The workers' tables, if a method needs them.
    pub(crate) shared: RefCell<Option<Rc<Shared>>>,
    methods: RefCell<Rc<Methods>>,
    /// Exceptions of these classes pass to the client.
    allowed: RefCell<Vec<*mut ffi::zend_class_entry>>,
    /// Those that were asked for.
    pub(crate) documents: RefCell<Vec<Document>>,
    /// The tools for MCP, if they were asked for.
    pub(crate) tools: RefCell<Option<Rc<Tools>>>,
    /// The description, if it was asked for.
    description: RefCell<Option<Rc<Description>>>,
    /// How SOAP reads and writes it, if that was needed.
    soap_plan: RefCell<Option<Rc<soap::Plan>>>,
    /// The OpenAPI document, if it was asked for.
    pub(crate) openapi: RefCell<Option<openapi::Document>>,
}

impl Api {
    pub(crate) fn new(title: &str, version: &str, limits: Limits, is_no_content: bool) -> Self {
        Self {
            title: title.into(),
            version: version.into(),
            limits,
            is_no_content,
            cors: None,
            lets_pages_in: Cell::new(false),
            namespace: "".into(),
            has_console: true,
            auth: Vec::new(),
            proxies: Proxies::default(),
            shared_bytes: 0,
            store: None,
            shared: RefCell::new(None),
            methods: RefCell::new(Rc::new(Methods::default())),
            allowed: RefCell::new(Vec::new()),
            documents: RefCell::new(Vec::new()),
            tools: RefCell::new(None),
            description: RefCell::new(None),
            soap_plan: RefCell::new(None),
            openapi: RefCell::new(None),
        }
    }

    /// What it offers, as plain data; method `i` is number `i` of [`Methods::list`]. Made when it is first asked for,
    /// and anew after an export. May run PHP code, where a constant of an enum is evaluated.
    pub(crate) fn description(&self) -> Rc<Description> {
        let kept = self.description.borrow().clone();
        kept.unwrap_or_else(|| {
            let methods = self.methods();
            let made = Rc::new(describe::describe(self, &methods));
            // What was exported meanwhile is not in it.
            if Rc::ptr_eq(&methods, &self.methods.borrow()) {
                *self.description.borrow_mut() = Some(Rc::clone(&made));
            }
            made
        })
    }

    /// How SOAP reads and writes it; operation `i` is number `i` of [`Methods::list`]. Made as the description is, and may
    /// run PHP code as that.
    #[inline]
    pub(crate) fn soap_plan(&self) -> Rc<soap::Plan> {
        let kept = self.soap_plan.borrow().clone();
        kept.unwrap_or_else(|| self.make_soap_plan())
    }

    #[cold]
    fn make_soap_plan(&self) -> Rc<soap::Plan> {
        let description = self.description();
        let methods = self.methods();
        let derived;
        let namespace = if self.namespace.is_empty() {
            derived = soap::default_namespace(&self.title);
            &*derived
        } else {
            &*self.namespace
        };
        let is_one_way = |name: &str| {
            let found = methods.find(name.as_bytes());
            found
                .and_then(|index| methods.get(index))
                .is_some_and(|method| method.attribute("oneway").is_some())
        };
        let is_header = |name: &str, slot: usize| {
            let index = methods.find(name.as_bytes());
            let method = index.and_then(|index| methods.get(index));
            method
                .and_then(|method| method.signature.parameters.get(slot))
                .is_some_and(|parameter| parameter.attributes.find("soapheader").is_some())
        };
        let made = soap::Plan::new(&description, namespace, is_one_way, is_header);
        let made = Rc::new(made);
        if self
            .description
            .borrow()
            .as_ref()
            .is_some_and(|current| Rc::ptr_eq(current, &description))
        {
            *self.soap_plan.borrow_mut() = Some(Rc::clone(&made));
        }
        made
    }

    /// The methods as they are now; a later export makes a new table.
    #[inline]
    pub(crate) fn methods(&self) -> Rc<Methods> {
        Rc::clone(&self.methods.borrow())
    }

    /// Adds methods, all or none.
    ///
    /// # Errors
    /// The first name or path that is taken, or what is wrong with a path.
    pub(crate) fn add(&self, new: Vec<Method>) -> Result<(), String> {
        let mut methods = Methods::clone(&self.methods.borrow());
        for mut method in new {
            method.cors = method
                .attribute("cors")
                .map(|attribute| Rc::new(Cors::read(attribute)));
            let index = u32::try_from(methods.list.len()).unwrap_or(u32::MAX);
            let name = method.name.clone();
            if methods.by_name.insert(name, index).is_some() {
                let name = String::from_utf8_lossy(&method.name);
                return Err(format!("{name} is exported already"));
            }
            methods.routes.add(index, &method)?;
            methods.list.push(Rc::new(method));
        }
        let has_cors = methods.list.iter().any(|method| method.cors.is_some());
        self.lets_pages_in.set(has_cors || self.cors.is_some());
        *self.methods.borrow_mut() = Rc::new(methods);
        self.documents.borrow_mut().clear();
        *self.tools.borrow_mut() = None;
        *self.description.borrow_mut() = None;
        *self.soap_plan.borrow_mut() = None;
        *self.openapi.borrow_mut() = None;
        Ok(())
    }

    pub(crate) fn allow(&self, class: *mut ffi::zend_class_entry) {
        self.allowed.borrow_mut().push(class);
        *self.openapi.borrow_mut() = None;
        *self.description.borrow_mut() = None;
        *self.soap_plan.borrow_mut() = None;
        self.documents.borrow_mut().clear();
    }

    /// Whether exceptions of this class pass to the client.
    pub(crate) fn passes(&self, thrown: *const ffi::zend_class_entry) -> bool {
        // SAFETY: all classes are alive.
        let is_below =
            |class: *const ffi::zend_class_entry| unsafe { ffi::kg_is_subclass(thrown, class) };
        is_below(class::fault()) || self.allowed.borrow().iter().any(|class| is_below(*class))
    }

    /// Whether the message of this exception may be sent.
    pub(crate) fn allows(&self, exception: *const ffi::zend_object) -> bool {
        // SAFETY: the exception and all classes are alive.
        self.allowed
            .borrow()
            .iter()
            .any(|class| unsafe { ffi::kg_instance_of(exception, *class) })
    }
}

/// The exported methods.
#[derive(Clone, Debug, Default)]
pub(crate) struct Methods {
    pub(crate) list: Vec<Rc<Method>>,
    /// Their verbs and paths.
    pub(crate) routes: Routes,
    by_name: HashMap<Box<[u8]>, u32, BuildHasherDefault<NameHasher>>,
}

impl Methods {
    /// The place of a method in the list.
    #[inline]
    pub(crate) fn find(&self, name: &[u8]) -> Option<u32> {
        self.by_name.get(name).copied()
    }

    #[inline]
    pub(crate) fn get(&self, index: u32) -> Option<&Rc<Method>> {
        self.list.get(index as usize)
    }
}

/// Hashes names, eight bytes at a time. Only the developer's names are in the table, so no peer can make it degenerate.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NameHasher(u64);

const SEED: u64 = 0x517c_c1b7_2722_0a95;

impl NameHasher {
    #[inline]
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(SEED);
    }
}

impl Hasher for NameHasher {
    #[inline]
    fn write(&mut self, mut bytes: &[u8]) {
        while let Some((word, rest)) = bytes.split_first_chunk::<8>() {
            self.add(u64::from_le_bytes(*word));
            bytes = rest;
        }
        let mut last = 0;
        for byte in bytes {
            last = last << 8 | u64::from(*byte);
        }
        self.add(last);
    }

    #[inline]
    fn write_usize(&mut self, value: usize) {
        self.add(value as u64);
    }

    #[inline]
    fn finish(&self) -> u64 {
        // The table takes the upper bits for its tags and the lower ones for its places.
        self.0 ^ self.0 >> 32
    }
}

/// One exported method.
#[derive(Debug)]
pub(crate) struct Method {
    pub(crate) name: Box<[u8]>,
    pub(crate) target: Target,
    pub(crate) signature: Signature,
    /// Those of the exported class and of the classes it extends.
    pub(crate) class_attributes: Rc<Attributes>,
    /// What is enforced before it runs.
    pub(crate) policy: Option<Rc<Policy>>,
    /// Whose scripts may call, where the method or its class says so.
    pub(crate) cors: Option<Rc<Cors>>,
}

/// What is called.
#[derive(Debug)]
pub(crate) enum Target {
    /// A closure, a function, a method of an object given as a callable.
    Callable(Callable),
    /// A static method.
    Static(Cache),
    /// Method number `slot` of a service.
    Member { service: Rc<Service>, slot: usize },
}

impl Method {
    /// The attribute `Kargo\Rpc\NAME` of the method, else of its class; `name` is in lower case.
    pub(crate) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.signature
            .attributes
            .find(name)
            .or_else(|| self.class_attributes.find(name))
    }

    /// What to call. May run PHP code.
    #[inline]
    pub(crate) fn resolve(&self) -> Result<Resolved, Unresolved> {
        match &self.target {
            Target::Member { service, slot } => service.resolve(*slot),
            Target::Callable(callable) => Ok(Resolved::lasting(callable.cache())),
            Target::Static(cache) => Ok(Resolved::lasting(cache.as_ptr())),
        }
    }
}
