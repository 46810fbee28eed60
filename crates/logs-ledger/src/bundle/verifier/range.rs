//! The entries of a range: each against its tile and, all together, the root.

use super::lines::Lines;
use super::records::{Counts, Records};
use super::roots::Roots;
use super::{Findings, Tiles};
use crate::bundle::line::EntryLine;
use crate::bundle::manifest::Manifest;
use crate::bundle::{BundleSource, EntryName, Layout, Problem, Unreadable};
use crate::compact_range::CompactRange;
use crate::error::{LedgerError, ReadError};
use crate::hash::Hash;
use crate::node::{HashReader, NodeAddress};
use crate::signer::TreeHead;

/// Walks through the entries.
pub(super) struct Range<'a, S> {
    lines: Lines<'a>,
    /// A line that was read, and whose entry was not asked for yet.
    waiting: Option<EntryLine>,
    tiles: &'a Tiles<'a, S>,
    layout: Layout,
    range: CompactRange,
    records: Records<'a>,
}

impl<'a, S: BundleSource> Range<'a, S> {
    /// Begins with the hashes before the range.
    pub(super) fn new(
        source: &'a S,
        tiles: &'a Tiles<'a, S>,
        manifest: &'a Manifest,
        layout: Layout,
    ) -> Result<Self, Unreadable> {
        Ok(Self {
            lines: Lines::open(source)?,
            waiting: None,
            tiles,
            layout,
            range: CompactRange::covering(tiles, 0, layout.from()).map_err(unread)?,
            records: Records::new(&manifest.tenant, manifest.minimum_index),
        })
    }

    /// Checks all entries against the tiles, and that the tiles lead to the signed head.
    pub(super) fn run(
        mut self,
        head: TreeHead,
        roots: &mut Roots<'_>,
        findings: &mut Findings<'_>,
    ) -> Result<Counts, Unreadable> {
        roots.reached(&self.range, findings)?;
        for index in self.layout.from()..self.layout.to() {
            let leaf = self.entry(index, findings)?;
            let mut stored = Stored::default();
            let appended = self
                .range
                .append(leaf, &mut |node, hash| stored.push(node, hash));
            appended.map_err(unfit)?;
            stored.compare(self.tiles, findings)?;
            roots.reached(&self.range, findings)?;
        }
        let left = self.waiting.take();
        left.iter().for_each(|line| unexpected(line, findings));
        while let Some(line) = self.lines.next()? {
            match line {
                Some(line) => unexpected(&line, findings),
                None => {
                    let line = self.lines.read;
                    findings.add(None, Problem::EntryForm { line });
                }
            }
        }
        let after = CompactRange::covering(self.tiles, self.layout.to(), self.layout.size());
        let after = after.map_err(unread)?;
        let mut stored = Stored::default();
        let merged = self
            .range
            .merge(&after, &mut |node, hash| stored.push(node, hash));
        merged.map_err(unfit)?;
        stored.compare(self.tiles, findings)?;
        if self.range.root().map_err(unfit)? != head.root {
            findings.add(None, Problem::Root);
        }
        Ok(self.records.finish(findings))
    }

    /// Checks an entry against its tile, and gives the hash in the tile: the root shows whether that is the
    /// log's.
    fn entry(&mut self, index: u64, findings: &mut Findings<'_>) -> Result<Hash, Unreadable> {
        let node = NodeAddress { level: 0, index };
        let leaf = self.tiles.read_hash(node)?;
        if let Some(line) = self.line(index, findings)? {
            let name = line.name();
            if self.records.entry(name, &line.entry, findings) != leaf {
                let path = self.tiles.path(node);
                findings.add(Some(name), Problem::Altered { path });
            }
        }
        Ok(leaf)
    }

    /// The line of an entry, when it is there.
    fn line(
        &mut self,
        index: u64,
        findings: &mut Findings<'_>,
    ) -> Result<Option<EntryLine>, Unreadable> {
        let record = None;
        let name = EntryName { index, record };
        loop {
            let line = match self.waiting.take() {
                Some(line) => Some(line),
                None => match self.lines.next()? {
                    Some(line) => line,
                    None => break,
                },
            };
            let Some(line) = line.filter(|line| line.chosen.is_none()) else {
                let line = self.lines.read;
                findings.add(Some(name), Problem::EntryForm { line });
                return Ok(None);
            };
            match line.index.cmp(&index) {
                std::cmp::Ordering::Equal => return Ok(Some(line)),
                std::cmp::Ordering::Less => unexpected(&line, findings),
                std::cmp::Ordering::Greater => {
                    self.waiting = Some(line);
                    break;
                }
            }
        }
        findings.add(Some(name), Problem::EntryMissing);
        Ok(None)
    }
}

fn unexpected(line: &EntryLine, findings: &mut Findings<'_>) {
    findings.add(Some(line.name()), Problem::EntryUnexpected);
}

/// Hashes that an entry completed, of which some are in tiles.
#[derive(Default)]
struct Stored(Vec<(NodeAddress, Hash)>);

impl Stored {
    fn push(&mut self, node: NodeAddress, hash: Hash) {
        if node.level > 0 && node.level.is_multiple_of(8) {
            self.0.push((node, hash));
        }
    }

    /// Compares with the tiles.
    fn compare<S: BundleSource>(
        self,
        tiles: &Tiles<'_, S>,
        findings: &mut Findings<'_>,
    ) -> Result<(), Unreadable> {
        for (node, hash) in self.0 {
            if tiles.read_hash(node)? != hash {
                let path = tiles.path(node);
                findings.add(None, Problem::Tile { path });
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
