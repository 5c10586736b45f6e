//! `darkc inspect`: its options, and how its outcome is said.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Exit, fail};
use crate::commands::{self, outcome::Verdict};
use crate::report::Report;

#[derive(Debug, Args)]
pub struct Inspect {
    /// Files ending in .dark or .darkc
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// Print the canonical form of each item, which its hash covers: one node a line, with the offset of its bytes
    #[arg(long)]
    pub canonical: bool,
    /// Text for people, or one JSON object a line and path
    #[arg(long, value_enum, default_value = "text", conflicts_with = "canonical")]
    pub format: CliInspectFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CliInspectFormat {
    #[default]
    Text,
    Json,
}

/// A path that cannot be read does not keep the others from being shown.
pub fn run(typed: &Inspect, report: &mut Report) -> Exit {
    let mut worst = Exit::Done;
    for path in &typed.paths {
        let exit = if path.extension().is_some_and(|end| end == "darkc") {
            match commands::inspect_sidecar(path) {
                Ok(sidecar) => {
                    match typed.format {
                        CliInspectFormat::Text => report.sidecar_text(&sidecar),
                        CliInspectFormat::Json => report.sidecar_json(&sidecar),
                    }
                    Exit::findings_if(sidecar.unfit.is_some())
                }
                Err(failure) => fail(report, &failure),
            }
        } else {
            match commands::inspect(path, typed.canonical) {
                Ok(file) => {
                    match typed.format {
                        CliInspectFormat::Text if typed.canonical => report.canonical_text(&file),
                        CliInspectFormat::Text => report.inspected_text(&file),
                        CliInspectFormat::Json => report.inspected_json(&file),
                    }
                    Exit::findings_if(file.verdict != Verdict::Ok)
                }
                Err(failure) => fail(report, &failure),
            }
        };
        worst = worst.max(exit);
    }
    worst
}
