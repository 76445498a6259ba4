//! What an `Api` object holds: the exported methods by name, and what becomes of their exceptions.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

use kargo_rpc::Limits;

use crate::engine::callable::{Outcome, call_cached};
use crate::engine::value::{array_find, class_of};
use crate::engine::{Callable, Owned, Zv, ffi};
use crate::rpc::construct;
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
    methods: RefCell<Rc<Methods>>,
    /// Exceptions of these classes pass to the client.
    allowed: RefCell<Vec<*mut ffi::zend_class_entry>>,
    /// The service map: the path it was asked for on, and its text.
    pub(crate) service_map: RefCell<Option<(Vec<u8>, Rc<[u8]>)>>,
}

impl Api {
    pub(crate) fn new(title: &str, version: &str, limits: Limits, is_no_content: bool) -> Self {
        Self {
            title: title.into(),
            version: version.into(),
            limits,
            is_no_content,
            methods: RefCell::new(Rc::new(Methods::default())),
            allowed: RefCell::new(Vec::new()),
            service_map: RefCell::new(None),
        }
    }

    /// The methods as they are now; a later export makes a new table.
    #[inline]
    pub(crate) fn methods(&self) -> Rc<Methods> {
        Rc::clone(&self.methods.borrow())
    }

    /// Adds methods, all or none.
    ///
    /// # Errors
    /// The first name that is taken.
    pub(crate) fn add(&self, new: Vec<Method>) -> Result<(), String> {
        let mut methods = Methods::clone(&self.methods.borrow());
        for method in new {
            let index = u32::try_from(methods.list.len()).unwrap_or(u32::MAX);
            let name = method.name.clone();
            if methods.by_name.insert(name, index).is_some() {
                return Err(String::from_utf8_lossy(&method.name).into_owned());
            }
            methods.list.push(Rc::new(method));
        }
        *self.methods.borrow_mut() = Rc::new(methods);
        *self.service_map.borrow_mut() = None;
        Ok(())
    }

    pub(crate) fn allow(&self, class: *mut ffi::zend_class_entry) {
        self.allowed.borrow_mut().push(class);
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

/// Where the object comes from whose methods are called.
#[derive(Debug)]
pub(crate) enum Source {
    /// It was given.
    Given,
    /// A new one for each call.
    PerCall,
    /// Made by a factory, once in this process.
    Factory(Callable),
}

/// An object, or what becomes one.
#[derive(Debug)]
pub(crate) struct Service {
    source: Source,
    class: *mut ffi::zend_class_entry,
    /// The names of its methods in lower case, by slot.
    names: Vec<Box<[u8]>>,
    instance: RefCell<Option<Rc<Instance>>>,
}

/// An object and what to call for each of its methods.
#[derive(Debug)]
struct Instance {
    object: Owned,
    methods: Vec<Cache>,
}

/// A resolved function with the object or class it is called on.
pub(crate) struct Cache(ffi::zend_fcall_info_cache);

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cache")
    }
}

impl Cache {
    pub(crate) fn new(
        function: *mut ffi::zend_function,
        object: *mut ffi::zend_object,
        class: *mut ffi::zend_class_entry,
    ) -> Self {
        // SAFETY: all zeroes is an empty cache.
        let mut cache: ffi::zend_fcall_info_cache = unsafe { std::mem::zeroed() };
        cache.function_handler = function;
        cache.object = object;
        cache.called_scope = class;
        Self(cache)
    }
}

/// What to call, and what must stay alive meanwhile.
#[derive(Debug)]
pub(crate) struct Resolved {
    cache: *const ffi::zend_fcall_info_cache,
    instance: Option<Rc<Instance>>,
}

impl Resolved {
    /// Calls it with `count` arguments that lie one after the other.
    #[inline]
    pub(crate) fn call(&self, result: Zv, count: u32, first: Zv) -> Outcome {
        // SAFETY: the instance is held here, anything else by the method.
        call_cached(unsafe { &*self.cache }, result, count, first)
    }

