//! What tests over the network share: servers, and clients of HTTP/1.1.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use logs_domain::{
    LlmRunFilter, LogsReader, LogsStore, PageRequest, StoreOptions, TenantId, UuidV7Generator,
};
use logs_keys::{Grant, KeyRing, KeyVault, Pepper, Role, Tenants};
use logs_memory::MemoryStore;
use logs_server::{Authentication, Server, ServerOptions, Shutdown};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

pub(crate) fn tenant() -> TenantId {
    TenantId::new("default").unwrap()
}

/// A server that runs.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) admin: SocketAddr,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) shutdown: Shutdown,
    pub(crate) serving: JoinHandle<()>,
}

/// A server without keys.
pub(crate) async fn start(set: impl FnOnce(&mut ServerOptions)) -> Running {
    let store = Arc::new(MemoryStore::new(StoreOptions::default()));
    start_over(store, Authentication::Open(tenant()), set).await
}

async fn start_over(
    store: Arc<MemoryStore>,
    authentication: Authentication,
    set: impl FnOnce(&mut ServerOptions),
) -> Running {
    let mut options = ServerOptions::new(authentication);
    set(&mut options);
    let any = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0))];
    let server = Server::bind(&any, Arc::clone(&store) as Arc<dyn LogsStore>, options);
    let server = server.await.unwrap().with_admin(any[0]).await.unwrap();
    let admin = server.admin_address().unwrap().unwrap();
    let address = server.addresses().unwrap()[0];
    let shutdown = Shutdown::new();
    let serving = tokio::spawn(server.run(shutdown.clone()));
    Running {
        address,
        admin,
        store,
        shutdown,
        serving,
    }
}

impl Running {
    /// How many runs the tenant of a server without keys has.
    pub(crate) async fn runs(&self) -> usize {
        self.runs_of(&tenant()).await
    }

    pub(crate) async fn runs_of(&self, tenant: &TenantId) -> usize {
        let (filter, page) = (LlmRunFilter::default(), PageRequest::default());
        let found = self.store.list_llm_runs(tenant, &filter, &page).await;
        found.unwrap().items.len()
    }

    /// What operators see.
    pub(crate) async fn metrics(&self) -> String {
        raw(self.admin, "GET /metrics HTTP/1.0\r\n\r\n").await
    }

    pub(crate) async fn end(self) {
        self.shutdown.begin();
        self.serving.await.unwrap();
    }
}

/// Sends a request as it is, and reads until the server closes.
pub(crate) async fn raw(address: SocketAddr, request: impl AsRef<[u8]>) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_ref()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// Sends a body with these headers, and reads the answer.
pub(crate) async fn post(
    address: SocketAddr,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> String {
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    let request = [request.as_bytes(), b"\r\n", body].concat();
    raw(address, request).await
}

/// The status of an answer.
pub(crate) fn status(answer: &str) -> u16 {
    let status = answer.split(' ').nth(1).unwrap_or_default();
    status.parse().unwrap_or_default()
}

/// The value of a header of an answer.
pub(crate) fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let (head, _) = answer.split_once("\r\n\r\n")?;
    let mut headers = head.lines().filter_map(|line| line.split_once(": "));
    headers
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

pub(crate) const RUN: &str = r#"{"llm_run":{"run_id":"r","provider":"p","model":"m","source":"SDK","execution_status":"SUCCEEDED","started_at":"2026-03-02T10:00:00Z"}}"#;

pub(crate) fn append() -> String {
    format!(
        "POST /api/v1/records HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{RUN}",
        RUN.len()
    )
}

/// A server that lets in holders of keys alone.
pub(crate) struct Guarded {
    pub(crate) running: Running,
    vault: KeyVault,
}

pub(crate) async fn guarded(set: impl FnOnce(&mut ServerOptions)) -> Guarded {
    let store = Arc::new(MemoryStore::new(StoreOptions::default()));
    let shared = Arc::clone(&store) as Arc<dyn LogsStore>;
    let keys = TenantId::new(KeyVault::TENANT).unwrap();
    let vault = KeyVault::new(shared, keys, Pepper::random().unwrap());
    let ring = Arc::new(KeyRing::new(vault.clone()));
    Guarded {
        running: start_over(store, Authentication::Keys(ring), set).await,
        vault,
    }
}

impl Guarded {
    /// The header of a key for one tenant with these roles.
    pub(crate) async fn key(&self, tenant: &str, roles: &[Role]) -> String {
        let tenants = Tenants::Only([TenantId::new(tenant).unwrap()].into());
        let grant = Grant::new(tenants, roles.iter().copied().collect());
        let key = self.vault.issue(&grant, &UuidV7Generator, None).await;
        format!("Bearer {}", key.unwrap().reveal())
    }
}
