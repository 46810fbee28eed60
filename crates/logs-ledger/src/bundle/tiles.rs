//! Stored hashes from the tiles of a bundle.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::{BundleSource, Unreadable, read_limited};
use crate::hash::{HASH_BYTES, Hash};
use crate::node::{HashReader, NodeAddress};
use crate::tile::{Tile, node_in_tile};

/// Reads hashes from tiles; the last tile of each level is kept.
pub(super) struct Tiles<'a, S> {
    source: &'a S,
    size: u64,
    last: RefCell<BTreeMap<u8, (Tile, Vec<u8>)>>,
}

impl<'a, S: BundleSource> Tiles<'a, S> {
    /// The tiles of a log of `size` entries.
    pub(super) fn new(source: &'a S, size: u64) -> Self {
        Self {
            source,
            size,
            last: RefCell::default(),
        }
    }

    /// The tile that holds a hash, for messages.
    pub(super) fn path(&self, node: NodeAddress) -> String {
        Tile::of_node(self.size, node).map_or_else(String::new, |tile| tile.path())
    }
}

impl<S: BundleSource> HashReader for Tiles<'_, S> {
    type Error = Unreadable;

    fn read_hash(&self, node: NodeAddress) -> Result<Hash, Unreadable> {
        let absent = || Unreadable::new("tile", "there is no such hash");
        let tile = Tile::of_node(self.size, node).ok_or_else(absent)?;
        let mut last = self.last.borrow_mut();
        let kept = last.get(&tile.level).filter(|(kept, _)| *kept == tile);
        if kept.is_none() {
            let bytes = read_limited(self.source, &tile.path(), 256 * HASH_BYTES)?;
            last.insert(tile.level, (tile, bytes));
        }
        let bytes = last.get(&tile.level).map_or(&[][..], |(_, bytes)| bytes);
        let short = || Unreadable::new(tile.path(), format!("it holds not {} hashes", tile.width));
        node_in_tile(tile, bytes, node).ok_or_else(short)
    }
}
