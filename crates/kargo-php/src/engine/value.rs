//! PHP values: [`Zv`] points to one, [`Owned`] owns one.

use std::fmt;

use super::ffi;

/// The type of a value, as PHP numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Undefined,
    Null,
    False,
    True,
    Int,
    Float,
    String,
    Array,
    Object,
    Resource,
    Reference,
    Other,
}

const REFCOUNTED: u32 = 1 << 8;
const COLLECTABLE: u32 = 2 << 8;
/// `IS_STR_INTERNED`, `GC_IMMUTABLE`: not counted.
const IMMUTABLE: u32 = 1 << 6;
const STRING_HEADER: usize = std::mem::offset_of!(ffi::zend_string, val);

/// A pointer to a value of the engine's.
#[derive(Clone, Copy)]
pub(crate) struct Zv(pub(crate) *mut ffi::zval);

impl fmt::Debug for Zv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zv({:?})", self.kind())
    }
}

/// The bytes of a PHP string; valid while a reference to it is held.
#[inline]
pub(crate) fn string_bytes<'a>(string: *const ffi::zend_string) -> &'a [u8] {
    // SAFETY: a zend_string carries its length, and its bytes follow the header.
    unsafe { std::slice::from_raw_parts(string.cast::<u8>().add(STRING_HEADER), (*string).len) }
}

/// A new PHP string; empty and one-byte strings are the engine's own.
#[inline]
pub(crate) fn new_string(bytes: &[u8]) -> *mut ffi::zend_string {
    // SAFETY: the engine copies `len` bytes.
    unsafe { ffi::kg_string(bytes.as_ptr().cast(), bytes.len()) }
}

impl Zv {
    #[inline]
    pub(crate) fn kind(self) -> Kind {
        match self.type_info() & 0xff {
            0 => Kind::Undefined,
            1 => Kind::Null,
            2 => Kind::False,
            3 => Kind::True,
            4 => Kind::Int,
            5 => Kind::Float,
            6 => Kind::String,
            7 => Kind::Array,
            8 => Kind::Object,
            9 => Kind::Resource,
            10 => Kind::Reference,
            _ => Kind::Other,
        }
    }

    #[inline]
    fn type_info(self) -> u32 {
        // SAFETY: module invariant.
        unsafe { (*self.0).u1.type_info }
    }

    #[inline]
    fn set_type_info(self, info: u32) {
        // SAFETY: module invariant.
        unsafe { (*self.0).u1.type_info = info }
    }

    /// The value behind a PHP reference.
    #[inline]
    pub(crate) fn dereferenced(self) -> Self {
        if self.kind() == Kind::Reference {
            // SAFETY: the type says that `ref` is set.
            Self(unsafe { &raw mut (*(*self.0).value.ref_).val })
        } else {
            self
        }
    }

    pub(crate) fn set_null(self) {
        self.set_type_info(ffi::IS_NULL);
    }

    #[inline]
    pub(crate) fn set_undefined(self) {
        self.set_type_info(ffi::IS_UNDEF);
    }

    #[inline]
    pub(crate) fn set_bool(self, value: bool) {
        self.set_type_info(if value { ffi::IS_TRUE } else { ffi::IS_FALSE });
    }

    #[inline]
    pub(crate) fn set_int(self, value: i64) {
        // SAFETY: module invariant.
        unsafe { (*self.0).value.lval = value }
        self.set_type_info(ffi::IS_LONG);
    }

    #[inline]
    pub(crate) fn set_float(self, value: f64) {
        // SAFETY: module invariant.
        unsafe { (*self.0).value.dval = value }
        self.set_type_info(ffi::IS_DOUBLE);
    }

    /// A copy of `bytes` as a PHP string.
    #[inline]
    pub(crate) fn set_bytes(self, bytes: &[u8]) {
        self.set_string(new_string(bytes));
    }

    /// Takes over one reference to `string`.
    #[inline]
    pub(crate) fn set_string(self, string: *mut ffi::zend_string) {
        // SAFETY: module invariant; interned strings are not counted.
        unsafe {
            (*self.0).value.str_ = string;
            let interned = (*string).gc.u.type_info & IMMUTABLE != 0;
            self.set_type_info(if interned {
                ffi::IS_STRING
            } else {
                ffi::IS_STRING | REFCOUNTED
            });
        }
    }

    /// Takes over one reference to `array`.
    #[inline]
    pub(crate) fn set_array(self, array: *mut ffi::zend_array) {
        // SAFETY: module invariant; immutable arrays are not counted.
        unsafe {
            (*self.0).value.arr = array;
            let immutable = (*array).gc.u.type_info & IMMUTABLE != 0;
            let info = ffi::IS_ARRAY
                | if immutable {
                    0
                } else {
                    REFCOUNTED | COLLECTABLE
                };
            self.set_type_info(info);
        }
    }

