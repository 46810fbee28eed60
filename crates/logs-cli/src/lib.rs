//! The `logs` command: import, questions, export and care of the evidence store.
//!
//! The binary only calls [`main`]. [`run`] is the same in-process, on any store and with captured
//! output, for tests.

mod command;
mod export;
mod failure;
mod globals;
mod import;
mod interrupt;
mod one_of;
mod output;
mod page_flags;
mod session;
mod streams;
mod token_usage;
mod window;

use std::ffi::OsString;
use std::io::{BufWriter, IsTerminal, Write};
use std::process::ExitCode;

use self::command::Arguments;
use self::failure::Failure;
use self::output::one_line;
use self::session::Session;

pub use self::failure::ExitStatus;
pub use self::session::Dependencies;
pub use self::streams::Streams;

/// Runs the command line of the process on its streams.
#[must_use]
pub fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let mut err = std::io::stderr();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            // There is nowhere to report that this report failed.
            let _ = writeln!(err, "error: no runtime: {error}");
            return ExitStatus::Unavailable.into();
        }
    };
    let mut out = BufWriter::new(std::io::stdout());
    let streams = Streams {
        err_is_terminal: err.is_terminal(),
        out: &mut out,
        err: &mut err,
    };
    let command = run(std::env::args_os(), streams, Dependencies::default());
    let status = runtime.block_on(command);
    // A read of standard input that nobody waits for any more must not hold the process.
    runtime.shutdown_background();
    status.into()
}

/// Runs one command line, its first word being the name of the program, and says how it ended.
/// Errors are one line on `streams.err`.
pub async fn run(
    words: impl IntoIterator<Item = OsString>,
    streams: Streams<'_>,
    dependencies: Dependencies,
) -> ExitStatus {
    let Streams { out, err, .. } = streams;
    let outcome = match Arguments::of(words, out) {
        Ok(Some(arguments)) => {
            let (globals, command) = (arguments.globals, arguments.command);
            let streams = Streams {
                out: &mut *out,
                err: &mut *err,
                err_is_terminal: streams.err_is_terminal,
            };
            let mut session = Session::new(globals, streams, dependencies);
            let outcome = command::run(command, &mut session).await;
            session.finish(outcome).await
        }
        Ok(None) => Ok(()),
        Err(failure) => Err(failure),
    };
    let outcome = outcome.and_then(|()| out.flush().map_err(Failure::from));
    let Err(failure) = outcome else {
        return ExitStatus::Done;
    };
    if let Some(message) = failure.message() {
        // There is nowhere to report that this report failed.
        let _ = writeln!(err, "error: {}", one_line(message));
    }
    failure.status()
}
