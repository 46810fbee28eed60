//! The sources of each field: the first that is present wins, from left to right. Sources are never added up.

pub(crate) mod cost;
pub(crate) mod finish;
pub(crate) mod kept;
pub(crate) mod model;
pub(crate) mod outcome;
pub(crate) mod provider;
pub(crate) mod session;
pub(crate) mod skill;
pub(crate) mod status;
pub(crate) mod time;
pub(crate) mod tokens;
