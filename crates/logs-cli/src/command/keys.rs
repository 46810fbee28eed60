//! `logs keys`: who may use the service.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use logs_domain::{ActorId, Clock, TenantId, Timestamp};
use logs_keys::{Grant, IssuedKey, KeyId, KeyVault, Pepper, Role, Tenants};
use serde::Serialize;

use crate::failure::Failure;
use crate::one_of::one_of;
use crate::output;
use crate::session::Session;

const ISSUE_EXAMPLES: &str = "\
Examples:
  logs keys issue --pepper pepper --for acme --role ingest
  logs keys issue --pepper pepper --for acme --role read --role audit-read --by ada";

const LIST_EXAMPLES: &str = "\
Examples:
  logs keys list --pepper pepper
  logs keys list --pepper pepper --json";

const REVOKE_EXAMPLES: &str = "\
Examples:
  logs keys revoke --pepper pepper 3f9c0a17b2de --by ada";

/// Keys of the service.
#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Issue a key, and print it: nobody can print it again
    #[command(after_help = ISSUE_EXAMPLES)]
    Issue(Issue),
    /// List all keys, without their secrets
    #[command(after_help = LIST_EXAMPLES)]
    List(List),
    /// End a key within 30 seconds
    #[command(after_help = REVOKE_EXAMPLES)]
    Revoke(Revoke),
}

/// Where the entries of keys are, and the secret that confirms them.
#[derive(Args, Clone, Debug)]
pub(crate) struct VaultFlags {
    /// The file of the pepper, outside the store
    #[arg(long, value_name = "FILE", env = "LOGS_PEPPER")]
    pepper: PathBuf,
    /// The tenant that holds the entries about keys
    #[arg(long, value_name = "TENANT", env = "LOGS_KEYS_TENANT", default_value = KeyVault::TENANT)]
    keys_tenant: TenantId,
}

impl VaultFlags {
    /// The keys of the store, with a pepper that is there.
    async fn vault(&self, session: &mut Session<'_>) -> Result<KeyVault, Failure> {
        let pepper = Pepper::read(&self.pepper).map_err(refused)?;
        let store = session.store().await?;
        Ok(KeyVault::new(store, self.keys_tenant.clone(), pepper))
    }
}

fn refused(error: impl ToString) -> Failure {
    Failure::refused(error.to_string())
}

#[derive(Args, Debug)]
pub(crate) struct Issue {
    #[command(flatten)]
    vault: VaultFlags,
    /// A tenant that the holder acts for; several for a gateway
    #[arg(
        long = "for",
        value_name = "TENANT",
        required_unless_present = "any_tenant"
    )]
    tenants: Vec<TenantId>,
    /// The holder acts for every tenant
    #[arg(long, conflicts_with = "tenants")]
    any_tenant: bool,
    /// What the holder may do; may be given several times
    #[arg(long = "role", value_name = "ROLE", required = true, value_parser = one_of(Role::ALL, Role::as_str))]
    roles: Vec<Role>,
    /// When the key ends [default: never]
    #[arg(long, value_name = "TIME")]
    expires: Option<Timestamp>,
    /// Who issues the key
    #[arg(long, value_name = "ACTOR")]
    by: Option<ActorId>,
}

#[derive(Args, Debug)]
pub(crate) struct List {
    #[command(flatten)]
    vault: VaultFlags,
}

#[derive(Args, Debug)]
pub(crate) struct Revoke {
    #[command(flatten)]
    vault: VaultFlags,
    /// The id of the key: the 12 digits behind `lgs_`
    #[arg(value_name = "KEY_ID")]
    id: KeyId,
    /// Who revokes the key
    #[arg(long, value_name = "ACTOR")]
    by: Option<ActorId>,
}

impl Keys {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        match self {
            Self::Issue(issue) => issue.run(session).await,
            Self::List(list) => list.run(session).await,
            Self::Revoke(revoke) => revoke.run(session).await,
        }
    }
}

impl Issue {
    async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let (_, is_new) = Pepper::read_or_make(&self.vault.pepper).map_err(refused)?;
        if is_new {
            let file = self.vault.pepper.display();
            let note = "made the pepper";
            writeln!(
                session.streams.err,
                "{note} {file}: keep it secret, and keep a copy"
            )?;
        }
        let vault = self.vault.vault(session).await?;
        let tenants = if self.any_tenant {
            Tenants::Any
        } else {
            Tenants::Only(self.tenants.into_iter().collect())
        };
        let roles: BTreeSet<Role> = self.roles.into_iter().collect();
        let mut grant = Grant::new(tenants, roles);
        grant.expires_at = self.expires;
        let key = vault.issue(&grant, session.ids(), self.by).await?;
        Ok(writeln!(session.streams.out, "{}", key.reveal())?)
    }
}

/// A key as it is listed.
#[derive(Serialize)]
struct Listed<'a> {
    key_id: &'a str,
    state: &'static str,
    grant: Option<&'a Grant>,
    issued_at: Timestamp,
    issued_by: Option<&'a ActorId>,
}

impl<'a> Listed<'a> {
    fn of(key: &'a IssuedKey, clock: &dyn Clock) -> Self {
        let is_over = |grant: &Grant| grant.expires_at.is_some_and(|end| end <= clock.now());
        let state = match (&key.revoked_by, &key.grant) {
            (Some(_), _) => "revoked",
            (None, None) => "not confirmed by the pepper",
            (None, Some(grant)) if is_over(grant) => "expired",
            (None, Some(_)) => "valid",
        };
        Self {
            key_id: key.entry.entity_id.as_str(),
            state,
            grant: key.grant.as_ref(),
            issued_at: key.entry.occurred_at,
            issued_by: key.entry.actor_id.as_ref(),
        }
    }
}

impl List {
    async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let vault = self.vault.vault(session).await?;
        let keys = vault.list().await?;
        if keys.is_empty() && !session.json() {
            return Ok(writeln!(session.streams.out, "no keys")?);
        }
        for key in &keys {
            let listed = Listed::of(key, session.clock());
            if session.json() {
                output::json(session.output(), &listed)?;
                continue;
            }
            let grant = listed.grant.map(|grant| {
                let roles: Vec<&str> = grant.roles.iter().map(|role| role.as_str()).collect();
                format!("for {} to {}", grant.tenants, roles.join(","))
            });
            let line = format!(
                "{}  {}  {}  issued {} by {}",
                listed.key_id,
                listed.state,
                output::optional(grant),
                output::time(listed.issued_at),
                output::optional(listed.issued_by),
            );
            writeln!(session.streams.out, "{}", output::one_line(&line))?;
        }
        Ok(())
    }
}

impl Revoke {
    async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let vault = self.vault.vault(session).await?;
        if !vault.revoke(self.id, session.ids(), self.by).await? {
            let message = format!("there is no key {}; `logs keys list` shows all", self.id);
            return Err(Failure::refused(message));
        }
        let done = "ends within 30 seconds";
        Ok(writeln!(session.streams.out, "the key {} {done}", self.id)?)
    }
}
