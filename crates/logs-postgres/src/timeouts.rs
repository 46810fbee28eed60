//! How long things may take. Each limit leaves room for the ones inside it, so that the innermost says
//! what was slow, and that no append outlives the time after which records count as settled.

use std::time::Duration;

/// How long a call waits for a connection before it is pushed back.
pub(crate) const ACQUIRE: Duration = Duration::from_secs(1);
/// How long a caller that was pushed back should wait.
pub(crate) const RETRY_AFTER: Duration = Duration::from_secs(1);
/// After how long without work a connection is asked whether the server is still there.
pub(crate) const PING_AFTER_IDLE: Duration = Duration::from_secs(1);
/// How long a connection lives at most.
pub(crate) const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// How long a new connection may take to open.
pub(crate) const CONNECT: Duration = Duration::from_secs(5);

/// How long a statement waits for a lock.
pub(crate) const LOCK: Duration = Duration::from_secs(2);
/// How long a transaction may do nothing.
pub(crate) const IDLE: Duration = Duration::from_secs(5);

/// How long the server works on a statement of a read.
pub(crate) const READ_STATEMENT: Duration = Duration::from_secs(2);
/// How long a read may take: its wait for a connection and its statement.
pub(crate) const READ: Duration = Duration::from_millis(3_500);

/// How long the server works on a sum over many runs.
pub(crate) const SUM_STATEMENT: Duration = Duration::from_secs(20);
/// How long a sum may take: its wait for a connection and its statement.
pub(crate) const SUM: Duration = Duration::from_secs(22);

/// How long the server works on a statement of an append.
pub(crate) const APPEND_STATEMENT: Duration = Duration::from_secs(10);
/// How long an append may take, with its retries.
pub(crate) const APPEND: Duration = Duration::from_secs(30);
/// No append transaction lives longer than this: records older than it count as settled.
pub(crate) const LONGEST_APPEND: Duration = Duration::from_secs(60);

/// How far the clocks of writers and that of the server may be apart.
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
    // The server hears of an append that was given up when its statement or its idle time ends.
    assert!(
        APPEND.as_millis() + APPEND_STATEMENT.as_millis() + IDLE.as_millis()
            < LONGEST_APPEND.as_millis()
    );
    assert!(SKEW.as_millis() < LONGEST_APPEND.as_millis());
};

/// The microseconds of a limit, as differences of times are counted.
pub(crate) const fn micros(limit: Duration) -> i64 {
    // Each limit above is far below 2^63 µs.
    limit.as_secs() as i64 * 1_000_000 + limit.subsec_micros() as i64
}
