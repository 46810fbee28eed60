//! A proxy before the server's socket that does what networks do at the worst moment. Clients reach
//! it by TCP.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};

/// The name of the socket of a server on its usual port.
const SOCKET: &str = ".s.PGSQL.5432";

/// What becomes of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Everything is passed on.
    None,
    /// The answer to the next commit is lost, and every later connection is refused.
    LostCommit,
    /// After so many bytes, of both sides together, the connection is closed. Once.
    Cut(usize),
    /// The same, and the client is told of a reset.
    Reset(usize),
    /// After so many bytes nothing is passed on, and nobody is told: half of it is open. Once.
    Stall(usize),
    /// New connections are closed at once.
    Refused,
}

/// Between a store and its server. It ends with the runtime.
pub(crate) struct Proxy {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

struct State {
    server: PathBuf,
    fault: Fault,
    /// The bytes that were passed on since the fault was set.
    passed: usize,
}

impl Proxy {
    /// Passes everything on to the server whose socket is in this folder.
    pub(crate) async fn before(server: &Path) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State {
            server: server.join(SOCKET),
            fault: Fault::None,
            passed: 0,
        }));
        tokio::spawn(accept(listener, Arc::clone(&state)));
        Ok(Self { address, state })
    }

    /// The URL through the proxy for one that names a socket.
    pub(crate) fn url(&self, direct: &str) -> String {
        let direct = direct.split_once("?host=").map_or(direct, |(base, _)| base);
        let through = direct.replacen("localhost", &self.address.to_string(), 1);
        format!("{through}?sslmode=disable")
    }

    /// Sets what happens from now on.
    pub(crate) fn set(&self, fault: Fault) {
        let mut state = lock(&self.state);
        state.fault = fault;
        state.passed = 0;
    }

    /// New connections lead to another server.
    pub(crate) fn lead_to(&self, server: &Path) {
        lock(&self.state).server = server.join(SOCKET);
    }

    /// The bytes that were passed on since the fault was set.
    pub(crate) fn passed(&self) -> usize {
        lock(&self.state).passed
    }
}

fn lock(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, state: Arc<Mutex<State>>) {
    while let Ok((client, _)) = listener.accept().await {
        let (server, fault) = {
            let state = lock(&state);
            (state.server.clone(), state.fault)
        };
        if fault == Fault::Refused {
            continue;
        }
        let state = Arc::clone(&state);
        // A connection that breaks is what the proxy is for.
        tokio::spawn(async move { drop(pass(client, &server, &state).await) });
    }
}

/// What to do with bytes that arrived.
enum Verdict {
    Pass,
    Close,
    Reset,
    Stall,
}

/// Counts bytes, and strikes at most once.
fn judge(state: &Mutex<State>, bytes: usize) -> Verdict {
    let mut state = lock(state);
    state.passed += bytes;
    let verdict = match state.fault {
        Fault::Cut(after) if state.passed > after => Verdict::Close,
        Fault::Reset(after) if state.passed > after => Verdict::Reset,
        Fault::Stall(after) if state.passed > after => Verdict::Stall,
        Fault::None
        | Fault::LostCommit
        | Fault::Refused
        | Fault::Cut(_)
        | Fault::Reset(_)
        | Fault::Stall(_) => return Verdict::Pass,
    };
    state.fault = Fault::None;
    verdict
}

/// Passes on until one side ends, or the fault strikes.
async fn pass(mut client: TcpStream, server: &Path, state: &Mutex<State>) -> std::io::Result<()> {
    // Small messages would wait for each other.
    client.set_nodelay(true)?;
    let mut server = UnixStream::connect(server).await?;
    let (mut asked, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        let (of_client, bytes) = tokio::select! {
            read = client.read(&mut asked) => (true, read?),
            read = server.read(&mut answered) => (false, read?),
        };
        if bytes == 0 {
            return Ok(());
        }
        match judge(state, bytes) {
            Verdict::Pass => {}
            Verdict::Close => return Ok(()),
            Verdict::Reset => return client.set_zero_linger(),
            Verdict::Stall => return std::future::pending().await,
        }
        if !of_client {
            let answered = answered.get(..bytes).unwrap_or_default();
            client.write_all(answered).await?;
            continue;
        }
        let asked = asked.get(..bytes).unwrap_or_default();
        server.write_all(asked).await?;
        let commits = asked.windows(7).any(|word| word == b"COMMIT\0");
        if commits && lock(state).fault == Fault::LostCommit {
            lock(state).fault = Fault::Refused;
            // The server answers when it has committed.
            server.readable().await?;
            return Ok(());
        }
    }
}