    /// The call is over. An object that was made for it goes now; its destructor may run PHP code.
    #[inline]
    pub(crate) fn finish(self) {
        if let Some(Ok(mut instance)) = self.instance.map(Rc::try_unwrap) {
            construct::release(instance.object.zv(), 1);
        }
    }
}

/// Why there is nothing to call.
#[derive(Debug)]
pub(crate) enum Unresolved {
    /// The factory or the constructor did not return.
    Call(Outcome),
    /// What the factory gave is of no use: for the log.
    Useless(&'static str),
}

impl Service {
    pub(crate) fn new(
        source: Source,
        class: *mut ffi::zend_class_entry,
        names: Vec<Box<[u8]>>,
    ) -> Self {
        Self {
            source,
            class,
            names,
            instance: RefCell::new(None),
        }
    }

    /// Gives the service its object.
    pub(crate) fn set(&self, mut object: Owned) -> Result<(), Unresolved> {
        let instance = self.instance_of(&mut object)?;
        *self.instance.borrow_mut() = Some(Rc::new(instance));
        Ok(())
    }

    fn instance_of(&self, object: &mut Owned) -> Result<Instance, Unresolved> {
        let Some(raw) = object.zv().object() else {
            return Err(Unresolved::Useless("the factory gave no object"));
        };
        let class = class_of(raw);
        // SAFETY: the object is alive, and its class too.
        let table = unsafe { &raw mut (*class).function_table };
        let methods = self.names.iter().map(|name| {
            // SAFETY: function tables hold pointers to functions.
            let function = array_find(table, name).map(|found| unsafe { (*found.0).value.func });
            function.map(|function| Cache::new(function, raw, class))
        });
        let methods = methods
            .collect::<Option<Vec<_>>>()
            .ok_or(Unresolved::Useless(
                "the factory's object lacks an exported method",
            ))?;
        Ok(Instance {
            object: Owned::copy_of(object.zv()),
            methods,
        })
    }

    /// What to call for method `slot`. May run PHP code: a factory, a constructor.
    #[inline]
    fn resolve(&self, slot: usize) -> Result<Resolved, Unresolved> {
        let ready = self.instance.borrow().clone();
        let instance = match ready {
            Some(instance) => instance,
            None => self.make()?,
        };
        let Some(method) = instance.methods.get(slot) else {
            return Err(Unresolved::Useless("the object lacks an exported method"));
        };
        Ok(Resolved {
            cache: &raw const method.0,
            instance: Some(instance),
        })
    }

    #[cold]
    fn make(&self) -> Result<Rc<Instance>, Unresolved> {
        let mut object = Owned::undefined();
        match &self.source {
            Source::Given => return Err(Unresolved::Useless("the object is gone")),
            Source::PerCall => {
                construct::object(self.class, object.zv()).map_err(Unresolved::Call)?;
                return self.instance_of(&mut object).map(Rc::new);
            }
            Source::Factory(factory) => {
                let outcome = factory.call(object.zv(), 0, Zv(std::ptr::null_mut()));
                if outcome != Outcome::Returned {
                    return Err(Unresolved::Call(outcome));
                }
            }
        }
        // A factory that waited may have been run by another call too: the first object is everybody's.
        let made = Rc::new(self.instance_of(&mut object)?);
        let first = self.instance.borrow().clone();
        Ok(first.unwrap_or_else(|| {
            *self.instance.borrow_mut() = Some(Rc::clone(&made));
            made
        }))
    }
}

impl Method {
    /// What to call. May run PHP code.
    #[inline]
    pub(crate) fn resolve(&self) -> Result<Resolved, Unresolved> {
        match &self.target {
            Target::Member { service, slot } => service.resolve(*slot),
            Target::Callable(callable) => Ok(Resolved {
                cache: callable.cache(),
                instance: None,
            }),
            Target::Static(Cache(cache)) => Ok(Resolved {
                cache: &raw const *cache,
                instance: None,
            }),
        }
    }
}
