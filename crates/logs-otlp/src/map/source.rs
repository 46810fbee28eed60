//! Where items come from: the resource and the scope around them.

use logs_domain::{InvalidValue, TenantId};

use super::attributes::Attributes;
use crate::wire::common::{KeyValue, Resource, Scope, Value};

/// The attributes of a resource that name a tenant.
const TENANT: &[&str] = &["tenant.id", "tenant_id"];

/// What the resource and the scope of an item say.
pub(crate) struct Source<'a> {
    pub(crate) resource: Attributes<'a>,
    pub(crate) service_name: Option<String>,
    pub(crate) service_version: Option<String>,
    pub(crate) scope_name: Option<String>,
    pub(crate) scope_version: Option<String>,
}

impl<'a> Source<'a> {
    /// Reads resource and scope.
    ///
    /// # Errors
    /// [`InvalidValue`], for each of their items, if a text is no text or they name another tenant.
    pub(crate) fn read(
        resource: Option<&'a Resource>,
        scope: Option<&'a Scope>,
        tenant: &TenantId,
    ) -> Result<Self, InvalidValue> {
        let list: &[KeyValue] = resource.map_or(&[], |resource| &resource.attributes);
        let resource = Attributes::new(list);
        let of_scope = |name, text: fn(&Scope) -> &[u8]| {
            scope.and_then(|scope| resource.checked(name, text(scope)))
        };
        let scope_name = of_scope("scope.name", |scope| &scope.name);
        let scope_version = of_scope("scope.version", |scope| &scope.version);
        for name in TENANT {
            if let Some(other) = other_tenant(resource.value(name), tenant) {
                let expected = "the tenant that its records go to, or none";
                let error = InvalidValue::new("resource", other, expected);
                return Err(error.in_field(format!("resource.attributes.{name}")));
            }
        }
        let source = Self {
            service_name: resource.text("service.name"),
            service_version: resource.text("service.version"),
            scope_name,
            scope_version,
            resource,
        };
        match source.resource.fault() {
            Some(fault) => Err(fault),
            None => Ok(source),
        }
    }
}

/// What stands there in the place of the tenant.
fn other_tenant(value: Option<Value>, tenant: &TenantId) -> Option<String> {
    let Value::Text(text) = value? else {
        return Some("a value that is no text".to_owned());
    };
    let agrees = text.is_empty() || text == tenant.as_str().as_bytes();
    (!agrees).then(|| String::from_utf8_lossy(&text).into_owned())
}
