//! The connections, by number.

use super::connection::Connection;

/// No deadline.
pub(super) const NEVER: u64 = u64::MAX;

/// A table whose places are reused; a generation tells who had a place.
#[derive(Debug, Default)]
pub(super) struct Slab {
    slots: Vec<Slot>,
    /// Beside the slots, so that looking for what is due reads 8 bytes per connection.
    pub(super) deadlines: Vec<u64>,
    free: Vec<u32>,
}

#[derive(Debug)]
struct Slot {
    generation: u32,
    connection: Option<Connection>,
}

impl Slab {
    pub(super) fn insert(&mut self, connection: Connection) -> u32 {
        if let Some(index) = self.free.pop() {
            self.slots[index as usize].connection = Some(connection);
            return index;
        }
        self.slots.push(Slot {
            generation: 0,
            connection: Some(connection),
        });
        self.deadlines.push(NEVER);
        (self.slots.len() - 1) as u32
    }

    pub(super) fn remove(&mut self, index: u32) -> Option<Connection> {
        let slot = self.slots.get_mut(index as usize)?;
        let connection = slot.connection.take()?;
        slot.generation = slot.generation.wrapping_add(1);
        self.deadlines[index as usize] = NEVER;
        self.free.push(index);
        Some(connection)
    }

    #[inline]
    pub(super) fn get(&self, index: u32) -> Option<&Connection> {
        self.slots.get(index as usize)?.connection.as_ref()
    }

    #[inline]
    pub(super) fn get_mut(&mut self, index: u32) -> Option<&mut Connection> {
        self.slots.get_mut(index as usize)?.connection.as_mut()
    }

    #[inline]
    pub(super) fn generation(&self, index: u32) -> u32 {
        self.slots
            .get(index as usize)
            .map_or(0, |slot| slot.generation)
    }

    /// The numbers that may be in use are below this.
    pub(super) fn bound(&self) -> u32 {
        self.slots.len() as u32
    }
}
