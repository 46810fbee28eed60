//! Entry bundles (C2SP tlog-tiles): up to 256 encoded leaves, each behind its length.

use crate::error::LedgerError;

/// Most bytes of one encoded leaf: what its length of two bytes can say.
pub const MAX_LEAF_BYTES: usize = u16::MAX as usize;

/// Appends one leaf to the bytes of a bundle: its length as a big-endian u16, then its bytes.
///
/// # Errors
/// [`LedgerError::FieldTooLong`] for a leaf over [`MAX_LEAF_BYTES`].
pub fn push_entry(bundle: &mut Vec<u8>, leaf: &[u8]) -> Result<(), LedgerError> {
    let length =
        u16::try_from(leaf.len()).map_err(|_| LedgerError::FieldTooLong { field: "leaf" })?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(leaf);
    Ok(())
}

/// The leaves of a bundle, in order; `None` in the place of what is cut off, and then no more.
pub fn entries(bundle: &[u8]) -> impl Iterator<Item = Option<&[u8]>> {
    let mut rest = Some(bundle);
    std::iter::from_fn(move || {
        let bytes = rest.take().filter(|bytes| !bytes.is_empty())?;
        let Some((length, after)) = bytes.split_first_chunk::<2>() else {
            return Some(None);
        };
        let length = usize::from(u16::from_be_bytes(*length));
        let Some((leaf, after)) = after.split_at_checked(length) else {
            return Some(None);
        };
        rest = Some(after);
        Some(Some(leaf))
    })
}
