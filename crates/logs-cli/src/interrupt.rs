//! A person or a supervisor who wants the command to end.

/// Ends when the process is asked to end: by an interrupt from the terminal or by SIGTERM.
pub(crate) async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let terminated = async {
            match signal(SignalKind::terminate()) {
                Ok(mut signals) => {
                    signals.recv().await;
                }
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            () = terminated => {}
            () = from_terminal() => {}
        }
    }
    #[cfg(not(unix))]
    from_terminal().await;
}

async fn from_terminal() {
    // Where the signal cannot be heard, the process ends by it as every other does.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
