//! Which tiles a bundle holds: those of its range, and those from which the hashes of the rest come.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use super::BundleError;
use crate::compact_range::CompactRange;
use crate::node::MAX_LOG_SIZE;
use crate::tile::{TILE_WIDTH, Tile};

/// The entries of a bundle among those of its log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    size: u64,
    from: u64,
    to: u64,
}

impl Layout {
    /// The entries `from..to` of a log of `size` entries. Both ends lie between tiles:
    /// they are multiples of 256, or `to` is the size.
    ///
    /// # Errors
    /// [`BundleError::Range`] for other ends, and for no entries at all.
    pub fn new(size: u64, from: u64, to: u64) -> Result<Self, BundleError> {
        let whole =
            from.is_multiple_of(TILE_WIDTH) && (to.is_multiple_of(TILE_WIDTH) || to == size);
        let expected = if size > MAX_LOG_SIZE {
            "a log has at most 2^63 entries"
        } else if from >= to || to > size {
            "at least one entry, and none behind the last"
        } else if !whole {
            "ends at multiples of 256, or at the end of the log"
        } else {
            return Ok(Self { size, from, to });
        };
        Err(BundleError::Range {
            size,
            from,
            to,
            expected,
        })
    }

    /// The smallest such range that holds the entries `from..to`.
    ///
    /// # Errors
    /// [`BundleError::Range`] for no entries at all, and for ends outside of the log.
    pub fn covering(size: u64, from: u64, to: u64) -> Result<Self, BundleError> {
        let from_tile = from - from % TILE_WIDTH;
        let to_tile = to.checked_next_multiple_of(TILE_WIDTH).unwrap_or(to);
        let empty = from >= to || to > size;
        Self::new(
            size,
            if empty { from } else { from_tile },
            if empty { to } else { to_tile.min(size) },
        )
    }

    /// Entries of the log.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The first entry.
    #[must_use]
    pub const fn from(&self) -> u64 {
        self.from
    }

    /// The first entry behind the range.
    #[must_use]
    pub const fn to(&self) -> u64 {
        self.to
    }

    /// How many tiles there are: computed, since a forger may claim any size.
    pub(super) fn files(&self) -> u64 {
        let beside = self.beside();
        let levels = 0..=Tile::top_level(self.size).unwrap_or(0);
        let hashes = levels.map(|level| {
            let inside = self.inside(level);
            let outside = beside.range((level, 0)..=(level, u64::MAX));
            let outside = outside.filter(|(_, index)| !inside.contains(index)).count();
            // The last tile of the level may begin before the end of the range.
            let there = (self.size >> (8 * u32::from(level))).div_ceil(TILE_WIDTH);
            let inside = there.min(inside.end() + 1).saturating_sub(*inside.start());
            inside + outside as u64
        });
        hashes.sum()
    }

    /// All tiles of hashes, level by level.
    pub(super) fn tiles(&self) -> impl Iterator<Item = Tile> + use<> {
        let size = self.size;
        let levels = 0..=Tile::top_level(size).unwrap_or(0);
        let beside = self.beside();
        let range = *self;
        levels.flat_map(move |level| {
            let inside = range.inside(level);
            let outside = beside.range((level, 0)..=(level, u64::MAX));
            let outside: Vec<u64> = outside
                .map(|(_, index)| *index)
                .filter(|index| !inside.contains(index))
                .collect();
            let (before, after): (Vec<u64>, Vec<u64>) = outside
                .into_iter()
                .partition(|index| index < inside.start());
            let places = before.into_iter().chain(inside).chain(after);
            places.filter_map(move |index| Tile::of(size, level, index))
        })
    }

    /// The places of the tiles that hold hashes of the range itself.
    fn inside(&self, level: u8) -> RangeInclusive<u64> {
        let tile = |entry: u64| (entry >> (8 * u32::from(level))) / TILE_WIDTH;
        tile(self.from)..=tile(self.to - 1)
    }

    /// The levels and places of the tiles from which the hashes beside the range come: at most two
    /// for each level of the tree.
    fn beside(&self) -> BTreeSet<(u8, u64)> {
        let before = CompactRange::cover::<()>(0, self.from);
        let after = CompactRange::cover::<()>(self.to, self.size);
        let nodes = before.into_iter().chain(after).flatten();
        let tiles = nodes.filter_map(|node| Tile::of_node(self.size, node));
        tiles.map(|tile| (tile.level, tile.index)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Layout;

    #[test]
    fn files_are_as_many_as_there_are_tiles() {
        for size in [
            1, 255, 256, 257, 3000, 65_535, 65_536, 65_537, 70_000, 200_000,
        ] {
            let mut ends: Vec<u64> = (0..size).step_by(256 * 37).collect();
            ends.extend([256, 512, 65_536].into_iter().filter(|end| *end < size));
            ends.push(size);
            ends.sort_unstable();
            ends.dedup();
            for from in &ends {
                for to in ends.iter().filter(|to| *to > from) {
                    let layout = Layout::new(size, *from, *to).unwrap();
                    let counted = layout.tiles().count();
                    assert_eq!(layout.files(), counted as u64, "{from}..{to} of {size}");
                }
            }
        }
    }
}
