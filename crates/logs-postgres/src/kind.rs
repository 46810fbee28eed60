//! The number of each kind in the table of keys, and the columns that reads select.

use std::sync::LazyLock;

use logs_domain::RecordKind;

/// The number of a kind in the table of keys.
pub(crate) const fn number(kind: RecordKind) -> i16 {
    kind.number() as i16
}

/// The columns of a record of each kind, in the order of [`RecordKind::ALL`].
static COLUMNS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let columns = |kind: &RecordKind| {
        let names = kind.columns().map(|field| field.name);
        let head = ["tenant_id", "created_at", "id"].into_iter();
        head.chain(names).collect::<Vec<_>>().join(", ")
    };
    RecordKind::ALL.iter().map(columns).collect()
});

/// The columns of a record for a statement: the common columns, then the fields of the kind.
/// `SELECT *` would also return the columns of a newer schema.
pub(crate) fn columns(kind: RecordKind) -> &'static str {
    let place = RecordKind::ALL.iter().position(|one| *one == kind);
    place
        .and_then(|place| COLUMNS.get(place))
        .map_or("", String::as_str)
}
