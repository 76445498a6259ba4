//! Values as they are decoded: a stack of PHP values, folded into arrays and objects at their exact size.

use std::cell::UnsafeCell;
use std::convert::Infallible;
use std::rc::Rc;

use kargo_rpc::{Builder, DateTime, LikelyKey};

use crate::engine::throw::class;
use crate::engine::value::{new_string, string_bytes};
use crate::engine::{Global, Zv, ffi, object};
use crate::rpc::predecessor::{self, Level};

/// What a JSON object or an XML-RPC struct becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ObjectsAs {
    /// Associative arrays; numeric keys become integers.
    #[default]
    Arrays,
    /// stdClass: `{}` stays `{}` and `{"0":1}` stays an object.
    Objects,
}

/// Slots of the key cache; a power of two.
const CACHE_SLOTS: usize = 256;
/// Longer keys are rarely repeated.
const CACHED_KEY_BYTES: usize = 32;

/// A key that came before.
#[derive(Clone, Copy)]
struct CachedKey {
    /// With its hash; one reference is the cache's. NULL: none yet.
    string: *mut ffi::zend_string,
    text: LikelyKey,
    /// Where the key is that came after this one.
    next: u16,
}

/// Where a key is that is not in the cache: behind its end, so that it has one that came after it, too.
const UNCACHED: u16 = CACHE_SLOTS as u16;

/// Keys that came before: records repeat their keys, and in the same order. All stacks share them.
struct KeyCache(UnsafeCell<[CachedKey; CACHE_SLOTS + 1]>);

static KEYS: Global<Rc<KeyCache>> = Global::new();

impl KeyCache {
    fn shared() -> Rc<Self> {
        KEYS.with_or(
            || {
                let none = CachedKey {
                    string: std::ptr::null_mut(),
                    text: LikelyKey::NONE,
                    next: UNCACHED,
                };
                Rc::new(Self(UnsafeCell::new([none; CACHE_SLOTS + 1])))
            },
            |keys| Rc::clone(keys),
        )
    }

    /// The entry in a place.
    #[inline]
    fn at(&self, place: u16) -> CachedKey {
        // SAFETY: there is one thread, and no reference to an entry outlives the two functions here.
        unsafe { (*self.0.get())[usize::from(place)] }
    }

    /// Changes the entry in a place. `change` must not look at others.
    fn change<R>(&self, place: u16, change: impl FnOnce(&mut CachedKey) -> R) -> R {
        // SAFETY: as above.
        change(unsafe { &mut (&mut *self.0.get())[usize::from(place)] })
    }
}

impl Drop for KeyCache {
    fn drop(&mut self) {
        for cached in self
            .0
            .get_mut()
            .iter()
            .filter(|cached| !cached.string.is_null())
        {
            // SAFETY: the cache owns one reference of each.
            unsafe { ffi::kg_string_release(cached.string) };
        }
    }
}

/// A builder of PHP values. Reused: a decoding that was left by a longjmp is cleaned up by [`Self::reset`].
pub(crate) struct ValueStack {
    values: Vec<ffi::zval>,
    keys: Rc<KeyCache>,
    /// Where the latest key is.
    last_key: u16,
    /// Where the key is that came after it the last time.
    likely_key: u16,
    /// The container that is being decoded, and those around it.
    level: Level,
    outer: Vec<Level>,
    pub(crate) objects_as: ObjectsAs,
    is_flooded: bool,
}

fn undefined() -> ffi::zval {
    // SAFETY: all zeroes is an undefined value.
    unsafe { std::mem::zeroed() }
}

impl ValueStack {
    pub(crate) fn new() -> Self {
        Self {
            values: Vec::new(),
            keys: KeyCache::shared(),
            last_key: UNCACHED,
            likely_key: UNCACHED,
            level: Level::OUTERMOST,
            outer: Vec::new(),
            objects_as: ObjectsAs::Arrays,
            is_flooded: false,
        }
    }

    /// Whether an object's keys were chosen to collide in PHP's hash tables. It was left out then, and the whole body
    /// is to be refused.
    pub(crate) fn is_flooded(&self) -> bool {
        self.is_flooded
    }

    /// The value at `index`, counted from the bottom.
    #[inline]
    pub(crate) fn at(&mut self, index: usize) -> Zv {
        Zv(&raw mut self.values[index])
    }

