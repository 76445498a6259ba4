//! A table whose places are reused; a generation tells who had a place.

/// A place in a table, and who has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) index: u32,
    pub(crate) generation: u32,
}

#[derive(Debug)]
pub(crate) struct Slots<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
    live: usize,
}

#[derive(Debug)]
struct Slot<T> {
    generation: u32,
    value: Option<T>,
}

impl<T> Slots<T> {
    pub(crate) const fn new() -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            live: 0,
        }
    }

    /// How many places are taken.
    pub(crate) const fn len(&self) -> usize {
        self.live
    }

    pub(crate) fn insert(&mut self, value: T) -> Place {
        self.live += 1;
        let index = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot {
                generation: 0,
                value: None,
            });
            (self.slots.len() - 1) as u32
        });
        let slot = &mut self.slots[index as usize];
        slot.value = Some(value);
        Place {
            index,
            generation: slot.generation,
        }
    }

    pub(crate) fn remove(&mut self, place: Place) -> Option<T> {
        self.get_mut(place)?;
        let slot = self.slots.get_mut(place.index as usize)?;
        slot.generation = slot.generation.wrapping_add(1);
        self.free.push(place.index);
        self.live -= 1;
        slot.value.take()
    }

    pub(crate) fn get(&self, place: Place) -> Option<&T> {
        let slot = self.slots.get(place.index as usize)?;
        slot.value
            .as_ref()
            .filter(|_| slot.generation == place.generation)
    }

    pub(crate) fn get_mut(&mut self, place: Place) -> Option<&mut T> {
        let slot = self.slots.get_mut(place.index as usize)?;
        let is_same = slot.generation == place.generation;
        slot.value.as_mut().filter(|_| is_same)
    }

    /// The place with this number, if it is taken.
    pub(crate) fn at(&self, index: u32) -> Option<Place> {
        let slot = self.slots.get(index as usize)?;
        slot.value.is_some().then_some(Place {
            index,
            generation: slot.generation,
        })
    }

    /// The places that are taken.
    pub(crate) fn places(&self) -> impl Iterator<Item = Place> {
        (0..self.slots.len() as u32).filter_map(|index| self.at(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reused_place_is_not_its_predecessor() {
        let mut slots = Slots::new();
        let first = slots.insert('a');
        let second = slots.insert('b');
        assert_eq!(slots.remove(first), Some('a'));
        assert_eq!(slots.remove(first), None);
        let third = slots.insert('c');
        assert_eq!(third.index, first.index);
        assert_eq!(slots.get(first), None);
        assert_eq!(slots.get_mut(third), Some(&mut 'c'));
        assert_eq!(slots.places().collect::<Vec<_>>(), [third, second]);
        assert_eq!(slots.len(), 2);
    }
}
