//! Wrong usage of the commands that ask.

use logs_cli::ExitStatus;

use crate::queries::{EXPORT, asked, folder};
use crate::support::all_backends;

#[tokio::test]
async fn wrong_usage_is_one_line_and_exit_code_2() {
    let folder = folder();
    for backend in all_backends(&folder).await {
        backend.append_sample().await;
        let first = asked(&backend, "acme", &["runs", "list", "--limit", "1"]).await;
        let cursor = first.cursor().unwrap();
        let wrong: &[(&[&str], &str)] = &[
            (&["runs", "list", "--limit", "0"], "--limit"),
            (&["runs", "list", "--limit", "1001"], "1 to 1000"),
            (&["runs", "list", "--offset", "10001"], "cursor"),
            (&["runs", "list", "--after", "not a cursor"], "--after"),
            (
                &["runs", "list", "--after", &cursor, "--status", "FAILED"],
                "cursor",
            ),
            (&["audit", "list", "--after", &cursor], "cursor"),
            (&["usage", "--by", "week"], "day, hour, model"),
            (
                &[
                    "usage",
                    "--from",
                    "2026-03-02T00:00:00Z",
                    "--to",
                    "2026-03-01T00:00:00Z",
                ],
                "--from is later than --to; choose an earlier --from",
            ),
            (&["runs", "list", "--before", "not a cursor"], "--before"),
            (&["audit", "list", "--before", &cursor], "cursor"),
            (
                &["runs", "list", "--after", &cursor, "--oldest-first"],
                "direction",
            ),
            (
                &["runs", "list", "--before", &cursor, "--oldest-first"],
                "direction",
            ),
            (
                &["runs", "list", "--after", &cursor, "--before", &cursor],
                "cannot be used with",
            ),
            (
                &["runs", "list", "--before", &cursor, "--all"],
                "cannot be used with",
            ),
            (
                &["runs", "list", "--before", &cursor, "--offset", "1"],
                "cannot be used with",
            ),
            (
                &["runs", "list", "--oldest-first", "--newest-first"],
                "cannot be used with",
            ),
            (
                &["runs", "list", "--started-from", "2026-03-02T10:15:04"],
                "--started-from",
            ),
            (
                &[
                    "runs",
                    "list",
                    "--started-from",
                    "2026-03-02T10:00:00Z",
                    "--started-to",
                    "2026-03-01T10:00:00Z",
                ],
                "--started-from is later than --started-to; choose an earlier --started-from",
            ),
            (
                &["runs", "list", "--created-from", "10000-01-01T00:00:00Z"],
                "--created-from",
            ),
            (&["runs", "list", "--status", "succeeded"], "SUCCEEDED"),
            (&["system", "window", "--to", "now"], "--to"),
            (&["system", "list", "--severity", "FATAL"], "CRITICAL"),
            (&["audit", "show", "12"], "UUID"),
            (&["system", "show", "12"], "UUID"),
            (&["exports", "show", "12"], "UUID"),
            (&["exports", "--scope", "audit", "show", EXPORT], "--scope"),
            (&["replay"], "--around"),
            (
                &["replay", "--around", "a", "--from", "2026-03-02T10:00:00Z"],
                "cannot be used with",
            ),
            (&["replay", "--around", "a", "--seconds", "-1"], "--seconds"),
        ];
        for (words, hint) in wrong {
            let outcome = asked(&backend, "acme", words).await;
            assert_eq!(outcome.status, ExitStatus::Usage, "{words:?} {outcome:?}");
            assert_eq!(outcome.out, "", "{words:?}");
            assert_eq!(outcome.err.lines().count(), 1, "{words:?} {}", outcome.err);
            assert!(outcome.err.contains(hint), "{words:?} {}", outcome.err);
        }
        let other = asked(&backend, "other", &["runs", "list", "--after", &cursor]).await;
        assert_eq!(other.status, ExitStatus::Usage);
    }
}
