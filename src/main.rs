//! The `onhook` binary: the operator and its commands.

use std::io::Write;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match onhook::cli::main().await {
        Ok(code) => code,
        Err(error) => {
            // Nobody may be there to read it; the status says it, too.
            let _ = writeln!(std::io::stderr(), "onhook: {error}");
            ExitCode::FAILURE
        }
    }
}
