//! Reading and translating on a thread of its own, a little ahead of the appends.

use std::fmt;
use std::io::{self, BufRead, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use logs_domain::{Draft, InvalidValue, TenantId};
use logs_import::json::{Swap, parse};
use logs_import::source::{self, Raw, Unreadable};
use logs_import::{Context, Location, Map, MapRun, Output};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinHandle;

use super::native::{self, Wanted};
use super::otlp;
use super::pipeline::Owner;
use super::plan::{Chosen, Content};
use super::repeats::LastPlaces;
use super::{Input, Plan, Repeats};

/// How many records are handed over at once, and how many bytes of them.
const CHUNK_RECORDS: usize = 256;
const CHUNK_BYTES: usize = 1024 * 1024;
/// How many chunks may wait.
const CHUNKS_AHEAD: usize = 4;
/// How many bytes may wait, or be appended, beside the chunk that is being made: a larger chunk, of one
/// huge record, waits until there is no other.
const BYTES_AHEAD: usize = 16 * 1024 * 1024;

/// A file to import, and how.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) input: Input,
    pub(crate) plan: Plan,
    /// The name of the source, from which ids are derived.
    pub(crate) source: Option<String>,
    /// The tenant that the command names.
    pub(crate) tenant: Option<TenantId>,
    /// Whether the command line itself names the tenant, so that no map may name another.
    pub(crate) only_tenant: bool,
    /// Whether the import takes records of the platform.
    pub(crate) platform: bool,
    pub(crate) repeats: Repeats,
}

/// A draft with its owner, or the reason of a refusal.
pub(super) type Translated = Result<(Owner, Draft), InvalidValue>;

/// A record with the drafts made of it, and its bytes.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) location: Location,
    pub(super) bytes: Vec<u8>,
    pub(super) made: Vec<Translated>,
}

impl Item {
    /// How many bytes it takes in memory, about.
    fn memory(&self) -> usize {
        let drafts = self.made.iter().flatten();
        let drafts = drafts.map(|(_, draft)| size_of::<Draft>() + draft.byte_len());
        self.bytes.len() + drafts.sum::<usize>()
    }
}

/// Some records, and the room that they take among those that wait.
pub(super) struct Chunk {
    pub(super) items: Vec<Item>,
    _room: OwnedSemaphorePermit,
}

/// What the import says of a source after its end.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// What was left out of the source.
    pub(super) left_out: Vec<String>,
    /// What the author of a map should know.
    pub(super) notes: Vec<String>,
}

/// Why a source is not read to its end.
#[derive(Debug)]
pub(super) enum Stopped {
    /// The command line does not fit the file.
    Usage(String),
    /// The file is at fault.
    Unreadable(Unreadable),
}

impl<E: Into<Unreadable>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::Unreadable(error.into())
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(told) => formatter.write_str(told),
            Self::Unreadable(error) => error.fmt(formatter),
        }
    }
}

/// Records on their way, and how far the source is read.
pub(crate) struct Reading {
    pub(super) chunks: mpsc::Receiver<Chunk>,
    pub(super) bytes: Arc<AtomicU64>,
    /// How the reading ended: that there are no more chunks does not say that all was read.
    pub(super) ended: JoinHandle<Result<Told, Stopped>>,
}

/// Starts to read.
pub(crate) fn start(job: Job) -> Reading {
    let (sender, chunks) = mpsc::channel(CHUNKS_AHEAD);
    let bytes = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&bytes);
    let ended = tokio::task::spawn_blocking(move || read(&job, &counted, &sender));
    Reading {
        chunks,
        bytes,
        ended,
    }
}

fn read(job: &Job, bytes: &Arc<AtomicU64>, sender: &mpsc::Sender<Chunk>) -> Result<Told, Stopped> {
    if job.repeats == Repeats::Refuse {
        let (chosen, reader) = open(job, &job.input, bytes)?;
        return hand_over(job, &chosen, reader, None, sender);
    }
    // A pipe is read once, and this takes two readings.
    let mut kept = None;
    if !job.input.is_regular() {
        let mut file = tempfile::NamedTempFile::new()?;
        io::copy(&mut job.input.open()?, &mut file)?;
        file.flush()?;
        kept = Some(file);
    }
    let input = match &kept {
        Some(file) => Input::File(file.path().to_owned()),
        None => job.input.clone(),
    };
    let mut last = LastPlaces::default();
    let (chosen, reader) = open(job, &input, &Arc::default())?;
    translate(job, &chosen, reader, &mut |ordinal, item| {
        for (index, made) in item.made.iter().enumerate() {
            if let Ok((owner, draft)) = made {
                last.note(owner, draft, (ordinal, index));
            }
        }
        !sender.is_closed()
    })?;
    let (chosen, reader) = open(job, &input, bytes)?;
    hand_over(job, &chosen, reader, Some(&last), sender)
}

/// Opens a source, and looks what it is.
fn open(
    job: &Job,
    input: &Input,
    bytes: &Arc<AtomicU64>,
) -> Result<(Chosen, Box<dyn BufRead + Send>), Stopped> {
    let reader = Counted {
        reader: input.open()?,
        bytes: Arc::clone(bytes),
    };
    let mut reader = io::BufReader::with_capacity(256 * 1024, reader);
    let chosen = job
        .plan
        .choose(reader.fill_buf()?)
        .map_err(Stopped::Usage)?;
    Ok((chosen, Box::new(reader)))
}

