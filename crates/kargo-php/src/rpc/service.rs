//! Where the objects come from whose methods are called: given, made anew for each call, or made once by a factory.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use crate::engine::callable::{Outcome, call_cached};
use crate::engine::value::{array_find, class_of, string_bytes};
use crate::engine::{Callable, Owned, Zv, ffi};
use crate::rpc::construct;
use crate::serve::handler::end_foreign_child;

/// How a service gets its object.
#[derive(Debug)]
pub(crate) enum Source {
    /// It was given.
    Given(Owned),
    /// A new one for each call.
    PerCall,
    /// Made by a factory, once in this process, when it is first needed; again as long as that fails.
    Factory(Callable),
}

/// An object, or what becomes one.
#[derive(Debug)]
pub(crate) struct Service {
    source: Source,
    class: *mut ffi::zend_class_entry,
    /// The methods of the class, by slot.
    functions: Vec<*mut ffi::zend_function>,
    instance: RefCell<Option<Rc<Instance>>>,
}

/// An object and what to call for its methods.
#[derive(Debug)]
struct Instance {
    object: Owned,
    methods: Vec<Cache>,
}

/// A resolved function with the object or class it is called on.
pub(crate) struct Cache(ffi::zend_fcall_info_cache);

/// What to call, and what must stay alive meanwhile.
#[derive(Debug)]
pub(crate) struct Resolved {
    cache: *const ffi::zend_fcall_info_cache,
    instance: Option<Rc<Instance>>,
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
    /// A service of `class` with the methods `functions`, which are the class's or its interface's.
    ///
    /// # Errors
    /// A given object lacks one of them.
    pub(crate) fn new(
        mut source: Source,
        class: *mut ffi::zend_class_entry,
        functions: Vec<*mut ffi::zend_function>,
    ) -> Result<Self, Unresolved> {
        let mut instance = None;
        if let Source::Given(object) = &mut source {
            let methods = methods_of(object, &functions)?;
            let object = Owned::copy_of(object.zv());
            instance = Some(Rc::new(Instance { object, methods }));
        }
        Ok(Self {
            source,
            class,
            functions,
            instance: RefCell::new(instance),
        })
    }

    /// What to call for method `slot`. May run PHP code: a factory, a constructor.
    #[inline]
    pub(crate) fn resolve(&self, slot: usize) -> Result<Resolved, Unresolved> {
        let ready = self.instance.borrow().clone();
        match ready {
            Some(instance) => Resolved::of(instance, slot),
            None => self.make(slot),
        }
    }

    #[cold]
    fn make(&self, slot: usize) -> Result<Resolved, Unresolved> {
        let mut object = Owned::undefined();
        match &self.source {
            Source::Given(_) => return Err(Unresolved::Useless("the object is gone")),
            Source::PerCall => {
                construct::object(self.class, object.zv()).map_err(Unresolved::Call)?;
                let functions = self.functions.get(slot..=slot).unwrap_or_default();
                let methods = methods_of(&mut object, functions)?;
                return Resolved::of(Rc::new(Instance { object, methods }), 0);
            }
            Source::Factory(factory) => {
                let outcome = factory.call(object.zv(), 0, Zv(std::ptr::null_mut()));
                if outcome != Outcome::Returned {
                    return Err(Unresolved::Call(outcome));
                }
            }
        }
        let methods = methods_of(&mut object, &self.functions)?;
        let made = Rc::new(Instance { object, methods });
        // A factory that waited may have been run by another call too: the first object is everybody's.
        let first = self.instance.borrow().clone();
        let Some(first) = first else {
            *self.instance.borrow_mut() = Some(Rc::clone(&made));
            return Resolved::of(made, slot);
        };
        give_up(made);
        Resolved::of(first, slot)
    }
}

/// The given functions as `object` has them: its class may extend or implement the one they are of.
fn methods_of(
    object: &mut Owned,
    functions: &[*mut ffi::zend_function],
) -> Result<Vec<Cache>, Unresolved> {
    let Some(raw) = object.zv().object() else {
        return Err(Unresolved::Useless("the factory gave no object"));
    };
    let class = class_of(raw);
    // SAFETY: the class is alive.
    let table = unsafe { &raw mut (*class).function_table };
    let resolve = |function: &*mut ffi::zend_function| {
        // SAFETY: the function is alive, since its class is.
        let (name, scope) = unsafe {
            (
                string_bytes((**function).common.function_name),
                (**function).common.scope,
            )
        };
        if scope == class {
            return Some(Cache::new(*function, raw, class));
        }
        let found = array_find(table, &name.to_ascii_lowercase())?;
        // SAFETY: function tables hold pointers to functions.
        Some(Cache::new(unsafe { (*found.0).value.func }, raw, class))
    };
    let methods: Option<Vec<Cache>> = functions.iter().map(resolve).collect();
    methods.ok_or(Unresolved::Useless(
        "the factory's object lacks an exported method",
    ))
}

/// Gives up an object that nobody else has; its destructor may run PHP code.
fn give_up(instance: Rc<Instance>) {
    if let Ok(mut instance) = Rc::try_unwrap(instance) {
        construct::release(instance.object.zv(), 1);
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

    pub(crate) const fn as_ptr(&self) -> *const ffi::zend_fcall_info_cache {
        &raw const self.0
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cache")
    }
}

impl Resolved {
    /// A resolution that lives as long as its method does.
    pub(crate) const fn lasting(cache: *const ffi::zend_fcall_info_cache) -> Self {
        Self {
            cache,
            instance: None,
        }
    }

    #[inline]
    fn of(instance: Rc<Instance>, slot: usize) -> Result<Self, Unresolved> {
        match instance.methods.get(slot) {
            Some(method) => Ok(Self {
                cache: method.as_ptr(),
                instance: Some(instance),
            }),
            None => Err(Unresolved::Useless("the object lacks an exported method")),
        }
    }

    /// Calls it with `count` arguments that lie one after the other.
    #[inline]
    pub(crate) fn call(&self, result: Zv, count: u32, first: Zv) -> Outcome {
        // SAFETY: the instance is held here, anything else by the method.
        let outcome = call_cached(unsafe { &*self.cache }, result, count, first);
        end_foreign_child();
        outcome
    }

    /// The call is over. An object that was made for it goes now.
    #[inline]
    pub(crate) fn finish(self) {
        if let Some(instance) = self.instance {
            give_up(instance);
        }
    }
}
