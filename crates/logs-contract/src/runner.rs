//! Running the suite as a test program.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Conclusion, Failed, Trial};
use tokio::runtime::Runtime;

use crate::{BackendError, Case, ContractBackend, cases, property};

/// Runs the suite on the backend that `start` returns, as the `main` of a test program without the standard
/// harness. Each case is a test with its name. The program takes the arguments of `cargo test`, and `--case NAME`
/// as a filter.
///
/// If a backend does not start, every case fails. The last line of the output is
/// `contract: backend=NAME cases=N passed=N failed=N exempt=N`. `cases` counts those that ran. A line before it
/// names each exemption with its reason.
pub fn run<B, F>(start: F) -> ExitCode
where
    B: ContractBackend + 'static,
    F: AsyncFnOnce() -> Result<B, BackendError>,
{
    let arguments = Arguments::from_iter(std::env::args().filter(|argument| argument != "--case"));
    // A closed output cannot be told about.
    let (conclusion, _) = run_with(&arguments, start, &mut std::io::stdout());
    conclusion.exit_code()
}

fn run_with<B, F>(
    arguments: &Arguments,
    start: F,
    out: &mut impl Write,
) -> (Conclusion, std::io::Result<()>)
where
    B: ContractBackend + 'static,
    F: AsyncFnOnce() -> Result<B, BackendError>,
{
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
        .chain(property_trial(&runtime, &backend))
        .collect();
    let conclusion = libtest_mimic::run(arguments, trials);
    let written = match arguments.list {
        true => Ok(()),
        false => summarise(&conclusion, backend.as_deref().ok(), out),
    };
    (conclusion, written)
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

/// The property test, as one more test by name. Its table of occurrences is printed.
fn property_trial(
    runtime: &Arc<Runtime>,
    backend: &Result<Arc<dyn ContractBackend>, String>,
) -> Option<Trial> {
    if backend.as_ref().is_ok_and(|backend| backend.is_oracle()) {
        // Compared with itself, it could not fail.
        return None;
    }
    let handle = runtime.handle().clone();
    let backend = backend.clone();
    let trial = Trial::test("property_every_answer_is_that_of_memory", move || {
        let table = property::run(
            &*backend.map_err(Failed::from)?,
            &handle,
            property::Settings::default(),
        )?;
        // A closed output cannot be told about.
        let _ = write!(std::io::stdout().lock(), "{table}");
        Ok(())
    });
    Some(trial)
}

/// Writes what became of the cases.
fn summarise(
    conclusion: &Conclusion,
    backend: Option<&dyn ContractBackend>,
    out: &mut impl Write,
) -> std::io::Result<()> {
    let name = backend.map_or("unavailable", |backend| backend.name());
    for exemption in backend.map_or(&[][..], |backend| backend.exemptions()) {
        let (capability, reason) = (exemption.capability, exemption.reason);
        writeln!(
            out,
            "contract: backend={name} exempt from {capability:?}: {reason}"
        )?;
    }
    let (passed, failed) = (conclusion.num_passed, conclusion.num_failed);
    let (cases, exempt) = (passed + failed, conclusion.num_ignored);
    writeln!(
        out,
        "contract: backend={name} cases={cases} passed={passed} failed={failed} exempt={exempt}"
    )?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use async_trait::async_trait;
    use libtest_mimic::Arguments;
    use logs_domain::{LedgerStore, LogsStore, StoreOptions};
    use logs_memory::MemoryStore;

    use super::run_with;
    use crate::{BackendError, Capability, ContractBackend, Exemption, StoreFixture, cases};

    /// A backend that has a place for a store, or none.
    struct Memory {
        has_room: bool,
    }

    #[async_trait]
    impl ContractBackend for Memory {
        fn name(&self) -> &str {
            "memory"
        }

        async fn fresh(&self) -> Result<Box<dyn StoreFixture>, BackendError> {
            if self.has_room {
                Ok(Box::new(MemoryFixture))
            } else {
                Err("no space left on device".into())
            }
        }

        fn exemptions(&self) -> &[Exemption] {
            &[Exemption {
                capability: Capability::Reopen,
                reason: "nothing outlives the process",
            }]
        }
    }

    struct MemoryFixture;

    #[async_trait]
    impl StoreFixture for MemoryFixture {
        async fn open(&self, options: StoreOptions) -> Result<Arc<dyn LogsStore>, BackendError> {
            Ok(Arc::new(MemoryStore::new(options)))
        }

        async fn open_ledger(
            &self,
            options: StoreOptions,
        ) -> Result<Arc<dyn LedgerStore>, BackendError> {
            Ok(Arc::new(MemoryStore::new(options)))
        }
    }

    /// The last line for the cases of settled times, and whether the run succeeds.
    fn summary(test: &str, start: Result<Memory, BackendError>) -> (String, bool) {
        // What the cases print goes elsewhere: failures are wanted here.
        let log = std::env::temp_dir().join(format!("{test}-{}", std::process::id()));
        let mut arguments = Arguments::from_iter(["contract", "r04_settled_before"]);
        arguments.logfile = Some(log.display().to_string());
        let mut out = Vec::new();
        let (conclusion, written) = run_with(&arguments, async || start, &mut out);
        written.unwrap();
        std::fs::remove_file(log).unwrap();
        let text = String::from_utf8(out).unwrap();
        (text, !conclusion.has_failed())
    }

    #[test]
    fn cases_that_ran_are_counted_and_exempt_ones_named() {
        let (text, succeeds) = summary("contract-ran", Ok(Memory { has_room: true }));
        let expected = "contract: backend=memory exempt from Reopen: nothing outlives the process\n\
            contract: backend=memory cases=5 passed=5 failed=0 exempt=2\n";
        assert_eq!(text, expected);
        assert!(succeeds);
    }

    #[test]
    fn a_backend_without_a_place_for_a_store_fails_every_case() {
        let (text, succeeds) = summary("contract-no-room", Ok(Memory { has_room: false }));
        assert!(
            text.ends_with("cases=5 passed=0 failed=5 exempt=2\n"),
            "{text}"
        );
        assert!(!succeeds);
    }

    #[test]
    fn a_backend_that_does_not_start_fails_every_case_and_skips_none() {
        let (text, succeeds) = summary("contract-no-start", Err("connection refused".into()));
        let expected = "contract: backend=unavailable cases=7 passed=0 failed=7 exempt=0\n";
        assert_eq!(text, expected);
        assert!(!succeeds);
    }

    #[tokio::test(start_paused = true)]
    async fn a_case_that_panics_or_hangs_fails_with_its_reason() {
        let backend = Memory { has_room: true };
        let mut case = *cases().next().unwrap();
        case.body = |_| Box::pin(async { panic!("two is not {}", 3) });
        assert_eq!(case.run(&backend).await, Err("two is not 3".to_owned()));
        case.body = |_| Box::pin(std::future::pending());
        let outcome = case.run(&backend).await;
        assert_eq!(outcome, Err("not finished within 300 s".to_owned()));
        case.body =
            |context| Box::pin(async { context.store().close().await.expect("the store closes") });
        assert_eq!(case.run(&backend).await, Ok(()));
    }
}
