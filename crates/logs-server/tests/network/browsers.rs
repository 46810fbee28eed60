//! Pages of browsers that call the service: off unless their origin is allowed.

use std::net::SocketAddr;

use super::support::{RUN, guarded, header, post, raw, start, status};

const ORIGIN: &str = "https://app.example";
const ALLOW: &str = "access-control-allow-origin";

async fn preflight(address: SocketAddr, path: &str, origin: &str) -> String {
    let request = format!(
        "OPTIONS {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\norigin: {origin}\r\n\
         access-control-request-method: POST\r\n\
         access-control-request-headers: authorization,content-type,x-custom\r\n\r\n"
    );
    raw(address, request).await
}

#[tokio::test]
async fn without_an_allowed_origin_no_answer_lets_a_page_in() {
    let server = start(|_| {}).await;
    let asked = preflight(server.address, "/v1/traces", ORIGIN).await;
    assert_eq!((status(&asked), header(&asked, ALLOW)), (405, None));
    let headers = [("origin", ORIGIN), ("content-type", "application/json")];
    let answer = post(server.address, "/v1/traces", &headers, b"{}").await;
    assert_eq!((status(&answer), header(&answer, ALLOW)), (200, None));
    server.end().await;
}

#[tokio::test]
async fn pages_of_an_allowed_origin_may_export_and_ask() {
    let server = guarded(|options| options.allowed_origins = vec![ORIGIN.parse().unwrap()]).await;
    let address = server.running.address;
    for path in ["/v1/traces", "/v1/logs", "/api/v1/records", "/api/v1/runs"] {
        let asked = preflight(address, path, ORIGIN).await;
        assert_eq!(status(&asked), 200, "{path}: {asked}");
        assert_eq!(header(&asked, ALLOW), Some(ORIGIN), "{path}");
        assert_eq!(
            header(&asked, "access-control-allow-credentials"),
            Some("true")
        );
        let headers = header(&asked, "access-control-allow-headers").unwrap();
        assert!(
            headers.contains("authorization") && headers.contains("x-custom"),
            "{headers}"
        );
        let other = preflight(address, path, "https://evil.example").await;
        assert_eq!(header(&other, ALLOW), None, "{path}");
    }
    // Browsers show a page the answer only with the header: to a success, and to an error alike.
    let key = server.key("acme", &[logs_keys::Role::Ingest]).await;
    for (key, expected) in [(key.as_str(), 200), ("Bearer wrong", 401)] {
        let headers = [
            ("authorization", key),
            ("origin", ORIGIN),
            ("content-type", "application/json"),
        ];
        let answer = post(address, "/api/v1/records", &headers, RUN.as_bytes()).await;
        assert_eq!(
            (status(&answer), header(&answer, ALLOW)),
            (expected, Some(ORIGIN))
        );
        let exposed = header(&answer, "access-control-expose-headers").unwrap();
        assert!(exposed.contains("retry-after"), "{exposed}");
    }
    server.running.end().await;
}
