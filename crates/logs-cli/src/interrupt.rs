//! What a person or a supervisor asks of a process by signals.

/// Ends when the process is asked to end: by an interrupt from the terminal or by SIGTERM.
pub(crate) async fn interrupted() {
    Signals::to_end().recv().await;
}

/// Signals of one purpose. From its making on, one that comes while nobody waits is not lost.
#[cfg(unix)]
#[derive(Debug)]
pub(crate) struct Signals(Vec<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl Signals {
    /// Those that ask the process to end: an interrupt from the terminal, and SIGTERM.
    pub(crate) fn to_end() -> Self {
        use tokio::signal::unix::SignalKind;
        Self::of(&[SignalKind::interrupt(), SignalKind::terminate()])
    }

    /// SIGHUP, which asks it to read its files again. It ends the process no more.
    pub(crate) fn to_reload() -> Self {
        Self::of(&[tokio::signal::unix::SignalKind::hangup()])
    }

    /// Where a signal cannot be heard, the process does by it what every other does.
    fn of(kinds: &[tokio::signal::unix::SignalKind]) -> Self {
        let heard = kinds.iter().map(|kind| tokio::signal::unix::signal(*kind));
        Self(heard.filter_map(Result::ok).collect())
    }

    /// Waits for the next one.
    pub(crate) async fn recv(&mut self) {
        std::future::poll_fn(|context| {
            let mut signals = self.0.iter_mut();
            if signals.any(|signal| signal.poll_recv(context).is_ready()) {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
    }
}

/// Signals of one purpose. This system has only the interrupt from the terminal.
#[cfg(not(unix))]
#[derive(Debug)]
pub(crate) struct Signals {
    is_end: bool,
}

#[cfg(not(unix))]
impl Signals {
    /// The interrupt from the terminal.
    pub(crate) fn to_end() -> Self {
        Self { is_end: true }
    }

    /// None: nobody can ask it to read its files again.
    pub(crate) fn to_reload() -> Self {
        Self { is_end: false }
    }

    /// Waits for the next one, for ever where there can be none.
    pub(crate) async fn recv(&mut self) {
        if !self.is_end || tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
