//! TLS, with certificates that the tests make.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use logs_server::{Certificates, ServerOptions};
use rcgen::{CertificateParams, KeyPair};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tonic::transport::{Certificate, Channel, ClientTlsConfig};

use super::grpc::{TRACES, call, traces};
use super::support::{append, raw, start};

/// A certificate of `localhost` in PEM, and its key.
fn certificate() -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let names = vec!["localhost".to_owned()];
    let certificate = CertificateParams::new(names).unwrap().self_signed(&key);
    (certificate.unwrap().pem(), key.serialize_pem())
}

/// The files of a certificate.
struct Files {
    folder: TempDir,
}

impl Files {
    fn new((certificate, key): &(String, String)) -> Self {
        let files = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        files.write(certificate, key);
        files
    }

    fn certificate(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    fn write(&self, certificate: &str, key: &str) {
        fs::write(self.certificate(), certificate).unwrap();
        fs::write(self.key(), key).unwrap();
    }

    fn read(&self) -> Arc<Certificates> {
        Arc::new(Certificates::read(&self.certificate(), &self.key()).unwrap())
    }
}

/// A client that trusts these certificates and offers this protocol.
fn client(trusted: &[&str], protocol: &str) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    for pem in trusted {
        roots
            .add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap())
            .unwrap();
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    TlsConnector::from(Arc::new(config))
}

async fn connect(address: SocketAddr, client: &TlsConnector) -> TlsStream<TcpStream> {
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    client.connect(name, stream).await.unwrap()
}

/// The certificate that a connection was shown.
fn shown(stream: &TlsStream<TcpStream>) -> Vec<u8> {
    stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
}

fn der(pem: &str) -> Vec<u8> {
    CertificateDer::from_pem_slice(pem.as_bytes())
        .unwrap()
        .to_vec()
}

#[tokio::test]
async fn http_and_grpc_speak_tls_and_agree_on_the_protocol() {
    let made = certificate();
    let files = Files::new(&made);
    let server = start(|options| options.tls = Some(files.read())).await;
    for (offered, chosen) in [("http/1.1", "http/1.1"), ("h2", "h2")] {
        let stream = connect(server.address, &client(&[&made.0], offered)).await;
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(chosen.as_bytes()));
    }
    let mut stream = connect(server.address, &client(&[&made.0], "http/1.1")).await;
    stream.write_all(append().as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");

    let tls = ClientTlsConfig::new()
        .ca_certificate(Certificate::from_pem(&made.0))
        .domain_name("localhost");
    let channel = Channel::from_shared(format!("https://{}", server.address)).unwrap();
    let channel = channel.tls_config(tls).unwrap().connect().await.unwrap();
    call(channel, TRACES, &[], traces()).await.unwrap();
    assert_eq!(server.runs().await, 2);
    server.end().await;
}

#[tokio::test]
async fn plain_text_and_strangers_get_no_answer() {
    let made = certificate();
    let files = Files::new(&made);
    let server = start(|options| options.tls = Some(files.read())).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(append().as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // The server may also reset the connection.
    let _closed = stream.read_to_end(&mut answer).await;
    assert!(
        !String::from_utf8_lossy(&answer).contains("HTTP"),
        "an alert at most"
    );
    let (stranger, _) = certificate();
    let stream = TcpStream::connect(server.address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let refused = client(&[&stranger], "h2").connect(name, stream).await;
    assert!(refused.is_err(), "the client trusts another certificate");
    assert_eq!(server.runs().await, 0);
    // Those of operators stay plain.
    assert!(
        raw(server.admin, "GET /livez HTTP/1.0\r\n\r\n")
            .await
            .starts_with("HTTP/1.0 200")
    );
    server.end().await;
}

#[tokio::test]
async fn a_connection_without_a_handshake_is_cut() {
    let files = Files::new(&certificate());
    let set = |options: &mut ServerOptions| {
        options.tls = Some(files.read());
        options.header_timeout = Duration::from_millis(200);
    };
    let server = start(set).await;
    assert_eq!(raw(server.address, "").await, "");
    server.end().await;
}

#[tokio::test]
async fn new_files_are_shown_and_connections_go_on() {
    let (old, new) = (certificate(), certificate());
    let files = Files::new(&old);
    let set = |options: &mut ServerOptions| {
        options.tls = Some(files.read());
        options.tls_reload = Duration::from_millis(20);
    };
    let server = start(set).await;
    let client = client(&[&old.0, &new.0], "http/1.1");
    let mut before = connect(server.address, &client).await;
    assert_eq!(shown(&before), der(&old.0));
    let half = append();
    let (first, rest) = half.split_at(half.len() / 2);
    before.write_all(first.as_bytes()).await.unwrap();

    files.write(&new.0, &new.1);
    while shown(&connect(server.address, &client).await) == der(&old.0) {
        tokio::task::yield_now().await;
    }
    before.write_all(rest.as_bytes()).await.unwrap();
    let mut answer = String::new();
    before.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    // While the files are written, one may be new and the other old.
    let replaced = "logs_tls_certificate_replaced_total 1";
    assert!(server.metrics().await.contains(replaced));
    server.end().await;
}

#[tokio::test]
async fn new_files_that_cannot_be_used_change_nothing_and_are_counted() {
    let made = certificate();
    let files = Files::new(&made);
    let certificates = files.read();
    let shared = Arc::clone(&certificates);
    let set = move |options: &mut ServerOptions| {
        options.tls = Some(shared);
        options.tls_reload = Duration::from_millis(20);
    };
    let server = start(set).await;
    let refusals = async |number: u32| {
        let line = format!("logs_tls_certificate_refused_total {number}\n");
        while !server.metrics().await.contains(&line) {
            tokio::task::yield_now().await;
        }
    };
    let (other, _) = certificate();
    fs::write(files.certificate(), &other).unwrap();
    refusals(1).await;
    fs::write(files.certificate(), "nothing").unwrap();
    refusals(2).await;
    fs::remove_file(files.key()).unwrap();
    refusals(3).await;
    // Asked by the operator, the service tries again although nothing changed.
    certificates.reload();
    refusals(4).await;
    let client = client(&[&made.0], "http/1.1");
    assert_eq!(shown(&connect(server.address, &client).await), der(&made.0));
    server.end().await;
}

#[test]
fn an_error_names_the_file_and_nothing_of_the_key() {
    let (certificate_pem, key_pem) = certificate();
    let files = Files::new(&(certificate_pem.clone(), key_pem.clone()));
    let error = || {
        Certificates::read(&files.certificate(), &files.key())
            .unwrap_err()
            .to_string()
    };
    let (_, other) = certificate();
    files.write(&certificate_pem, &other);
    assert!(
        error().contains("key.pem: not the key of the certificate"),
        "{}",
        error()
    );
    files.write("x", &key_pem);
    assert!(
        error().contains("certificate.pem: expected certificates"),
        "{}",
        error()
    );
    let secret = &key_pem.lines().nth(1).unwrap()[..20];
    files.write(&certificate_pem, secret);
    assert!(
        error().contains("key.pem: expected a private key"),
        "{}",
        error()
    );
    assert!(!error().contains(secret));
    fs::remove_file(files.key()).unwrap();
    assert!(error().contains("key.pem: No such file"), "{}", error());
}
