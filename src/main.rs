//! The `darkc` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(darkc::cli::run())
}