    /// Takes over one reference to `object`.
    #[inline]
    pub(crate) fn set_object(self, object: *mut ffi::zend_object) {
        // SAFETY: module invariant.
        unsafe { (*self.0).value.obj = object }
        self.set_type_info(ffi::IS_OBJECT | REFCOUNTED | COLLECTABLE);
    }

    /// Takes over one reference to `resource`.
    #[inline]
    pub(crate) fn set_resource(self, resource: *mut ffi::zend_resource) {
        // SAFETY: module invariant.
        unsafe { (*self.0).value.res = resource }
        self.set_type_info(ffi::IS_RESOURCE | REFCOUNTED);
    }

    /// Counts one more reference to `resource` and points to it.
    pub(crate) fn share_resource(self, resource: *mut ffi::zend_resource) {
        // SAFETY: module invariant.
        unsafe { (*resource).gc.refcount += 1 }
        self.set_resource(resource);
    }

    /// Counts one more reference to `object` and points to it.
    pub(crate) fn share_object(self, object: *mut ffi::zend_object) {
        // SAFETY: module invariant.
        unsafe { (*object).gc.refcount += 1 }
        self.set_object(object);
    }

    /// Makes this a copy of `other`, counting one more reference.
    #[inline]
    pub(crate) fn copy_from(self, other: Self) {
        // SAFETY: module invariant; the value of a refcounted type points to its counter.
        unsafe {
            (*self.0).value = (*other.0).value;
            let info = other.type_info();
            self.set_type_info(info);
            if info & 0xff00 != 0 {
                (*(*self.0).value.counted).gc.refcount += 1;
            }
        }
    }

    /// Counts one more reference to what this value refers to.
    #[inline]
    pub(crate) fn count_one_more(self) {
        if self.type_info() & 0xff00 != 0 {
            // SAFETY: the value of a refcounted type points to its counter.
            unsafe { (*(*self.0).value.counted).gc.refcount += 1 }
        }
    }

    #[inline]
    pub(crate) fn int(self) -> Option<i64> {
        // SAFETY: the type says what the value is.
        (self.kind() == Kind::Int).then(|| unsafe { (*self.0).value.lval })
    }

    #[inline]
    pub(crate) fn float(self) -> Option<f64> {
        // SAFETY: the type says what the value is.
        (self.kind() == Kind::Float).then(|| unsafe { (*self.0).value.dval })
    }

    /// The bytes of a string; valid while this value holds it.
    #[inline]
    pub(crate) fn bytes<'a>(self) -> Option<&'a [u8]> {
        self.string().map(|string| string_bytes(string))
    }

    #[inline]
    pub(crate) fn string(self) -> Option<*mut ffi::zend_string> {
        // SAFETY: the type says what the value is.
        (self.kind() == Kind::String).then(|| unsafe { (*self.0).value.str_ })
    }

    #[inline]
    pub(crate) fn array(self) -> Option<*mut ffi::zend_array> {
        // SAFETY: the type says what the value is.
        (self.kind() == Kind::Array).then(|| unsafe { (*self.0).value.arr })
    }

    #[inline]
    pub(crate) fn object(self) -> Option<*mut ffi::zend_object> {
        // SAFETY: the type says what the value is.
        (self.kind() == Kind::Object).then(|| unsafe { (*self.0).value.obj })
    }

    #[inline]
    pub(crate) fn resource(self) -> Option<*mut ffi::zend_resource> {
        // SAFETY: the type says what the value is.
        (self.kind() == Kind::Resource).then(|| unsafe { (*self.0).value.res })
    }

    #[allow(dead_code, reason = "part of the vocabulary")]
    pub(crate) fn is_true(self) -> bool {
        self.kind() == Kind::True
    }

    /// The name of its type, or of its class.
    pub(crate) fn type_name<'a>(self) -> &'a str {
        // SAFETY: the engine's names are NUL-terminated and live as long as the value.
        let name = unsafe { std::ffi::CStr::from_ptr(ffi::kg_type_name(self.0)) };
        name.to_str().unwrap_or("?")
    }

    /// Whether a string is, or may be, the value of others, too.
    #[inline]
    pub(crate) fn is_shared(self) -> bool {
        // SAFETY: the value of a refcounted type points to its counter.
        self.type_info() & 0xff00 == 0 || unsafe { (*(*self.0).value.counted).gc.refcount > 1 }
    }

    /// Gives up the reference this value holds and leaves it undefined.
    #[inline]
    pub(crate) fn release(self) {
        if self.type_info() & 0xff00 != 0 {
            // SAFETY: the value is set, and undefined afterwards.
            unsafe { ffi::kg_release(self.0) }
        }
        self.set_undefined();
    }
}

