//! `docs/limits.md` says what the constants of the service are.

use logs_domain::TenantId;

use crate::body::{ANY_RATIO_BYTES, MAX_RATIO};
use crate::connection::{MAX_HEAD_BYTES, MAX_STREAMS};
use crate::download::AHEAD_BYTES;
use crate::limiter::TENANT_EXPORTS;
use crate::options::{Rates, ServerOptions};
use crate::readiness::FRESH;
use crate::{Authentication, options};

const LIMITS: &str = include_str!("../../../docs/limits.md");
const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

#[test]
fn the_table_of_the_service_is_that_of_its_constants() {
    let tenant = TenantId::new("t").unwrap();
    let options = ServerOptions::new(Authentication::Open(tenant));
    let rates = Rates::DEFAULT;
    let ratio = format!(
        "its growth without compression, beyond {} MiB",
        ANY_RATIO_BYTES / MIB
    );
    for (what, limit) in [
        (
            "a body after decompression",
            format!("{} MiB", options::BODY_BYTES / MIB),
        ),
        (
            "a compressed body, over HTTP",
            format!("{} MiB", options::COMPRESSED_BYTES / MIB),
        ),
        (ratio.as_str(), format!("{MAX_RATIO} times")),
        (
            "the head of a request",
            format!("{} KiB", MAX_HEAD_BYTES / KIB),
        ),
        (
            "the time of a head, and the silence of a connection",
            format!("{} s", options.header_timeout.as_secs()),
        ),
        (
            "silence within a body",
            format!("{} s", options.body_timeout.as_secs()),
        ),
        (
            "a whole request",
            format!("{} s", options.request_timeout.as_secs()),
        ),
        (
            "connections at a time; others wait",
            options.connections.to_string(),
        ),
        (
            "requests at a time on a connection of HTTP/2",
            MAX_STREAMS.to_string(),
        ),
        (
            "requests of a key in a second",
            rates.key_requests.to_string(),
        ),
        ("requests of a key at once", rates.key_burst.to_string()),
        (
            "records of a tenant in a second, with keys",
            rates.tenant_items.to_string(),
        ),
        (
            "reads of a tenant at a time, with keys",
            rates.tenant_reads.to_string(),
        ),
        (
            "exports of a tenant at a time, with keys",
            TENANT_EXPORTS.to_string(),
        ),
        (
            "lines of an export that wait for the client",
            format!("{} KiB", AHEAD_BYTES / KIB),
        ),
        (
            "silence of a client that downloads an export",
            format!("{} s", options.body_timeout.as_secs()),
        ),
        (
            "requests without a valid key of an address in a minute, then 429",
            rates.failed_keys.to_string(),
        ),
        (
            "the age of an answer of `/readyz`",
            format!("{} s", FRESH.as_secs()),
        ),
    ] {
        let row = format!("| {what} | {limit} |");
        assert!(LIMITS.contains(&row), "docs/limits.md has no row {row}");
    }
}
