//! The project's own commands. `main` only dispatches; each command has a file of its own.

use std::process::ExitCode;

mod test;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["test", rest @ ..] => test::run(rest),
        _ => {
            #[expect(clippy::print_stderr, reason = "the usage text of a command line tool")]
            {
                eprintln!("usage: cargo xtask test");
            }
            ExitCode::from(2)
        }
    }
}
