//! Who calls, and what the caller may do.

mod credentials;

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, StatusCode};
use logs_domain::{ActorId, ActorType, Clock, InvalidValue, TenantId};
use logs_keys::{Grant, Key, KeyError, KeyId, KeyRing, Role};

use crate::problem::Problem;

/// The headers that name the tenant of a request, for keys of several tenants. The second is that of Grafana's
/// products, which gateways know.
const TENANT_HEADERS: [HeaderName; 2] = [
    HeaderName::from_static("x-logs-tenant"),
    HeaderName::from_static("x-scope-orgid"),
];

/// How a service learns who calls.
#[derive(Clone, Debug)]
pub enum Authentication {
    /// It does not: whoever reaches it acts for this tenant, and may do everything.
    Open(TenantId),
    /// By keys.
    Keys(Arc<KeyRing>),
}

/// Who calls, and for which tenant.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The tenant whose records the caller may see and append.
    pub(crate) tenant: TenantId,
    /// The key that the caller holds; `None` where there are no keys.
    pub(crate) key: Option<KeyId>,
    /// What kind of actor audit entries name.
    pub(crate) actor_type: ActorType,
    /// The name of the caller in audit entries: that of the key.
    pub(crate) actor_id: Option<ActorId>,
}

impl Authentication {
    /// The caller of a request that needs a role.
    ///
    /// # Errors
    /// 401 without a valid key, 403 without the role or the tenant, 400 where several tenants are possible and the
    /// request names none, 503 while nobody knows whether the key is valid.
    pub(crate) async fn caller(
        &self,
        headers: &HeaderMap,
        role: Role,
        clock: &dyn Clock,
    ) -> Result<Caller, Problem> {
        let named = named_tenant(headers)?;
        match self {
            Self::Open(tenant) => Ok(Caller {
                tenant: agreed(tenant, named)?,
                key: None,
                // Nobody knows who it is.
                actor_type: ActorType::System,
                actor_id: None,
            }),
            Self::Keys(ring) => {
                let key = credentials::key(headers)?;
                let grant = ring.grant(&key, clock).await.map_err(refused)?;
                if !grant.roles.contains(&role) {
                    let detail = format!("the key {} has no role `{role}`", key.id());
                    return Err(Problem::forbidden(detail));
                }
                let tenant = tenant(&key, &grant, named)?;
                if ring.is_reserved(&tenant) {
                    let detail =
                        format!("nobody may act for the tenant `{tenant}`: it holds the keys");
                    return Err(Problem::forbidden(detail));
                }
                Ok(Caller {
                    tenant,
                    key: Some(key.id()),
                    actor_type: ActorType::System,
                    actor_id: ActorId::new(format!("key:{}", key.id())).ok(),
                })
            }
        }
    }

    /// Whether anybody who reaches the service is let in.
    pub(crate) const fn is_open(&self) -> bool {
        matches!(self, Self::Open(_))
    }
}

/// The tenant that the headers name.
fn named_tenant(headers: &HeaderMap) -> Result<Option<TenantId>, Problem> {
    for header in TENANT_HEADERS {
        let mut values = headers.get_all(&header).iter();
        let Some(value) = values.next() else {
            continue;
        };
        let refused = |value: &str, expected| InvalidValue::new("x-logs-tenant", value, expected);
        if values.next().is_some() {
            return Err(refused("several", "one tenant").into());
        }
        let text = std::str::from_utf8(value.as_bytes());
        let text = text.map_err(|_| refused("bytes", "UTF-8"))?;
        return Ok(Some(TenantId::new(text)?));
    }
    Ok(None)
}

/// The one tenant, unless the request names another.
fn agreed(tenant: &TenantId, named: Option<TenantId>) -> Result<TenantId, Problem> {
    match named {
        Some(named) if named != *tenant => Err(Problem::forbidden(format!(
            "the caller may not act for the tenant `{named}`"
        ))),
        Some(_) | None => Ok(tenant.clone()),
    }
}

fn tenant(key: &Key, grant: &Grant, named: Option<TenantId>) -> Result<TenantId, Problem> {
    if let Some(tenant) = grant.tenants.single() {
        return agreed(tenant, named);
    }
    let Some(named) = named else {
        let expected = "the tenant of the request: the key is for several";
        return Err(InvalidValue::new("x-logs-tenant", "", expected).into());
    };
    if grant.tenants.include(&named) {
        Ok(named)
    } else {
        let detail = format!("the key {} may not act for the tenant `{named}`", key.id());
        Err(Problem::forbidden(detail))
    }
}

fn refused(error: KeyError) -> Problem {
    match error {
        KeyError::Unknown | KeyError::Expired => Problem::unauthorized(error.to_string()),
        KeyError::Store(error) => {
            tracing::error!(%error, "the store does not say which keys are valid");
            let title = ("urn:logs:unavailable", "The store cannot answer now");
            let detail = "whether the key is valid is unknown now";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, title, detail)
        }
    }
}
