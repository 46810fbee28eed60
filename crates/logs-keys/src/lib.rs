#![doc = include_str!("../README.md")]

mod grant;
mod key;
mod pepper;
mod ring;
mod role;
mod tenants;
mod vault;

pub use grant::Grant;
pub use key::{Key, KeyId};
pub use pepper::{Pepper, PepperError};
pub use ring::{KeyError, KeyRing};
pub use role::{Role, Roles};
pub use tenants::Tenants;
pub use vault::{IssuedKey, KeyVault};
