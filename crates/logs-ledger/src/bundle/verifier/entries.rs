//! The entries of a bundle: each against its tile, its payloads and, all together, the root.

use super::payloads::Payloads;
use super::redactions::Redactions;
use super::roots::Roots;
use super::{Findings, Tiles};
use crate::bundle::{
    BundleSource, EntryName, Layout, Part, PartContent, Problem, Unreadable, read_limited,
};
use crate::compact_range::CompactRange;
use crate::entry_bundle::{MAX_LEAF_BYTES, entries};
use crate::error::{LedgerError, ReadError};
use crate::hash::{Hash, hash_leaf};
use crate::leaf::Leaf;
use crate::node::{HashReader, NodeAddress};
use crate::signer::TreeHead;
use crate::tile::TILE_WIDTH;

const MAX_BUNDLE_BYTES: usize = TILE_WIDTH as usize * (2 + MAX_LEAF_BYTES);

/// Walks through the entries.
pub(super) struct Entries<'a, S> {
    source: &'a S,
    tiles: &'a Tiles<'a, S>,
    tenant: &'a str,
    layout: Layout,
    range: CompactRange,
    redactions: Redactions,
    read: Read,
}

/// What was read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Read {
    pub(super) entries: u64,
    pub(super) redacted_parts: u64,
    pub(super) occurred_from_micros: i64,
    pub(super) occurred_to_micros: i64,
}

impl<'a, S: BundleSource> Entries<'a, S> {
    /// Begins with the hashes before the range.
    pub(super) fn new(
        source: &'a S,
        tiles: &'a Tiles<'a, S>,
        tenant: &'a str,
        layout: Layout,
    ) -> Result<Self, Unreadable> {
        Ok(Self {
            source,
            tiles,
            tenant,
            layout,
            range: CompactRange::covering(tiles, 0, layout.from()).map_err(unread)?,
            redactions: Redactions::default(),
            read: Read {
                entries: 0,
                redacted_parts: 0,
                occurred_from_micros: i64::MAX,
                occurred_to_micros: i64::MIN,
            },
        })
    }

    /// Checks all entries, and that they lead to the signed head.
    pub(super) fn run(
        mut self,
        head: TreeHead,
        roots: &mut Roots<'_>,
        findings: &mut Findings<'_>,
    ) -> Result<Read, Unreadable> {
        roots.reached(&self.range, findings)?;
        let mut payloads = Payloads::open(self.source)?;
        for tile in self.layout.entry_bundles() {
            let path = tile.entries_path();
            let bytes = read_limited(self.source, &path, MAX_BUNDLE_BYTES)?;
            let mut found = 0;
            for leaf in entries(&bytes) {
                let cut = || Unreadable::new(&path, "an entry is cut off");
                self.entry(leaf.ok_or_else(cut)?, &mut payloads, findings)?;
                roots.reached(&self.range, findings)?;
                found += 1;
            }
            let expected = u64::from(tile.width);
            if found != expected {
                let problem = Problem::EntryCount {
                    path,
                    expected,
                    found,
                };
                findings.add(None, problem);
                return Ok(self.read);
            }
        }
        payloads.finish(findings)?;
        let after = CompactRange::covering(self.tiles, self.layout.to(), self.layout.size());
        let after = after.map_err(unread)?;
        let mut stored = Stored::default();
        let merged = self
            .range
            .merge(&after, &mut |node, hash| stored.push(node, hash));
        merged.map_err(unfit)?;
        stored.compare(self.tiles, None, findings)?;
        if self.range.root().map_err(unfit)? != head.root {
            findings.add(None, Problem::Root);
        }
        self.read.redacted_parts = self.redactions.count;
        self.redactions.finish(findings);
        Ok(self.read)
    }

    fn entry(
        &mut self,
        bytes: &[u8],
        payloads: &mut Payloads<'_>,
        findings: &mut Findings<'_>,
    ) -> Result<(), Unreadable> {
        let index = self.range.end();
        let leaf = Leaf::decode(bytes);
        let id = leaf.map(|leaf| leaf.entry_id);
        let name = EntryName { index, id };
        let mut stored = Stored::default();
        let appended = self
            .range
            .append(hash_leaf(bytes), &mut |node, hash| stored.push(node, hash));
        appended.map_err(unfit)?;
        stored.compare(self.tiles, Some(name), findings)?;
        self.read.entries += 1;
        let Some(leaf) = leaf else {
            findings.add(Some(name), Problem::LeafForm);
            return Ok(());
        };
        if leaf.tenant != self.tenant {
            findings.add(Some(name), Problem::LeafTenant);
        }
        let occurred = leaf.occurred_at_micros;
        self.read.occurred_from_micros = self.read.occurred_from_micros.min(occurred);
        self.read.occurred_to_micros = self.read.occurred_to_micros.max(occurred);
        let mut what = None;
        for (part, commitment) in [(Part::Who, leaf.who), (Part::What, leaf.what)] {
            let Some(content) = payloads.part(name, part, findings)? else {
                continue;
            };
            if !content.opens(&commitment) {
                findings.add(Some(name), Problem::Payload { part });
            }
            if let PartContent::Redacted { by } = content {
                self.redactions.claim(name, leaf.kind, part, by, findings);
            }
            what = (part == Part::What).then_some(content);
        }
        self.redactions
            .recorded(index, &leaf, what.as_ref(), findings);
        Ok(())
    }
}

/// Hashes that an entry completed, of which some are in tiles.
#[derive(Default)]
struct Stored(Vec<(NodeAddress, Hash)>);

impl Stored {
    fn push(&mut self, node: NodeAddress, hash: Hash) {
        if node.level.is_multiple_of(8) {
            self.0.push((node, hash));
        }
    }

    /// Compares with the tiles.
    fn compare<S: BundleSource>(
        self,
        tiles: &Tiles<'_, S>,
        entry: Option<EntryName>,
        findings: &mut Findings<'_>,
    ) -> Result<(), Unreadable> {
        for (node, hash) in self.0 {
            if tiles.read_hash(node)? != hash {
                let path = tiles.path(node);
                let entry = entry.filter(|_| node.level == 0);
                findings.add(entry, Problem::Tile { path });
            }
        }
        Ok(())
    }
}

fn unread(error: ReadError<Unreadable>) -> Unreadable {
    match error {
        ReadError::Reader { source, .. } => source,
        ReadError::OutOfRange { .. } => Unreadable::new("tile", error),
    }
}

fn unfit(error: LedgerError) -> Unreadable {
    Unreadable::new("tile", error)
}
