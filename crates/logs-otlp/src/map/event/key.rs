//! Keys of events, which have no id of their own.

use bytes::Bytes;
use prost::Message;
use sha2::{Digest, Sha256};

use crate::map::ids::hex;
use crate::wire::common::{AnyValue, KeyValue, Resource, Scope};
use crate::wire::logs::LogRecord;

/// How many bytes of the hash a key has.
const KEY_BYTES: usize = 16;

/// Makes the keys of events of one resource and scope: `log:` and 32 hexadecimal digits of a SHA-256 over the
/// resource, the scope, the time, the name and the attributes. Keys are stored, so the encoding never changes.
///
/// The encoding is, for each part, its length (u64, big-endian) and its bytes. Attributes are sorted by name,
/// since a collector need not keep their order. The time of observation is left out: a collector may write its
/// own.
pub(crate) struct KeyMaker(Sha256);

impl KeyMaker {
    pub(crate) fn new(resource: Option<&Resource>, scope: Option<&Scope>) -> Self {
        let mut hash = Sha256::new();
        part(&mut hash, b"logs-otlp event, version 1");
        attributes(
            &mut hash,
            resource.map_or(&[], |resource| &resource.attributes),
        );
        part(&mut hash, scope.map_or(b"", |scope| &scope.name));
        part(&mut hash, scope.map_or(b"", |scope| &scope.version));
        Self(hash)
    }

    pub(super) fn key(&self, record: &LogRecord, name: &str) -> String {
        let mut hash = self.0.clone();
        part(&mut hash, &record.time_unix_nano.to_be_bytes());
        part(&mut hash, name.as_bytes());
        part(&mut hash, &record.trace_id);
        part(&mut hash, &record.span_id);
        attributes(&mut hash, &record.attributes);
        let digest = hash.finalize();
        format!("log:{}", hex(digest.get(..KEY_BYTES).unwrap_or_default()))
    }
}

fn attributes(hash: &mut Sha256, list: &[KeyValue]) {
    part(hash, &list.len().to_be_bytes());
    let mut sorted: Vec<&KeyValue> = list.iter().collect();
    sorted.sort_by(|a, b| a.key.cmp(&b.key));
    for attribute in sorted {
        part(hash, &attribute.key);
        part(hash, &canonical(attribute));
    }
}

/// The value in one encoding, whichever its sender chose.
fn canonical(attribute: &KeyValue) -> Bytes {
    let value = attribute.decoded();
    AnyValue { value }.encode_to_vec().into()
}

fn part(hash: &mut Sha256, bytes: &[u8]) {
    hash.update((bytes.len() as u64).to_be_bytes());
    hash.update(bytes);
}
