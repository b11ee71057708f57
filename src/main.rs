//! The `onhook` binary: the operator and its commands.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match onhook::cli::main().await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("onhook: {error}");
            ExitCode::FAILURE
        }
    }
}
