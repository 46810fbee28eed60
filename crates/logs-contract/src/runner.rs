//! Running the suite as a test program.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use tokio::runtime::Runtime;

use crate::{BackendError, Case, ContractBackend, cases};

/// Runs the suite against the backend that `start` makes, as the `main` of a test program without
/// the standard harness: each case is a test by its name, with the arguments of `cargo test`
/// (`--case NAME` is a filter too).
///
/// A backend that cannot start fails every case. The last line of the output is
/// `contract: backend=NAME cases=N passed=N failed=N exempt=N`, where `cases` are those that ran; a
/// line before it names each capability that the backend is exempt from, and why.
pub fn run<B, F>(start: F) -> ExitCode
where
    B: ContractBackend + 'static,
    F: AsyncFnOnce() -> Result<B, BackendError>,
{
    let arguments = Arguments::from_iter(std::env::args().filter(|argument| argument != "--case"));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime can be made");
    let runtime = Arc::new(runtime);
    let backend: Result<Arc<dyn ContractBackend>, String> = match runtime.block_on(start()) {
        Ok(backend) => Ok(Arc::new(backend)),
        Err(error) => Err(format!("the backend did not start: {error}")),
    };
    let trials = cases()
        .map(|case| trial(case, &runtime, &backend))
        .collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !arguments.list {
        let summary = Summary {
            passed: conclusion.num_passed,
            failed: conclusion.num_failed,
            exempt: conclusion.num_ignored,
        };
        // A closed output cannot be told about.
        let _ = summary.write(&mut std::io::stdout(), backend.as_deref().ok());
    }
    conclusion.exit_code()
}

fn trial(
    case: &'static Case,
    runtime: &Arc<Runtime>,
    backend: &Result<Arc<dyn ContractBackend>, String>,
) -> Trial {
    let exemption = backend.as_ref().ok().and_then(|backend| {
        let missing = |capability| {
            let mut exemptions = backend.exemptions().iter();
            exemptions.find(|exemption| exemption.capability == capability)
        };
        case.needs
            .iter()
            .find_map(|capability| missing(*capability))
            .copied()
    });
    let runtime = Arc::clone(runtime);
    let backend = backend.clone();
    Trial::test(case.name, move || {
        if let Some(exemption) = exemption {
            return Err(Failed::from(format!("exempt: {}", exemption.reason)));
        }
        let backend = backend.map_err(Failed::from)?;
        runtime
            .block_on(case.run(&*backend))
            .map_err(|message| Failed::from(format!("{}: {message}", case.name)))
    })
    .with_ignored_flag(exemption.is_some())
}

/// What became of the cases.
struct Summary {
    passed: u64,
    failed: u64,
    exempt: u64,
}

impl Summary {
    fn write(
        &self,
        out: &mut impl Write,
        backend: Option<&dyn ContractBackend>,
    ) -> std::io::Result<()> {
        let name = backend.map_or("unavailable", |backend| backend.name());
        for exemption in backend.map_or(&[][..], |backend| backend.exemptions()) {
            let (capability, reason) = (exemption.capability, exemption.reason);
            writeln!(
                out,
                "contract: backend={name} exempt from {capability:?}: {reason}"
            )?;
        }
        let Self {
            passed,
            failed,
            exempt,
        } = self;
        let cases = passed + failed;
        writeln!(
            out,
            "contract: backend={name} cases={cases} passed={passed} failed={failed} exempt={exempt}"
        )?;
        out.flush()
    }
}
