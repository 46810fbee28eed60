//! Making drafts of a record, whatever its form.

use logs_domain::{Draft, InvalidValue, TenantId};

use super::mapping::{Mapping, Tally};
use super::source::{RawRecord, Shape};
use super::{langfuse, native};

/// Whose records are appended.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Owner {
    Tenant(TenantId),
    Platform,
}

/// What a record becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Translated {
    pub(crate) owner: Owner,
    pub(crate) drafts: Vec<Draft>,
}

/// How many bytes the drafts of one record may take in memory. What is made of a record can be many
/// times larger than the record: the same text may go into each of its drafts.
pub(super) const MOST_DRAFTS_BYTES: usize = 64 * 1024 * 1024;

/// The drafts that are made of a record, as far as they are.
#[derive(Debug, Default)]
pub(super) struct Made {
    drafts: Vec<Draft>,
    bytes: usize,
}

impl Made {
    /// Adds one.
    ///
    /// # Errors
    /// [`InvalidValue`] of field `record` when the drafts of the record would take too much memory.
    pub(super) fn push(&mut self, draft: Draft) -> Result<(), InvalidValue> {
        self.bytes += memory_of(&draft);
        if self.bytes > MOST_DRAFTS_BYTES {
            let expected = format!(
                "a record whose drafts take at most {} MiB of memory: split it",
                MOST_DRAFTS_BYTES >> 20
            );
            let made = format!("a record of more than {} drafts", self.drafts.len());
            return Err(InvalidValue::new("record", made, expected));
        }
        self.drafts.push(draft);
        Ok(())
    }

    pub(super) fn into_drafts(self) -> Vec<Draft> {
        self.drafts
    }
}

/// How many bytes a draft takes, about.
pub(super) fn memory_of(draft: &Draft) -> usize {
    size_of::<Draft>() + draft.byte_len()
}

/// How records become drafts.
#[derive(Clone, Debug)]
pub(crate) enum Translator {
    /// They are drafts, or records that `logs export` wrote.
    Native,
    /// They are traces as Langfuse exports them.
    Langfuse,
    /// As a mapping file says.
    Mapped(Box<Mapping>),
}

/// What a translation refers to besides the record.
#[derive(Clone, Debug)]
pub(crate) struct ImportContext {
    /// The name of the source, from which ids are derived.
    pub(crate) source: String,
    /// The tenant that the command names.
    pub(crate) tenant: Option<TenantId>,
    /// Whether records of the platform are taken.
    pub(crate) platform: bool,
}

impl ImportContext {
    /// The tenant of records that name none.
    pub(super) fn named_tenant(&self) -> Result<TenantId, InvalidValue> {
        let missing = || InvalidValue::new("tenant", "", "a tenant, by --tenant or LOGS_TENANT");
        self.tenant.clone().ok_or_else(missing)
    }
}

impl Translator {
    /// What is to be known of a source to read it.
    pub(crate) fn shape(&self) -> Shape {
        match self {
            Self::Native | Self::Langfuse => Shape::default(),
            Self::Mapped(mapping) => mapping.shape(),
        }
    }

    /// What the importer should know of a source that was read to its end.
    pub(super) fn notes(&self, tally: &Tally) -> Vec<String> {
        match self {
            Self::Native | Self::Langfuse => Vec::new(),
            Self::Mapped(mapping) => mapping.notes(tally),
        }
    }

    /// Makes the drafts of a record; `ordinal` is its place in the source, from 0.
    pub(super) fn translate(
        &self,
        record: &RawRecord,
        ordinal: u64,
        context: &ImportContext,
        tally: &Tally,
    ) -> Result<Translated, InvalidValue> {
        match self {
            Self::Native => native::translate(record, context),
            Self::Langfuse => {
                let drafts = langfuse::translate(&record.value)?;
                Ok(Translated {
                    owner: Owner::Tenant(context.named_tenant()?),
                    drafts,
                })
            }
            Self::Mapped(mapping) => {
                let ImportContext { source, tenant, .. } = context;
                let tenant = tenant.as_ref();
                let made = mapping.translate(&record.value, source, ordinal, tenant, tally)?;
                Ok(Translated {
                    owner: Owner::Tenant(made.tenant),
                    drafts: made.drafts,
                })
            }
        }
    }
}
