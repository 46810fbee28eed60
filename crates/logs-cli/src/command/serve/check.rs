//! `logs serve --check`: what would run, and whether it can.

use std::io;
use std::net::{SocketAddr, TcpListener};

use logs_server::Server;

use super::options::Options;
use super::{Callers, Outside};
use crate::failure::Failure;
use crate::session::Session;

/// Says what would run. The store is opened for reading, and addresses are bound for a moment.
pub(super) async fn run(
    options: Options,
    outside: Outside,
    session: &mut Session<'_>,
) -> Result<(), Failure> {
    let (store, state) = if session.is_unmade() {
        (session.scratch().await?, "not there yet: serving makes it")
    } else {
        (session.reader().await?, "its schema fits")
    };
    let callers = Callers::of(&options, &outside, &store, session)?;
    let mut lines = vec![
        format!("store: {}, {state}", store.info().await?.backend),
        format!("callers: {}", callers.words),
    ];
    if let Some(vault) = &callers.vault {
        let keys = vault.list().await?;
        let valid = keys
            .iter()
            .filter(|key| key.grant.is_some() && key.revoked_by.is_none());
        lines.push(format!(
            "keys: {} of {} are valid",
            valid.count(),
            keys.len()
        ));
    }
    lines.push(match &outside.certificates {
        Some(certificates) => format!(
            "tls: the key fits, certificates: {}",
            certificates.chain_len()
        ),
        None => "tls: none, plain text".to_owned(),
    });
    let server = options.server(callers.authentication.clone(), &outside);
    for address in &options.listen {
        let allowed = Server::may_listen(*address, &server);
        let state = allowed.and_then(|()| bound(*address));
        let state = state.map_err(|error| Failure::usage(format!("--listen: {error}")))?;
        lines.push(format!("listen: {address}{state}"));
    }
    if let Some(address) = options.admin {
        let state = bound(address);
        let state = state.map_err(|error| Failure::usage(format!("--admin: {error}")))?;
        lines.push(format!("admin: {address}{state}"));
    }
    lines.extend(callers.warning(&options.listen, outside.certificates.is_some()));
    for line in lines {
        writeln!(session.streams.out, "{line}")?;
    }
    Ok(())
}

/// What there is to say of an address that can be bound. One that is in use may be that of the service that runs.
fn bound(address: SocketAddr) -> io::Result<&'static str> {
    match TcpListener::bind(address) {
        Ok(_) => Ok(""),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Ok(", in use now"),
        Err(error) => Err(io::Error::new(error.kind(), format!("{address}: {error}"))),
    }
}
