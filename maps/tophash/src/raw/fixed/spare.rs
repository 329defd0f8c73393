//! What an entry needs that is about to go in: a node, filled and not linked yet, and room.

use super::link::Link;
use super::{NoRoom, Room};
use crate::sync::{Ordering, fence};

/// A node that is not linked yet, and room for an entry; given back if they are not used.
pub(super) struct Spare<'g> {
    room: Room<'g>,
    pub(super) node: Option<u32>,
    pub(super) has_room: bool,
}

impl<'g> Spare<'g> {
    pub(super) fn new(room: Room<'g>) -> Self {
        Self { room, node: None, has_room: false }
    }

    /// A node with an entry, which leads to `next`; and with room for one more entry, if there is to be one.
    pub(super) fn filled(
        &mut self,
        list: usize,
        is_new: bool,
        (key, value): (u64, u64),
        next: Option<u32>,
    ) -> Result<u32, NoRoom> {
        if is_new && !self.has_room {
            let capacity = self.room.capacity() as u64;
            let one_more = |entries: u64| (entries < capacity).then_some(entries + 1);
            let entries = &self.room.header.entries;
            entries
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more)
                .map_err(|_| NoRoom)?;
            self.has_room = true;
        }
        let number = match self.node {
            Some(node) => node,
            None => self.room.allocate(list).ok_or(NoRoom)?,
        };
        self.node = Some(number);
        let node = self.room.node(number);
        let link = Link(node.next.load(Ordering::Relaxed)).to(next);
        // Whoever reads what is stored now from an earlier time sees that the node was unlinked since.
        fence(Ordering::Release);
        node.next.store(link.0, Ordering::Relaxed);
        node.key.store(key, Ordering::Relaxed);
        node.value.store(value, Ordering::Relaxed);
        Ok(number)
    }
}

impl Drop for Spare<'_> {
    fn drop(&mut self) {
        if let Some(node) = self.node {
            self.room.free(node);
        }
        if self.has_room {
            self.room.header.entries.fetch_sub(1, Ordering::Relaxed);
        }
    }
}
