//! What one request may hold. The limit on the bytes of a body is the server's.

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

/// The most attributes and events in one protobuf request, of all its items together. A request with more is
/// refused whole before it is decoded: an empty attribute has 2 bytes there, and 64 in memory.
pub const MAX_PARTS: usize = 1_000_000;

/// The most opening brackets, of lists and objects, in one JSON request, for the same reason. Those in texts
/// count too. An attribute has two.
pub const MAX_BRACKETS: usize = 4_000_000;