/// Hands over the drafts of all records, a little ahead of the appends.
fn hand_over(
    job: &Job,
    chosen: &Chosen,
    reader: Box<dyn BufRead + Send>,
    last: Option<&LastPlaces>,
    sender: &mpsc::Sender<Chunk>,
) -> Result<Told, Stopped> {
    let mut chunk = Vec::new();
    let mut chunk_bytes = 0;
    let mut repeated = 0_u64;
    let room = Arc::new(Semaphore::new(BYTES_AHEAD));
    let runtime = Handle::current();
    let send = |chunk: &mut Vec<Item>, bytes: usize| {
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
    let ended = translate(job, chosen, reader, &mut |ordinal, mut item| {
        if let Some(last) = last {
            let mut index = 0;
            item.made.retain(|made| {
                let place = (ordinal, index);
                index += 1;
                let keep = match made {
                    Ok((owner, draft)) => last.is_last(owner, draft, place),
                    Err(_) => true,
                };
                repeated += u64::from(!keep);
                keep
            });
        }
        chunk_bytes += item.memory();
        chunk.push(item);
        if chunk.len() < CHUNK_RECORDS && chunk_bytes < CHUNK_BYTES {
            return true;
        }
        send(&mut chunk, std::mem::take(&mut chunk_bytes))
    });
    send(&mut chunk, chunk_bytes);
    let mut told = ended?;
    if repeated > 0 {
        let reason = "a later record has the same key (--repeats last)";
        told.left_out.push(format!("{repeated} left out: {reason}"));
    }
    Ok(told)
}

/// Makes the drafts of each record, in order. `take` answers whether to go on.
fn translate(
    job: &Job,
    chosen: &Chosen,
    reader: Box<dyn BufRead + Send>,
    take: &mut dyn FnMut(u64, Item) -> bool,
) -> Result<Told, Stopped> {
    let wanted = Wanted {
        tenant: job.tenant.clone(),
        platform: job.platform,
    };
    match &chosen.content {
        Content::Own => {
            hand_out(chosen, reader, take, &mut |raw, _| match native::translate(
                &raw.bytes, &wanted,
            ) {
                Ok((owner, drafts)) => {
                    let owned = drafts.into_iter().map(|draft| Ok((owner.clone(), draft)));
                    owned.collect()
                }
                Err(error) => vec![Err(error)],
            })?;
            Ok(Told::default())
        }
        Content::Otlp => {
            let mut counted = otlp::Counted::default();
            hand_out(chosen, reader, take, &mut |raw, _| match wanted.tenant() {
                Ok(tenant) => otlp::translate(&raw.bytes, &tenant, &mut counted),
                Err(error) => vec![Err(error)],
            })?;
            Ok(Told {
                left_out: counted.left_out(),
                notes: counted.notes(),
            })
        }
        Content::Foreign { map, own_map } => {
            let map = Map::parse(map);
            let map = map.map_err(|error| Stopped::Usage(format!("--map: {error}")))?;
            let mut run = MapRun::new(&map, context(job)?);
            let mut unfinished = None;
            hand_out(chosen, reader, take, &mut |raw, ordinal| {
                // A program is at this line while the import reads its session.
                if raw.is_cut && job.plan.grows() && parse(&raw.bytes, Swap::None).is_err() {
                    unfinished = Some(format!(
                        "1 left out: {}, which has no end yet",
                        raw.location
                    ));
                    return Vec::new();
                }
                let made = run.translate(raw, ordinal).into_iter();
                made.filter_map(drafted).collect()
            })?;
            Ok(Told {
                left_out: run.left_out().into_iter().chain(unfinished).collect(),
                notes: if *own_map { run.notes() } else { Vec::new() },
            })
        }
    }
}

/// Hands out each record of a source with what `made` makes of it and its place, from 0.
fn hand_out(
    chosen: &Chosen,
    reader: Box<dyn BufRead + Send>,
    take: &mut dyn FnMut(u64, Item) -> bool,
    made: &mut dyn FnMut(&Raw, u64) -> Vec<Translated>,
) -> Result<(), Unreadable> {
    let mut ordinal = 0;
    source::read(reader, &chosen.form, &mut |found| {
        let item = match found {
            Ok(raw) => Item {
                location: raw.location,
                made: made(&raw, ordinal),
                bytes: raw.bytes,
            },
            Err((bad, bytes)) => Item {
                location: bad.location,
                bytes,
                made: vec![Err(bad.error)],
            },
        };
        let go_on = take(ordinal, item);
        ordinal += 1;
        go_on
    })
}

fn drafted(output: Result<Output, InvalidValue>) -> Option<Translated> {
    match output {
        Ok(Output::Draft(tenant, draft)) => Some(Ok((Owner::Tenant(tenant), *draft))),
        Ok(Output::LeftOut(_) | Output::State(_)) => None,
        Err(error) => Some(Err(error)),
    }
}

fn context(job: &Job) -> io::Result<Context> {
    let source = match &job.source {
        Some(source) => Some(source.clone()),
        None if job.input.is_regular() => Some(job.input.digest()?),
        None => None,
    };
    Ok(Context {
        source,
        file: job.input.name(),
        tenant: job.tenant.clone(),
        only_tenant: job.only_tenant,
    })
}

/// Counts the bytes that are read.
struct Counted<R> {
    reader: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.bytes.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
