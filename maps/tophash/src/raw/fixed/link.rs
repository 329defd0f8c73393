//! A link: the number of a node, a mark, and a tag that is another one after each change.
//!
//! ```text
//!   63            32 31   30                0
//!   ┌───────────────┬────┬───────────────────┐
//!   │ tag           │mark│ number + 1, or 0  │
//!   └───────────────┴────┴───────────────────┘
//! ```

/// A mark says that the node whose link this is is gone.
const MARK: u64 = 1 << 31;
const NUMBER: u64 = MARK - 1;
const TAG: u32 = 32;

/// The value of a link's word. That of zeroed memory leads nowhere.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Link(pub(super) u64);

impl Link {
    /// The node that it leads to.
    pub(super) fn node(self) -> Option<u32> {
        ((self.0 & NUMBER) as u32).checked_sub(1)
    }

    pub(super) fn is_marked(self) -> bool {
        self.0 & MARK != 0
    }

    /// What comes after this: it leads elsewhere, and has the next tag.
    pub(super) fn to(self, node: Option<u32>) -> Self {
        let next = (self.0 >> TAG).wrapping_add(1);
        let tag = mutant!("tag-three-bits", next & 7, next);
        Self(tag << TAG | node.map_or(0, |node| u64::from(node) + 1))
    }

    pub(super) fn marked(self) -> Self {
        Self(self.0 | MARK)
    }
}

/// Nodes that can be numbered.
#[cfg(not(loom))]
pub(super) const MOST: usize = NUMBER as usize;

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_its_parts_and_tags_wrap() {
        let nowhere = Link(0);
        assert_eq!((nowhere.node(), nowhere.is_marked()), (None, false));
        let link = nowhere.to(Some(7));
        assert_eq!((link.node(), link.0 >> TAG), (Some(7), 1));
        let gone = link.to(link.node()).marked();
        assert_eq!((gone.node(), gone.is_marked(), gone.0 >> TAG), (Some(7), true, 2));
        let last = Link(u64::MAX << TAG).to(Some(MOST as u32 - 1));
        assert_eq!(
            (last.node(), last.is_marked(), last.0 >> TAG),
            (Some(MOST as u32 - 1), false, 0)
        );
    }
}
