//! The demo: leavers who go, on a real API server and an embedded 8x8 account.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match onhook::demo::main().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nonhook-demo: {error}");
            ExitCode::FAILURE
        }
    }
}
