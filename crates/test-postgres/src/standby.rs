//! A server that follows another one.

use std::path::Path;

use crate::cluster::Cluster;
use crate::{Error, Server};

/// A standby of a server, in recovery until it is promoted. It ends with the value.
#[derive(Debug)]
pub struct Standby(Cluster);

impl Standby {
    /// The name by which its primary may wait for it, in `synchronous_standby_names`.
    pub const NAME: &'static str = "walreceiver";

    /// Copies a started server and follows it.
    ///
    /// # Errors
    /// When the server is a given one, or the copy does not start.
    pub fn of(server: &Server) -> Result<Self, Error> {
        let primary = server.cluster.as_ref().ok_or(Error::Given)?;
        primary.standby().map(Self)
    }

    /// The folder with its socket. Its databases and users are those of its primary.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.0.folder
    }

    /// Lets it follow no more and take writes; its primary, should it live, hears nothing of it.
    ///
    /// # Errors
    /// When it does not become a primary within a minute.
    pub fn promote(&self) -> Result<(), Error> {
        self.0.promote()
    }
}