/// A value that holds its reference.
#[repr(transparent)]
pub(crate) struct Owned(ffi::zval);

impl fmt::Debug for Owned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Owned")
    }
}

impl Owned {
    #[inline]
    pub(crate) fn undefined() -> Self {
        // SAFETY: all zeroes is IS_UNDEF.
        Self(unsafe { std::mem::zeroed() })
    }

    pub(crate) fn copy_of(other: Zv) -> Self {
        let mut owned = Self::undefined();
        owned.zv().copy_from(other);
        owned
    }

    pub(crate) fn object(object: *mut ffi::zend_object) -> Self {
        let mut owned = Self::undefined();
        owned.zv().set_object(object);
        owned
    }

    pub(crate) fn of_bytes(bytes: &[u8]) -> Self {
        let mut owned = Self::undefined();
        owned.zv().set_bytes(bytes);
        owned
    }

    #[inline]
    pub(crate) fn zv(&mut self) -> Zv {
        Zv(&raw mut self.0)
    }
}

impl Drop for Owned {
    #[inline]
    fn drop(&mut self) {
        self.zv().release();
    }
}

/// A new, empty PHP array with room for `size` elements.
pub(crate) fn new_array(size: u32) -> *mut ffi::zend_array {
    // SAFETY: plain allocation by the engine.
    unsafe { ffi::kg_array(size) }
}

/// Counts one more reference to an array, unless it is one that is not counted.
#[inline]
pub(crate) fn hold_array(array: *mut ffi::zend_array) {
    // SAFETY: module invariant.
    unsafe {
        if (*array).gc.u.type_info & IMMUTABLE == 0 {
            (*array).gc.refcount += 1;
        }
    }
}

/// Gives up what [`hold_array`] counted.
#[inline]
pub(crate) fn release_array(array: *mut ffi::zend_array) {
    // SAFETY: module invariant.
    unsafe {
        let is_counted = (*array).gc.u.type_info & IMMUTABLE == 0;
        // Whoever else gave up a reference meanwhile has told the garbage collector.
        if is_counted && (*array).gc.refcount > 1 {
            (*array).gc.refcount -= 1;
        } else {
            let mut last = Owned::undefined();
            last.zv().set_array(array);
        }
    }
}

/// Sets `key` (a numeric one becomes an integer) to `value`, whose reference the array takes over.
pub(crate) fn array_set(array: *mut ffi::zend_array, key: &[u8], value: Zv) {
    // SAFETY: module invariant; the key is copied.
    unsafe { ffi::kg_array_set_bytes(array, key.as_ptr().cast(), key.len(), value.0) }
}

/// Appends `value`, whose reference the array takes over.
pub(crate) fn array_push(array: *mut ffi::zend_array, value: Zv) {
    // SAFETY: module invariant.
    unsafe { ffi::kg_array_push(array, value.0) }
}

/// The element at a string key.
pub(crate) fn array_find(array: *mut ffi::zend_array, key: &[u8]) -> Option<Zv> {
    // SAFETY: module invariant.
    let found = unsafe { ffi::kg_array_find(array, key.as_ptr().cast(), key.len()) };
    (!found.is_null()).then_some(Zv(found))
}

/// A key of a PHP array.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key<'a> {
    Index(i64),
    Name(&'a [u8]),
}

/// The elements of an array in order. The array must not change meanwhile.
pub(crate) fn array_iter<'a>(array: *mut ffi::zend_array) -> ArrayIter<'a> {
    // SAFETY: module invariant.
    let (used, flags) = unsafe { ((*array).nNumUsed, (*array).u.flags) };
    ArrayIter {
        array,
        at: 0,
        used,
        packed: flags & ffi::HASH_FLAG_PACKED != 0,
        life: std::marker::PhantomData,
    }
}

/// How many elements an array has.
#[inline]
pub(crate) fn array_len(array: *mut ffi::zend_array) -> u32 {
    // SAFETY: module invariant.
    unsafe { (*array).nNumOfElements }
}

/// See [`array_iter`].
#[derive(Debug)]
pub(crate) struct ArrayIter<'a> {
    array: *mut ffi::zend_array,
    at: u32,
    used: u32,
    packed: bool,
    life: std::marker::PhantomData<&'a ()>,
}

impl ArrayIter<'_> {
    /// Whether it is a packed array: its keys are indices in ascending order.
    #[inline]
    pub(crate) fn is_packed(&self) -> bool {
        self.packed
    }

    /// Slots in use, holes included.
    #[inline]
    pub(crate) fn len_used(&self) -> u32 {
        self.used
    }
}

