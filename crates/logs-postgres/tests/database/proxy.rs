//! A proxy before the server's socket that loses the answer to a commit: what the network may do at
//! the worst moment.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

/// The name of the socket of a server on its usual port.
const SOCKET: &str = ".s.PGSQL.5432";

/// Between the store and its server. It ends with the runtime.
pub(crate) struct Proxy {
    folder: tempfile::TempDir,
    armed: Arc<AtomicBool>,
}

impl Proxy {
    /// Passes everything on to the server whose socket is in this folder.
    pub(crate) fn before(server: &Path) -> std::io::Result<Self> {
        let folder = tempfile::tempdir_in("/tmp")?;
        let listener = UnixListener::bind(folder.path().join(SOCKET))?;
        let armed = Arc::new(AtomicBool::new(false));
        tokio::spawn(accept(listener, server.join(SOCKET), Arc::clone(&armed)));
        Ok(Self { folder, armed })
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// From now on the answer to the next commit is lost, and every later connection is refused.
    pub(crate) fn lose_the_next_commit(&self) {
        self.armed.store(true, Ordering::SeqCst);
    }
}

async fn accept(listener: UnixListener, server: PathBuf, armed: Arc<AtomicBool>) {
    let cut = Arc::new(AtomicBool::new(false));
    while let Ok((client, _)) = listener.accept().await {
        if cut.load(Ordering::SeqCst) {
            continue;
        }
        let (server, armed, cut) = (server.clone(), Arc::clone(&armed), Arc::clone(&cut));
        // A connection that breaks is what the proxy is for.
        tokio::spawn(async move { drop(pass(client, &server, &armed, &cut).await) });
    }
}

/// Passes on until one side ends. A commit reaches the server, its answer nobody.
async fn pass(
    mut client: UnixStream,
    server: &Path,
    armed: &AtomicBool,
    cut: &AtomicBool,
) -> std::io::Result<()> {
    let mut server = UnixStream::connect(server).await?;
    let (mut asked, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let asked = asked.get(..read?).unwrap_or_default();
                if asked.is_empty() {
                    return Ok(());
                }
                let commits = asked.windows(7).any(|word| word == b"COMMIT\0");
                server.write_all(asked).await?;
                if commits && armed.load(Ordering::SeqCst) {
                    cut.store(true, Ordering::SeqCst);
                    // The server answers when it has committed.
                    server.readable().await?;
                    return Ok(());
                }
            }
            read = server.read(&mut answered) => {
                let answered = answered.get(..read?).unwrap_or_default();
                if answered.is_empty() {
                    return Ok(());
                }
                client.write_all(answered).await?;
            }
        }
    }
}