    /// Gives up all values from `len` on, and whatever was begun.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.restart();
        self.release_from(len);
    }

    /// What comes next is in no container, and like nothing that came before.
    pub(crate) fn restart(&mut self) {
        self.level = Level::OUTERMOST;
        self.outer.clear();
    }

    fn release_from(&mut self, len: usize) {
        while self.values.len() > len {
            if let Some(mut value) = self.values.pop() {
                Zv(&raw mut value).release();
            }
        }
    }

    /// Gives up everything.
    pub(crate) fn reset(&mut self) {
        self.is_flooded = false;
        self.truncate(0);
    }

    /// Takes the topmost value; the caller owns it.
    pub(crate) fn pop_into(&mut self, target: Zv) {
        if let Some(value) = self.values.pop() {
            // SAFETY: the value moves; nobody else has this reference.
            unsafe { *target.0 = value };
        }
    }

    #[inline]
    fn push(&mut self, fill: impl FnOnce(Zv)) {
        let mut value = undefined();
        fill(Zv(&raw mut value));
        self.values.push(value);
    }

    /// The key that is in this place of the cache comes next.
    #[inline(always)]
    fn push_cached(&mut self, place: u16) {
        let cached = self.keys.at(place);
        self.last_key = place;
        self.likely_key = cached.next;
        if !self.level.pass_key(cached.string) {
            self.push_key(cached.string);
        }
    }

    /// Apart, so that passing a key needs no frame.
    #[inline(never)]
    fn push_key(&mut self, key: *mut ffi::zend_string) {
        if self.level.is_without_keys() {
            self.differ();
        }
        self.push_shared(key);
    }

    #[inline]
    fn push_shared(&mut self, string: *mut ffi::zend_string) {
        self.push(|slot| {
            slot.set_string(string);
            slot.count_one_more();
        });
    }

    /// The object is not like the one before any more: the keys it has so far come onto the stack.
    #[cold]
    #[inline(never)]
    fn differ(&mut self) {
        let table = self.level.differ();
        let values = self.values.split_off(self.level.start);
        for (index, value) in values.into_iter().enumerate() {
            self.push_shared(predecessor::key_at(table, index));
            self.values.push(value);
        }
    }

    #[inline]
    fn begin(&mut self, is_object: bool) {
        let inner = self.level.enter(self.values.len(), is_object);
        self.outer.push(self.level);
        self.level = inner;
    }

    /// The innermost container is complete, and `table` is all that was in it.
    #[inline]
    fn end(&mut self, table: *mut ffi::zend_array) {
        self.level = self.outer.pop().unwrap_or(Level::OUTERMOST);
        self.level.latest = table;
    }

    /// Pushes an object or an associative array.
    #[inline]
    fn push_table(&mut self, table: *mut ffi::zend_array) {
        let is_object = self.objects_as == ObjectsAs::Objects;
        self.push(|slot| {
            if is_object {
                // SAFETY: the object takes the table over.
                slot.set_object(unsafe { ffi::kg_object_of(table) });
            } else {
                slot.set_array(table);
            }
        });
    }

    /// The table of an object that was like the one before to its end.
    #[inline]
    fn table_like(&mut self, before: *mut ffi::zend_array) -> *mut ffi::zend_array {
        let start = self.level.start;
        // SAFETY: as many values as `before` has are on the stack; the table takes them over, and they are forgotten here.
        unsafe {
            let table = ffi::kg_table_like(before, self.values.as_ptr().add(start));
            self.values.set_len(start);
            table
        }
    }

    /// The table of the topmost `len` pairs; NULL, and nothing of them left, if their keys were chosen to collide.
    #[inline(never)]
    fn table_of_pairs(&mut self, len: usize) -> *mut ffi::zend_array {
        if self.level.is_without_keys() {
            self.differ();
        }
        let start = self.values.len() - 2 * len;
        let numeric_keys = self.objects_as == ObjectsAs::Arrays;
        // SAFETY: the topmost `len` pairs are alive; the table takes them over, and they are forgotten here.
        unsafe {
            let pairs = self.values.as_mut_ptr().add(start);
            if ffi::kg_is_flood(pairs, len as u32) {
                self.is_flooded = true;
                self.release_from(start);
                return std::ptr::null_mut();
            }
            let table = ffi::kg_table_of(pairs, len as u32, numeric_keys);
            self.values.set_len(start);
            table
        }
    }

    /// The place of a key in the cache, which it has afterwards; `UNCACHED` if it can't be there.
    fn cache_key(&mut self, key: &[u8]) -> u16 {
        let (Some(first), Some(last)) = (key.first(), key.last()) else {
            return UNCACHED;
        };
        if key.len() < 2 || key.len() > CACHED_KEY_BYTES {
            return UNCACHED;
        }
        let middle = key[key.len() / 2];
        let mixed = usize::from(*first).wrapping_mul(31)
            ^ usize::from(*last).wrapping_mul(7)
            ^ usize::from(middle).wrapping_mul(131)
            ^ key.len().wrapping_mul(17);
        let place = (mixed % CACHE_SLOTS) as u16;
        let cached = self.keys.at(place);
        if cached.string.is_null() || string_bytes(cached.string) != key {
            let string = new_string(key);
            self.keys.change(place, |cached| {
                cached.string = string;
                cached.text = LikelyKey::of(key);
            });
            // SAFETY: both strings are alive; the cache owned one reference of the old one.
            unsafe {
                ffi::kg_hash_string(string);
                if !cached.string.is_null() {
                    ffi::kg_string_release(cached.string);
                }
            }
        }
        place
    }
}

