//! Values, drafts, snapshots, filters, pages, errors and ports of the evidence store.
