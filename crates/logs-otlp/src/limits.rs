//! What one request may hold. The limit on the bytes of a body is the server's. Decoded, a body takes up to 64 times
//! its bytes of memory, if it consists of empty attributes: a server counts this in its own limit.

/// The most spans, log records or metrics in one request. A request with more is refused whole: exporters
/// send 512 at a time, and collectors 8,192.
pub const MAX_ITEMS: usize = 10_000;

/// The most attributes of a span, a log record, an event or a resource. An item with more is refused.
///
/// The default of the SDKs is 128. Instrumentations that write each message of a conversation as attributes of
/// its own tell their users to raise it to 10,000.
pub const MAX_ATTRIBUTES: usize = 10_000;

/// The most bytes of a text that is read. A longer text counts as absent, so the next source of the field
/// applies. Texts that nobody reads, such as prompts, may have any length.
pub const MAX_TEXT_BYTES: usize = 8 * 1024;

/// The most levels of an attribute's value: lists and maps in each other. A deeper value counts as absent.
pub const MAX_DEPTH: usize = 32;
