//! The time limits. Each limit is larger than those inside it, so the innermost one reports what
//! was slow. No append outlives the time after which records count as settled.

use std::time::Duration;

/// How long a call waits for a connection before it gets `Pushback`.
pub(crate) const ACQUIRE: Duration = Duration::from_secs(1);
/// How long a caller should wait after `Pushback`.
pub(crate) const RETRY_AFTER: Duration = Duration::from_secs(1);
/// The idle time after which the pool pings a connection.
pub(crate) const PING_AFTER_IDLE: Duration = Duration::from_secs(1);
/// The maximum lifetime of a connection.
pub(crate) const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// The time limit to open a connection.
pub(crate) const CONNECT: Duration = Duration::from_secs(5);

/// The time limit of a statement for a lock (`lock_timeout`).
pub(crate) const LOCK: Duration = Duration::from_secs(2);
/// The time limit of an idle transaction.
pub(crate) const IDLE: Duration = Duration::from_secs(5);

/// The time limit of a statement of a read, on the server.
pub(crate) const READ_STATEMENT: Duration = Duration::from_secs(2);
/// The time limit of a read: its wait for a connection and its statement.
pub(crate) const READ: Duration = Duration::from_millis(3_500);

/// The time limit of a sum over many runs, on the server.
pub(crate) const SUM_STATEMENT: Duration = Duration::from_secs(20);
/// The time limit of a sum: its wait for a connection and its statement.
pub(crate) const SUM: Duration = Duration::from_secs(22);

/// The time limit of a statement of an append, on the server.
pub(crate) const APPEND_STATEMENT: Duration = Duration::from_secs(10);
/// The time limit of an append, with its retries.
pub(crate) const APPEND: Duration = Duration::from_secs(30);
/// No append transaction lives longer. So records older than this count as settled.
pub(crate) const LONGEST_APPEND: Duration = Duration::from_secs(60);

/// The largest difference between the clocks of writers and the server.
pub(crate) const SKEW: Duration = Duration::from_secs(5);

const _: () = {
    assert!(LOCK.as_millis() <= READ_STATEMENT.as_millis());
    assert!(ACQUIRE.as_millis() + READ_STATEMENT.as_millis() < READ.as_millis());
    assert!(ACQUIRE.as_millis() + SUM_STATEMENT.as_millis() < SUM.as_millis());
    assert!(READ_STATEMENT.as_millis() < APPEND_STATEMENT.as_millis());
    assert!(
        ACQUIRE.as_millis() + CONNECT.as_millis() + APPEND_STATEMENT.as_millis()
            < APPEND.as_millis()
    );
    // The server notices an abandoned append when its statement or its idle time ends.
    assert!(
        APPEND.as_millis() + APPEND_STATEMENT.as_millis() + IDLE.as_millis()
            < LONGEST_APPEND.as_millis()
    );
    assert!(SKEW.as_millis() < LONGEST_APPEND.as_millis());
};

/// A limit in microseconds, the unit of time differences.
pub(crate) const fn micros(limit: Duration) -> i64 {
    // Each limit above is far below 2^63 µs.
    limit.as_secs() as i64 * 1_000_000 + limit.subsec_micros() as i64
}
