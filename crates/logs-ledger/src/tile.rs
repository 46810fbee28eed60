//! Tiles (C2SP tlog-tiles): the stored hashes of a log in files of up to 256, eight levels apart.

use crate::hash::{HASH_BYTES, Hash, hash_nodes};
use crate::node::{HashReader, MAX_LOG_SIZE, NodeAddress};

/// Hashes in a full tile.
pub const TILE_WIDTH: u64 = 256;
/// Levels of the tree that a tile spans.
const TILE_HEIGHT: u8 = 8;
/// The highest level of tiles: nodes of a log have levels up to 63.
const MAX_TILE_LEVEL: u8 = 63 / TILE_HEIGHT;

/// A tile of a log of some size: the hashes of the nodes `256 × index ..` of level `8 × level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// The level of tiles, 0 for hashes of leaves.
    pub level: u8,
    /// The place among the tiles of this level, from 0.
    pub index: u64,
    /// How many hashes it holds, 1 to 256; fewer than 256 only in the last tile of a level.
    pub width: u16,
}

impl Tile {
    /// The tile at a place of a log of `size` leaves, when the log has one there.
    #[must_use]
    pub fn of(size: u64, level: u8, index: u64) -> Option<Self> {
        if level > MAX_TILE_LEVEL || size > MAX_LOG_SIZE {
            return None;
        }
        let hashes = size >> (TILE_HEIGHT * level);
        let before = index.checked_mul(TILE_WIDTH)?;
        let width = hashes.checked_sub(before)?.min(TILE_WIDTH);
        let width = u16::try_from(width).ok().filter(|width| *width > 0)?;
        Some(Self {
            level,
            index,
            width,
        })
    }

    /// The tile of a log of `size` leaves from which the hash of a node is made.
    #[must_use]
    pub fn of_node(size: u64, node: NodeAddress) -> Option<Self> {
        let first = node
            .index
            .checked_shl(u32::from(node.level % TILE_HEIGHT))?;
        Self::of(size, node.level / TILE_HEIGHT, first / TILE_WIDTH)
    }

    /// The highest level on which a log of `size` leaves has tiles; `None` for the empty log.
    #[must_use]
    pub fn top_level(size: u64) -> Option<u8> {
        let top = size.checked_ilog2()?;
        u8::try_from(top).ok().map(|top| top / TILE_HEIGHT)
    }

    /// `tile/LEVEL/INDEX`, with `.p/WIDTH` behind it when it is not full. INDEX is in groups of three digits, all
    /// but the last marked with an `x`, so that no folder is long.
    #[must_use]
    pub fn path(&self) -> String {
        let mut index = format!("{:03}", self.index % 1000);
        let mut rest = self.index / 1000;
        while rest > 0 {
            index = format!("x{:03}/{index}", rest % 1000);
            rest /= 1000;
        }
        let mut path = format!("tile/{}/{index}", self.level);
        if u64::from(self.width) < TILE_WIDTH {
            path.push_str(&format!(".p/{}", self.width));
        }
        path
    }

    /// The address of one of its hashes.
    #[must_use]
    pub fn node(&self, place: u16) -> NodeAddress {
        NodeAddress {
            level: self.level * TILE_HEIGHT,
            index: self.index * TILE_WIDTH + u64::from(place),
        }
    }
}

/// The hash of a node from the hashes of its tile; `None` unless they are those of `tile` and the
/// node is in it.
pub(crate) fn node_in_tile(tile: Tile, hashes: &[u8], node: NodeAddress) -> Option<Hash> {
    let height = node.level % TILE_HEIGHT;
    let first = node.index.checked_shl(u32::from(height))?;
    let within = usize::try_from(first.checked_sub(tile.index * TILE_WIDTH)?).ok()?;
    let count = 1_usize << height;
    let (from, to) = (within * HASH_BYTES, (within + count) * HASH_BYTES);
    if hashes.len() != usize::from(tile.width) * HASH_BYTES {
        return None;
    }
    let chunks = hashes.get(from..to)?.chunks_exact(HASH_BYTES);
    let mut row: Vec<Hash> = chunks
        .filter_map(|bytes| bytes.try_into().ok().map(Hash::from_bytes))
        .collect();
    while row.len() > 1 {
        row = row
            .chunks_exact(2)
            .map(|pair| hash_nodes(&pair[0], &pair[1]))
            .collect();
    }
    row.first().copied()
}

/// The bytes of a tile, from stored hashes.
///
/// # Errors
/// Those of the reader.
pub fn tile_bytes<R: HashReader>(reader: &R, tile: Tile) -> Result<Vec<u8>, R::Error> {
    let mut bytes = Vec::with_capacity(usize::from(tile.width) * HASH_BYTES);
    for place in 0..tile.width {
        bytes.extend_from_slice(reader.read_hash(tile.node(place))?.as_bytes());
    }
    Ok(bytes)
}
