//! Who calls.

use logs_domain::{ActorId, ActorType, TenantId};

/// Who calls, and for which tenant.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The tenant whose records the caller may see and append.
    pub(crate) tenant: TenantId,
    /// What kind of actor audit entries name.
    pub(crate) actor_type: ActorType,
    /// The name of the caller in audit entries, if it has one.
    pub(crate) actor_id: Option<ActorId>,
}