impl ArrayIter<'_> {
    /// The next element: its key as a string, NULL where it is an index; the index; the value.
    #[inline]
    pub(crate) fn next_entry(&mut self) -> Option<(*mut ffi::zend_string, i64, Zv)> {
        while self.at < self.used {
            let index = self.at as usize;
            self.at += 1;
            // SAFETY: `index` is below nNumUsed; a packed array has bare values, another one buckets.
            let (key, number, value) = unsafe {
                if self.packed {
                    let value = (*self.array).__bindgen_anon_1.arPacked.add(index);
                    (std::ptr::null_mut(), index as i64, Zv(value))
                } else {
                    let bucket = (*self.array).__bindgen_anon_1.arData.add(index);
                    let number = (*bucket).h.cast_signed();
                    ((*bucket).key, number, Zv(&raw mut (*bucket).val))
                }
            };
            // An element may be an INDIRECT slot (symbol tables, property tables).
            let value = value.direct();
            if value.kind() != Kind::Undefined {
                return Some((key, number, value));
            }
        }
        None
    }
}

impl<'a> Iterator for ArrayIter<'a> {
    type Item = (Key<'a>, Zv);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (key, number, value) = self.next_entry()?;
        let key = if key.is_null() {
            Key::Index(number)
        } else {
            Key::Name(string_bytes(key))
        };
        Some((key, value))
    }
}

impl Zv {
    #[inline]
    fn direct(self) -> Self {
        if self.type_info() & 0xff == 12 {
            // SAFETY: IS_INDIRECT says that `zv` is set.
            Self(unsafe { (*self.0).value.zv })
        } else {
            self
        }
    }
}

/// The values of a packed array in order. The array must not change meanwhile.
#[derive(Debug)]
pub(crate) struct Values {
    next: *mut ffi::zval,
    end: *mut ffi::zval,
}

/// The members of an array in order: its key as a string, NULL where it is an index; the index; the value. The array must
/// not change meanwhile.
#[derive(Debug)]
pub(crate) struct Members {
    next: *mut ffi::Bucket,
    end: *mut ffi::Bucket,
}

/// What an array is made of.
#[derive(Debug)]
pub(crate) enum Elements {
    /// Keys are indices in ascending order, and places can be empty.
    Packed(Values),
    Hashed(Members),
}

/// The elements of an array, for walks that have to be fast; others take [`array_iter`].
#[inline]
pub(crate) fn elements(array: *mut ffi::zend_array) -> Elements {
    // SAFETY: module invariant; a packed array has bare values, another one buckets, and nNumUsed of them.
    unsafe {
        let used = (*array).nNumUsed as usize;
        if (*array).u.flags & ffi::HASH_FLAG_PACKED != 0 {
            let next = (*array).__bindgen_anon_1.arPacked;
            let end = next.add(used);
            Elements::Packed(Values { next, end })
        } else {
            let next = (*array).__bindgen_anon_1.arData;
            let end = next.add(used);
            Elements::Hashed(Members { next, end })
        }
    }
}

impl Iterator for Values {
    type Item = Zv;

    #[inline]
    fn next(&mut self) -> Option<Zv> {
        while self.next != self.end {
            let value = Zv(self.next);
            // SAFETY: not behind the end.
            self.next = unsafe { self.next.add(1) };
            if value.kind() != Kind::Undefined {
                return Some(value);
            }
        }
        None
    }
}

impl Iterator for Members {
    type Item = (*mut ffi::zend_string, i64, Zv);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        while self.next != self.end {
            let bucket = self.next;
            // SAFETY: not behind the end.
            let (key, number, value) = unsafe {
                self.next = bucket.add(1);
                let number = (*bucket).h.cast_signed();
                ((*bucket).key, number, Zv(&raw mut (*bucket).val))
            };
            // An element may be an INDIRECT slot (symbol tables, property tables).
            let value = value.direct();
            if value.kind() != Kind::Undefined {
                return Some((key, number, value));
            }
        }
        None
    }
}

impl Members {
    /// Whether the first place has a name: keys are not 0, 1, 2 … then.
    #[inline]
    pub(crate) fn begin_with_name(&self) -> bool {
        // SAFETY: not behind the end.
        self.next != self.end && unsafe { !(*self.next).key.is_null() }
    }
}

/// The name of a class.
pub(crate) fn class_name<'a>(class: *const ffi::zend_class_entry) -> &'a [u8] {
    // SAFETY: module invariant.
    string_bytes(unsafe { (*class).name })
}

/// The class of an object.
pub(crate) fn class_of(object: *const ffi::zend_object) -> *mut ffi::zend_class_entry {
    // SAFETY: module invariant.
    unsafe { (*object).ce }
}
