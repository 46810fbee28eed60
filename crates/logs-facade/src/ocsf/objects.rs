//! The objects of OCSF that events have.

use logs_domain::{ActorType, JsonObject, LlmRunSnapshot};
use serde::Serialize;

use super::milliseconds;
use crate::{Actor, FeedItem};

/// The version of OCSF.
const VERSION: &str = "1.8.0";
/// Stands for a required name that no record tells.
const UNKNOWN: &str = "unknown";

/// Where an event comes from.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Metadata<'a> {
    version: &'static str,
    product: Product,
    /// The id of the record. A record is always the same event, so this is the id of the event too.
    uid: String,
    /// The kind of the record.
    log_name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) event_code: Option<&'a str>,
    /// The time of the event as the producer told it, to the microsecond.
    original_time: String,
    /// The record time, in milliseconds.
    logged_time: i64,
    /// Absent for records of the platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) correlation_uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) profiles: Vec<&'static str>,
}

#[derive(Clone, Debug, Serialize)]
struct Product {
    name: &'static str,
    version: &'static str,
}

impl<'a> Metadata<'a> {
    pub(super) fn of(item: &'a FeedItem) -> Self {
        let evidence = &item.evidence;
        Self {
            version: VERSION,
            product: Product {
                name: "logs",
                version: env!("CARGO_PKG_VERSION"),
            },
            uid: evidence.id.to_string(),
            log_name: item.kind.as_str(),
            event_code: None,
            original_time: evidence.occurred_at.to_string(),
            logged_time: milliseconds(evidence.recorded_at),
            tenant_uid: evidence.tenant_id.as_ref().map(|tenant| tenant.as_str()),
            correlation_uid: evidence.correlation_id.as_ref().map(|id| id.as_str()),
            profiles: Vec::new(),
        }
    }
}

/// Something of which only the name is known.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Named<'a> {
    name: &'a str,
}

impl<'a> Named<'a> {
    pub(super) const fn new(name: &'a str) -> Self {
        Self { name }
    }
}

/// How a call ended.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Status<'a> {
    status_id: u16,
    status: &'a str,
    /// The word of the record, or its reason.
    status_detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status_code: Option<&'a str>,
}

impl<'a> Status<'a> {
    const fn new(status_id: u16, status: &'a str, status_detail: &'a str) -> Self {
        Self {
            status_id,
            status,
            status_detail,
            status_code: None,
        }
    }

    pub(super) const fn unknown(word: &'a str) -> Self {
        Self::new(0, "Unknown", word)
    }

    pub(super) const fn success(word: &'a str) -> Self {
        Self::new(1, "Success", word)
    }

    pub(super) const fn failure(word: &'a str) -> Self {
        Self::new(2, "Failure", word)
    }

    /// Another status, which OCSF wants in the words of the source.
    pub(super) const fn other(word: &'a str) -> Self {
        Self::new(99, word, word)
    }
}

/// Who acted, as a user: readers of every version of OCSF know that object.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct UserActor<'a> {
    user: User<'a>,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct User<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<&'a str>,
    /// An object without an id must have a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'static str>,
    type_id: u16,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl<'a> UserActor<'a> {
    pub(super) fn of(actor: Option<&'a Actor>) -> Self {
        let uid = actor.and_then(|actor| actor.actor_id.as_ref());
        let (type_id, kind) = match actor.and_then(|actor| actor.actor_type) {
            None => (0, "Unknown"),
            Some(ActorType::Human) => (1, "User"),
            Some(ActorType::System) => (3, "System"),
            Some(ActorType::Agent) => (99, "AI Agent"),
        };
        Self {
            user: User {
                uid: uid.map(|id| id.as_str()),
                name: uid.is_none().then_some(UNKNOWN),
                type_id,
                kind,
            },
        }
    }
}

/// What was called.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Api<'a> {
    pub(super) operation: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) service: Option<Named<'a>>,
}

/// Where a call came from.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Endpoint {
    svc_name: String,
}

impl Endpoint {
    /// The service of this name. Records tell no address.
    pub(super) fn named(service: Option<String>) -> Self {
        Self {
            svc_name: service.unwrap_or_else(|| UNKNOWN.to_owned()),
        }
    }
}

/// The name of the service that sent telemetry, as its mapping keeps it in the attributes of a record.
pub(super) fn service_name(attributes: Option<&JsonObject>) -> Option<String> {
    attributes?.get_str("service_name")
}

/// A thing that a call was about.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Resource<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'a str,
    pub(super) uid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<&'a str>,
}

/// The model of a call.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Model<'a> {
    pub(super) ai_provider: &'a str,
    pub(super) name: &'a str,
}

/// The conversation that a call belongs to, and its tokens.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct MessageContext<'a> {
    /// The model, which generates the answer.
    ai_role_id: u16,
    ai_role: &'static str,
    service: Named<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_tokens: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completion_tokens: Option<i64>,
    /// Only where both numbers are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    total_tokens: Option<i64>,
}

impl<'a> MessageContext<'a> {
    pub(super) fn of(run: &'a LlmRunSnapshot) -> Self {
        let prompt_tokens = run.input_tokens.map(|tokens| tokens.as_i64());
        let completion_tokens = run.output_tokens.map(|tokens| tokens.as_i64());
        let both = prompt_tokens.zip(completion_tokens);
        Self {
            ai_role_id: 2,
            ai_role: "Assistant",
            service: Named::new(run.provider.as_str()),
            uid: run.session_id.as_ref().map(|session| session.as_str()),
            prompt_tokens,
            completion_tokens,
            total_tokens: both.map(|(prompt, completion)| prompt.saturating_add(completion)),
        }
    }
}

/// The trace that an event belongs to.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Trace<'a> {
    pub(super) uid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) span: Option<Span<'a>>,
}

impl<'a> Trace<'a> {
    pub(super) const fn new(uid: &'a str) -> Self {
        Self { uid, span: None }
    }
}

/// The span that a step was made from. Its times are in milliseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Span<'a> {
    pub(super) uid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) parent_uid: Option<&'a str>,
    pub(super) start_time: i64,
    pub(super) end_time: i64,
}
