//! What a key gives to its holder, and the audit entry that says so.

use logs_domain::{
    ActorId, ActorType, AuditEventType, AuditLedgerSnapshot, EntityType, InvalidValue, JsonObject,
    NewAuditEntry, RecordId, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::{Key, KeyId, Pepper, Roles, Tenants};

const SECRET: &str = "secret";
const GRANT: &str = "grant";

/// What a key gives to its holder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Grant {
    /// For which tenants the holder may act.
    pub tenants: Tenants,
    /// What the holder may do.
    pub roles: Roles,
    /// From when on the key is void, if ever.
    pub expires_at: Option<Timestamp>,
}

impl Grant {
    /// A grant that never expires.
    #[must_use]
    pub const fn new(tenants: Tenants, roles: Roles) -> Self {
        Self {
            tenants,
            roles,
            expires_at: None,
        }
    }

    /// The same until a time.
    #[must_use]
    pub const fn until(mut self, expires_at: Timestamp) -> Self {
        self.expires_at = Some(expires_at);
        self
    }
}

/// A key as an audit entry tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SealedKey {
    pub(crate) id: KeyId,
    pub(crate) grant: Grant,
    secret: String,
}

/// The state after the key was issued.
#[derive(Serialize, Deserialize)]
struct State {
    #[serde(flatten)]
    grant: Grant,
    /// The HMAC of the secret.
    secret: String,
    /// The HMAC of everything.
    seal: String,
}

impl SealedKey {
    /// The entry that issues a key.
    pub(crate) fn entry(
        key: &Key,
        grant: &Grant,
        pepper: &Pepper,
        id: RecordId,
        issued_by: Option<ActorId>,
    ) -> Result<NewAuditEntry, InvalidValue> {
        let secret = pepper.seal(SECRET, &[key.secret()]);
        let state = State {
            seal: seal(pepper, key.id(), grant, &secret)?,
            grant: grant.clone(),
            secret,
        };
        let state = json(&state)?;
        let mut entry = NewAuditEntry::new(
            id,
            AuditEventType::API_KEY_ISSUED,
            EntityType::API_KEY,
            key.id().entity_id()?,
            ActorType::Human,
        );
        entry.actor_id = issued_by;
        Ok(entry.after_state(JsonObject::parse(&state)?))
    }

    /// The key of an entry, if the pepper confirms it.
    pub(crate) fn of(entry: &AuditLedgerSnapshot, pepper: &Pepper) -> Result<Self, InvalidValue> {
        let refused = || {
            let expected = "an entry that the pepper confirms";
            InvalidValue::new("after_state", entry.id, expected)
        };
        let id: KeyId = entry.entity_id.as_str().parse()?;
        let state = entry.after_state.as_ref().ok_or_else(refused)?;
        let state: State = serde_json::from_str(state.as_str()).map_err(|_| refused())?;
        let content = content(id, &state.grant, &state.secret)?;
        if !pepper.confirms(&state.seal, GRANT, &[content.as_bytes()]) {
            return Err(refused());
        }
        Ok(Self {
            id,
            grant: state.grant,
            secret: state.secret,
        })
    }

    /// Whether this is the key.
    pub(crate) fn is(&self, key: &Key, pepper: &Pepper) -> bool {
        self.id == key.id() && pepper.confirms(&self.secret, SECRET, &[key.secret()])
    }
}

fn seal(pepper: &Pepper, id: KeyId, grant: &Grant, secret: &str) -> Result<String, InvalidValue> {
    let content = content(id, grant, secret)?;
    Ok(pepper.seal(GRANT, &[content.as_bytes()]))
}

/// Everything that the seal covers, as canonical text.
fn content(id: KeyId, grant: &Grant, secret: &str) -> Result<String, InvalidValue> {
    #[derive(Serialize)]
    struct Content<'a> {
        id: String,
        grant: &'a Grant,
        secret: &'a str,
    }
    let id = id.to_string();
    let text = json(&Content { id, grant, secret })?;
    Ok(JsonObject::parse(&text)?.as_str().to_owned())
}

fn json(value: &impl Serialize) -> Result<String, InvalidValue> {
    serde_json::to_string(value)
        .map_err(|error| InvalidValue::new("after_state", error, "an object"))
}