impl Builder for ValueStack {
    type Error = Infallible;

    #[inline]
    fn null(&mut self) -> Result<(), Infallible> {
        self.push(Zv::set_null);
        Ok(())
    }

    #[inline]
    fn bool(&mut self, value: bool) -> Result<(), Infallible> {
        self.push(|slot| slot.set_bool(value));
        Ok(())
    }

    #[inline]
    fn int(&mut self, value: i64) -> Result<(), Infallible> {
        self.push(|slot| slot.set_int(value));
        Ok(())
    }

    #[inline]
    fn float(&mut self, value: f64) -> Result<(), Infallible> {
        self.push(|slot| slot.set_float(value));
        Ok(())
    }

    #[inline]
    fn string(&mut self, utf8: &[u8]) -> Result<(), Infallible> {
        match self.level.same_string(utf8) {
            Some(string) => self.push_shared(string),
            None => self.push(|slot| slot.set_bytes(utf8)),
        }
        Ok(())
    }

    fn binary(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        let mut binary = object::instantiate_plain(class::binary());
        if let Some(target) = binary.zv().object() {
            object::property(target, 0).set_bytes(bytes);
        }
        self.push(|slot| slot.copy_from(binary.zv()));
        Ok(())
    }

    fn date_time(&mut self, value: &DateTime) -> Result<(), Infallible> {
        let mut text = Vec::with_capacity(40);
        match value.offset_minutes {
            Some(_) => value.write_rfc3339_to(&mut text),
            // Without a zone: PHP takes its default time zone.
            None => value.write_to(&mut text),
        }
        self.push(|slot| {
            // SAFETY: the text is read during the call; a fresh object is made.
            unsafe { ffi::kg_date_from_text(text.as_ptr().cast(), text.len(), slot.0) };
        });
        Ok(())
    }

    #[inline]
    fn begin_array(&mut self) -> Result<(), Infallible> {
        self.begin(false);
        Ok(())
    }

    fn end_array(&mut self, len: usize) -> Result<(), Infallible> {
        let start = self.values.len() - len;
        // SAFETY: the array takes over the topmost `len` values, which are forgotten here.
        let array = unsafe {
            let array = ffi::kg_list_of(self.values.as_ptr().add(start), len as u32);
            self.values.set_len(start);
            array
        };
        self.end(array);
        self.push(|slot| slot.set_array(array));
        Ok(())
    }

    #[inline]
    fn begin_object(&mut self) -> Result<(), Infallible> {
        self.begin(true);
        Ok(())
    }

    #[inline(never)]
    fn key(&mut self, utf8: &[u8]) -> Result<(), Infallible> {
        let place = self.cache_key(utf8);
        self.keys.change(self.last_key, |last| last.next = place);
        if place == UNCACHED {
            self.last_key = UNCACHED;
            self.likely_key = self.keys.at(UNCACHED).next;
            let string = new_string(utf8);
            if !self.level.pass_key(string) {
                if self.level.is_without_keys() {
                    self.differ();
                }
                self.push(|slot| slot.set_string(string));
            }
        } else {
            self.push_cached(place);
        }
        Ok(())
    }

    #[inline]
    fn likely_key(&self) -> LikelyKey {
        self.keys.at(self.likely_key).text
    }

    #[inline]
    fn take_likely_key(&mut self) -> Result<(), Infallible> {
        self.push_cached(self.likely_key);
        Ok(())
    }

    fn end_object(&mut self, len: usize) -> Result<(), Infallible> {
        let table = match self.level.same_keys() {
            Some(before) => self.table_like(before),
            None => self.table_of_pairs(len),
        };
        self.end(table);
        if table.is_null() {
            return self.null();
        }
        self.push_table(table);
        Ok(())
    }
}

/// Gives up what is kept of keys and tables, when the script ends.
pub(crate) fn clear() {
    drop(KEYS.replace(None));
    // SAFETY: no table is being made.
    unsafe { ffi::kg_templates_drop() }
}

impl Drop for ValueStack {
    fn drop(&mut self) {
        self.reset();
    }
}
