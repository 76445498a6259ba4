//! Objects that are to be made for the arguments of a call: planned while the arguments are checked, made when all of
//! them are known to fit, before the method is called.

use std::collections::HashMap;
use std::rc::Rc;

use crate::engine::callable::{Outcome, call_cached, take_exception};
use crate::engine::value::{Key, array_iter};
use crate::engine::{Owned, Zv, ffi};
use crate::rpc::check::{Mismatch, is_std};
use crate::rpc::construct;
use crate::rpc::records::Record;
use crate::serve::handler::end_foreign_child;

/// What is to be made, in an order in which the parts come before the whole. Kept from call to call.
#[derive(Default)]
pub(crate) struct Plan {
    makings: Vec<Making>,
    /// Arguments of the constructors.
    arguments: Vec<ffi::zval>,
    /// How deep the value lies that is being checked.
    depth: u32,
}

/// An object whose constructor is to be called. The argument, or the making, that it is for holds it.
#[derive(Debug)]
struct Making {
    object: *mut ffi::zend_object,
    record: Rc<Record>,
    /// Its arguments: from here on, so many.
    first: usize,
    count: usize,
}

/// A constructor that did not return.
#[derive(Debug)]
pub(crate) struct Unmade {
    pub(crate) outcome: Outcome,
    object: *mut ffi::zend_object,
}

impl Plan {
    /// Goes one object deeper.
    pub(crate) fn deeper(&mut self, most: u32) -> Result<(), Mismatch> {
        self.depth += 1;
        if self.depth > most {
            return Err(Mismatch::new("nested too deeply".into()));
        }
        Ok(())
    }

    pub(crate) fn shallower(&mut self) {
        self.depth -= 1;
    }

    /// Puts an object of the record in the place of `value`. `given` are the arguments of its constructor, which are
    /// parts of the value: `None` where the default is taken.
    pub(crate) fn make(
        &mut self,
        value: Zv,
        record: &Rc<Record>,
        given: impl Iterator<Item = Option<Zv>>,
    ) -> Result<(), Mismatch> {
        let first = self.arguments.len();
        let mut count = 0;
        for (index, given) in given.enumerate() {
            // SAFETY: all zeroes is an undefined value, which makes PHP take the default.
            let mut argument: ffi::zval = unsafe { std::mem::zeroed() };
            if let Some(given) = given {
                Zv(&raw mut argument).copy_from(given);
                count = index + 1;
            }
            self.arguments.push(argument);
        }
        self.arguments.truncate(first + count);
        // Where PHP lets native code go on beyond the memory limit, it has to stop by itself; the protected call around
        // it says why.
        // SAFETY: reads one flag.
        if unsafe { ffi::kg_is_out_of_memory() } {
            return Err(Mismatch::new("there is no memory for it".into()));
        }
        let mut made = Owned::undefined();
        // SAFETY: the class was prepared, so no code runs.
        let object = unsafe {
            ffi::kg_object_begin(record.class, made.zv().0)
                .then(|| made.zv().object())
                .flatten()
        };
        let Some(object) = object else {
            drop(take_exception());
            return Err(Mismatch::new("no object of its class can be made".into()));
        };
        value.release();
        value.copy_from(made.zv());
        self.makings.push(Making {
            object,
            record: Rc::clone(record),
            first,
            count,
        });
        Ok(())
    }

    /// Calls all constructors. They may wait; nobody else has this plan meanwhile.
    pub(crate) fn run(&mut self) -> Result<(), Unmade> {
        for making in &self.makings {
            // SAFETY: all zeroes is an empty cache.
            let mut cache: ffi::zend_fcall_info_cache = unsafe { std::mem::zeroed() };
            cache.function_handler = making.record.constructor;
            cache.object = making.object;
            cache.called_scope = making.record.class;
            // SAFETY: the arguments lie one after the other, and none is added while constructors run.
            let first = Zv(unsafe { self.arguments.as_mut_ptr().add(making.first) });
            let count = u32::try_from(making.count).unwrap_or(u32::MAX);
            let mut nothing = Owned::undefined();
            let outcome = call_cached(&cache, nothing.zv(), count, first);
            end_foreign_child();
            if outcome != Outcome::Returned {
                return Err(Unmade {
                    outcome,
                    object: making.object,
                });
            }
            // SAFETY: the object is held by what it is for.
            unsafe { ffi::kg_object_constructed(making.object) };
        }
        Ok(())
    }

    /// The way from `value` to the object that could not be made, if it is below it.
    pub(crate) fn place_of(&self, unmade: &Unmade, value: Zv, reason: &str) -> Option<Mismatch> {
        let by_object: HashMap<_, _> = self
            .makings
            .iter()
            .map(|making| (making.object, making))
            .collect();
        self.search(unmade.object, value, &by_object, reason)
    }

    fn search(
        &self,
        wanted: *mut ffi::zend_object,
        value: Zv,
        by_object: &HashMap<*mut ffi::zend_object, &Making>,
        reason: &str,
    ) -> Option<Mismatch> {
        let Some(object) = value.object() else {
            return value.array().and_then(|array| {
                array_iter(array).find_map(|(key, element)| {
                    self.search(wanted, element, by_object, reason)
                        .map(|found| found.below_key(key))
                })
            });
        };
        if object == wanted {
            return Some(Mismatch::new(reason.to_owned()));
        }
        if let Some(making) = by_object.get(&object) {
            let signature = making.record.signature()?;
            let parameters = &signature.parameters;
            return (0..making.count).find_map(|index| {
                // Not written to.
                let argument = self.arguments.get(making.first + index)?;
                let argument = Zv(std::ptr::from_ref(argument).cast_mut());
                let found = self.search(wanted, argument, by_object, reason)?;
                let Some(parameter) = parameters.get(index) else {
                    let found = found.below(&(index - parameters.len()).to_string());
                    return Some(found.below_key(Key::Name(&signature.trailing.as_ref()?.name)));
                };
                Some(found.below_key(Key::Name(&parameter.name)))
            });
        }
        if !is_std(value) {
            return None;
        }
        // SAFETY: the object is alive.
        let properties = unsafe { ffi::kg_object_properties(object) };
        array_iter(properties).find_map(|(key, member)| {
            self.search(wanted, member, by_object, reason)
                .map(|found| found.below_key(key))
        })
    }

    /// Forgets everything. The objects go, which can run their destructors.
    pub(crate) fn clear(&mut self) {
        self.makings.clear();
        self.depth = 0;
        let mut arguments = std::mem::take(&mut self.arguments);
        construct::release(Zv(arguments.as_mut_ptr()), arguments.len());
        arguments.clear();
        self.arguments = arguments;
    }
}
