//! Values by key. A key is not used again: one that outlives its value finds nothing.

/// A table whose places are reused; the upper half of a key tells whose turn at the place it is.
#[derive(Debug)]
pub(crate) struct Table<T> {
    places: Vec<Place<T>>,
    free: Vec<u32>,
}

#[derive(Debug)]
struct Place<T> {
    /// From 1, so that no key is 0.
    turn: u32,
    value: Option<T>,
}

/// Turns that a key has bits for: a key is part of a [`kargo_loop::Token`], which leaves 56.
const TURNS: u32 = 1 << 24;

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            places: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T> Table<T> {
    /// Puts a value in; its key is not 0 and has at most 56 bits.
    pub(crate) fn insert(&mut self, value: T) -> u64 {
        let index = self.free.pop().unwrap_or_else(|| {
            self.places.push(Place {
                turn: 1,
                value: None,
            });
            u32::try_from(self.places.len() - 1).unwrap_or(u32::MAX)
        });
        let place = &mut self.places[index as usize];
        place.value = Some(value);
        (u64::from(place.turn) << 32) | u64::from(index)
    }

    /// Takes a value out.
    pub(crate) fn remove(&mut self, key: u64) -> Option<T> {
        let place = self.place(key)?;
        let value = place.value.take()?;
        place.turn = place.turn % (TURNS - 1) + 1;
        self.free.push(key as u32);
        Some(value)
    }

    #[inline]
    pub(crate) fn get(&mut self, key: u64) -> Option<&mut T> {
        self.place(key)?.value.as_mut()
    }

    #[inline]
    pub(crate) fn find(&self, key: u64) -> Option<&T> {
        let place = self.places.get(key as u32 as usize)?;
        let is_current = u64::from(place.turn) == key >> 32;
        place.value.as_ref().filter(|_| is_current)
    }

    /// The key of the value at a place, which is the lower half of its key.
    #[inline]
    pub(crate) fn key_at(&self, index: u32) -> Option<u64> {
        let place = self.places.get(index as usize)?;
        place.value.as_ref()?;
        Some((u64::from(place.turn) << 32) | u64::from(index))
    }

    /// Whether there is a value.
    #[inline]
    pub(crate) fn has_any(&self) -> bool {
        self.places.len() != self.free.len()
    }

    /// All values with their keys.
    pub(crate) fn iter(&mut self) -> impl Iterator<Item = (u64, &mut T)> {
        let places = self.places.iter_mut().enumerate();
        places.filter_map(|(index, place)| {
            let key = (u64::from(place.turn) << 32) | index as u64;
            place.value.as_mut().map(|value| (key, value))
        })
    }

    #[inline]
    fn place(&mut self, key: u64) -> Option<&mut Place<T>> {
        let place = self.places.get_mut(key as u32 as usize)?;
        (u64::from(place.turn) == key >> 32).then_some(place)
    }
}
