//! Reading and translating on a thread of its own, a little ahead of the appends.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinHandle;

use super::source::{self, Unreadable};
use super::translate::{ImportContext, Translated, Translator, memory_of};
use super::{Format, Input, Location, Rejected, Tally};

/// How many records are handed over at once, and how many bytes of them.
const CHUNK_RECORDS: usize = 256;
const CHUNK_BYTES: usize = 1024 * 1024;
/// How many chunks may wait.
const CHUNKS_AHEAD: usize = 4;
/// How many bytes may wait, or be appended, beside the chunk that is being made: a larger chunk, of one
/// huge record, waits until there is no other.
const BYTES_AHEAD: usize = 16 * 1024 * 1024;

/// What is imported, and how.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) input: Input,
    pub(crate) format: Format,
    pub(crate) translator: Translator,
    pub(crate) context: ImportContext,
}

/// A record that was read: what it became, or why it is refused, with its bytes.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) location: Location,
    pub(crate) bytes: Vec<u8>,
    pub(crate) result: Result<Translated, Rejected>,
}

impl Item {
    /// How many bytes it takes in memory, about.
    fn memory(&self) -> usize {
        let drafts = self.result.iter().flat_map(|made| &made.drafts);
        self.bytes.len() + drafts.map(memory_of).sum::<usize>()
    }
}

/// Some records, and the room that they take among those that wait.
pub(crate) struct Chunk {
    pub(crate) items: Vec<Item>,
    _room: OwnedSemaphorePermit,
}

/// Records on their way, and how far the source is read.
pub(crate) struct Reading {
    pub(crate) chunks: mpsc::Receiver<Chunk>,
    pub(crate) bytes: Arc<AtomicU64>,
    /// How the reading ended: that there are no more chunks does not say that all was read. With
    /// what the importer should know of the source.
    pub(crate) ended: JoinHandle<Result<Vec<String>, Unreadable>>,
}

/// Starts to read.
pub(crate) fn start(job: Job) -> Reading {
    let (sender, chunks) = mpsc::channel(CHUNKS_AHEAD);
    let bytes = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&bytes);
    let ended = tokio::task::spawn_blocking(move || read(&job, counted, &sender));
    Reading {
        chunks,
        bytes,
        ended,
    }
}

fn read(
    job: &Job,
    bytes: Arc<AtomicU64>,
    sender: &mpsc::Sender<Chunk>,
) -> Result<Vec<String>, Unreadable> {
    let reader = Counted {
        reader: job.input.open()?,
        bytes,
    };
    let reader: Box<dyn BufRead + Send> = Box::new(BufReader::new(reader));
    let tally = Tally::default();
    let mut ordinal = 0;
    let mut chunk = Vec::new();
    let mut chunk_bytes = 0;
    let room = Arc::new(Semaphore::new(BYTES_AHEAD));
    let runtime = Handle::current();
    let hand_over = |chunk: &mut Vec<Item>, bytes: usize| {
        let items = std::mem::take(chunk);
        if items.is_empty() {
            return true;
        }
        let bytes = u32::try_from(bytes.min(BYTES_AHEAD)).unwrap_or(u32::MAX);
        let taken = runtime.block_on(Arc::clone(&room).acquire_many_owned(bytes));
        // Nobody closes it.
        let Ok(_room) = taken else { return false };
        sender.blocking_send(Chunk { items, _room }).is_ok()
    };
    let ended = source::read(reader, job.format, &job.translator.shape(), &mut |found| {
        let read = match found {
            Ok(record) => {
                let Job {
                    translator,
                    context,
                    ..
                } = job;
                let translated = translator.translate(&record, ordinal, context, &tally);
                let location = record.location;
                let result = translated.map_err(|error| Rejected { location, error });
                Item {
                    location,
                    bytes: record.text.into(),
                    result,
                }
            }
            Err((bad, bytes)) => Item {
                location: bad.location,
                bytes,
                result: Err(bad),
            },
        };
        ordinal += 1;
        chunk_bytes += read.memory();
        chunk.push(read);
        if chunk.len() < CHUNK_RECORDS && chunk_bytes < CHUNK_BYTES {
            return true;
        }
        hand_over(&mut chunk, std::mem::take(&mut chunk_bytes))
    });
    hand_over(&mut chunk, chunk_bytes);
    ended.map(|()| job.translator.notes(&tally))
}

/// Counts the bytes that are read.
struct Counted {
    reader: Box<dyn BufRead + Send>,
    bytes: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.bytes.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
