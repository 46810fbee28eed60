//! TLS: the certificate of the service, and its replacement while connections go on.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use sha2::{Digest, Sha256};
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;
use tracing::{error, info};

/// How often the files of a certificate are compared with those in use.
pub(crate) const RELOAD_INTERVAL: Duration = Duration::from_secs(10);
/// The protocols that a client may choose, the better one first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Why a certificate cannot be used. No message has a word of the key.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {reason}")]
pub struct CertificateError {
    file: String,
    reason: String,
}

impl CertificateError {
    fn new(file: &Path, reason: impl fmt::Display) -> Self {
        Self {
            file: file.display().to_string(),
            reason: reason.to_string(),
        }
    }
}

/// The certificate of a service and its private key, from two PEM files. The files may be replaced while the service
/// runs.
#[derive(Debug)]
pub struct Certificates {
    certificate: PathBuf,
    key: PathBuf,
    provider: Arc<CryptoProvider>,
    current: Arc<Current>,
    config: Arc<ServerConfig>,
    /// The digest of the files at the last attempt to read them.
    attempted: Mutex<[u8; 32]>,
    replaced: AtomicU64,
    refused: AtomicU64,
}

/// The certificate that the next handshake shows.
#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let current = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&current))
    }
}

impl Certificates {
    /// Reads a chain of certificates, that of the service first, and the private key of the first.
    ///
    /// # Errors
    /// A file cannot be read or has another content, or the key is not that of the certificate.
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, CertificateError> {
        let provider = Arc::new(ring::default_provider());
        let files = Files::read(certificate, key)?;
        let certified = files.certified(certificate, key, &provider)?;
        let current = Arc::new(Current(RwLock::new(certified)));
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| CertificateError::new(certificate, error))?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&current) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
        Ok(Self {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            provider,
            current,
            config: Arc::new(config),
            attempted: Mutex::new(files.digest()),
            replaced: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        })
    }

    /// How many certificates the chain has.
    #[must_use]
    pub fn chain_len(&self) -> usize {
        let current = self.current.0.read();
        current.unwrap_or_else(PoisonError::into_inner).cert.len()
    }

    /// Reads the files again, and shows their certificate from the next handshake on. Connections go on. If the files
    /// cannot be used, the service keeps the certificate it has, logs the reason and counts it.
    pub fn reload(&self) {
        let files = Files::read(&self.certificate, &self.key);
        self.replace(files);
    }

    /// As [`reload`](Self::reload), unless the files are those of the last attempt.
    fn reload_changed(&self) {
        let files = Files::read(&self.certificate, &self.key);
        let attempted = *self
            .attempted
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if digest(&files) != attempted {
            self.replace(files);
        }
    }

    fn replace(&self, files: Result<Files, CertificateError>) {
        *self
            .attempted
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = digest(&files);
        let certified =
            files.and_then(|files| files.certified(&self.certificate, &self.key, &self.provider));
        match certified {
            Ok(certified) => {
                let mut current = self
                    .current
                    .0
                    .write()
                    .unwrap_or_else(PoisonError::into_inner);
                *current = certified;
                self.replaced.fetch_add(1, Ordering::Relaxed);
                info!("the next connections get the certificate that was read again");
            }
            Err(error) => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                error!(%error, "the certificate in use stays: the new one cannot be used");
            }
        }
    }

    /// Compares the files with those in use, for ever.
    pub(crate) async fn watch(&self, interval: Duration) {
        loop {
            sleep(interval).await;
            self.reload_changed();
        }
    }

    /// How many times the files replaced the certificate, and how many times they could not be used.
    pub(crate) fn reloads(&self) -> (u64, u64) {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        (count(&self.replaced), count(&self.refused))
    }

    /// Makes TLS of connections.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        Arc::clone(&self.config).into()
    }
}

/// The content of both files.
struct Files {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Files {
    fn read(certificate: &Path, key: &Path) -> Result<Self, CertificateError> {
        let read = |file| fs::read(file).map_err(|error| CertificateError::new(file, error));
        Ok(Self {
            certificate: read(certificate)?,
            key: read(key)?,
        })
    }

    fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new_with_prefix(Sha256::digest(&self.certificate));
        digest.update(&self.key);
        digest.finalize().into()
    }

    /// The certificate with its key. `certificate` and `key` name the files in errors.
    fn certified(
        &self,
        certificate: &Path,
        key: &Path,
        provider: &CryptoProvider,
    ) -> Result<Arc<CertifiedKey>, CertificateError> {
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&self.certificate).collect();
        let chain = chain.unwrap_or_default();
        if chain.is_empty() {
            return Err(CertificateError::new(
                certificate,
                "expected certificates in PEM",
            ));
        }
        // The error of the parser may repeat the file.
        let private = PrivateKeyDer::from_pem_slice(&self.key)
            .map_err(|_| CertificateError::new(key, "expected a private key in PEM"))?;
        let certified = CertifiedKey::from_der(chain, private, provider);
        let certified = certified.map_err(|error| {
            let reason = format!(
                "not the key of the certificate {}: {error}",
                certificate.display()
            );
            CertificateError::new(key, reason)
        })?;
        Ok(Arc::new(certified))
    }
}

/// The digest of files; zeros for files that cannot be read.
fn digest(files: &Result<Files, CertificateError>) -> [u8; 32] {
    files.as_ref().map(Files::digest).unwrap_or_default()
}
