//! SIGHUP reads the certificate again, and a service without one goes on.

use std::fs;

use crate::client::Connection;
use crate::process::Service;

#[test]
fn sighup_ends_no_service() {
    let folder = tempfile::tempdir().unwrap();
    let mut service = Service::start(&folder.path().join("logs.db"));
    service.signal("HUP");
    let mut connection = Connection::open(service.address).unwrap();
    connection.get("/api/v1/usage");
    service.terminate();
    assert_eq!(service.ended().code(), Some(0));
}

#[test]
fn sighup_reads_the_certificate_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    fs::write(
        path("tls.crt"),
        certificate.self_signed(&key).unwrap().pem(),
    )
    .unwrap();
    fs::write(path("tls.key"), key.serialize_pem()).unwrap();
    let flags = [
        "--tls-certificate",
        &path("tls.crt"),
        "--tls-key",
        &path("tls.key"),
        "--log-format",
        "json",
    ];
    let mut service = Service::start_with(&folder.path().join("logs.db"), &flags);
    service.signal("HUP");
    service.says("the next connections get the certificate that was read again");
    fs::write(path("tls.key"), "nothing").unwrap();
    service.signal("HUP");
    let said = service.says("the certificate in use stays");
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said["level"], "ERROR");
    let reason = said["fields"]["error"].as_str().unwrap();
    assert!(
        reason.ends_with("tls.key: expected a private key in PEM"),
        "{reason}"
    );
    service.terminate();
    assert_eq!(service.ended().code(), Some(0));
}
