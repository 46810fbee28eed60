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

/// The signals by which an operator asks a service to read its files again: SIGHUP, which ends the process no more.
pub(crate) fn hung_up() -> HungUp {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        HungUp(signal(SignalKind::hangup()).ok())
    }
    #[cfg(not(unix))]
    HungUp
}

/// Signals to read files again.
#[derive(Debug)]
#[cfg(unix)]
pub(crate) struct HungUp(Option<tokio::signal::unix::Signal>);

/// Signals to read files again, of which this system has none.
#[derive(Debug)]
#[cfg(not(unix))]
pub(crate) struct HungUp;

impl HungUp {
    /// Waits for the next one, for ever where there can be none.
    pub(crate) async fn recv(&mut self) {
        #[cfg(unix)]
        if let Some(signals) = &mut self.0
            && signals.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}

async fn from_terminal() {
    // Where the signal cannot be heard, the process ends by it as every other does.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
