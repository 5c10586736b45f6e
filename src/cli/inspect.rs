//! `darkc inspect`: its options, and the choice of what to show.

use std::path::{Path, PathBuf};

use clap::Args;

use super::args::{Builtins, CliFormat, Packages};
use super::settings::{self, Environment};
use super::{Ended, Exit, fail};
use crate::commands::{self, outcome::Verdict};
use crate::report::Report;

#[derive(Debug, Args)]
pub struct Inspect {
    /// Files ending in .dark or .darkc; with --canonical also names of items and modules
    #[arg(value_name = "PATH|NAME", required = true)]
    pub targets: Vec<PathBuf>,
    /// Print the canonical form of each item, which its hash covers: one node a line, with the offset of its bytes. A
    /// file is taken alone, an item that is named is linked with the whole package set
    #[arg(long)]
    pub canonical: bool,
    /// Text for people, or one JSON object a line and path
    #[arg(long, value_enum, default_value = "text", conflicts_with = "canonical")]
    pub format: CliFormat,
    #[command(flatten)]
    pub packages: Packages,
    #[command(flatten)]
    pub builtins: Builtins,
}

/// A path that cannot be read does not keep the others from being shown. Items that are named come last.
pub fn run(typed: &Inspect, environment: &Environment, report: &mut Report) -> Ended {
    let is_name = |target: &&PathBuf| typed.canonical && is_name(target);
    let (names, paths): (Vec<&PathBuf>, Vec<&PathBuf>) = typed.targets.iter().partition(is_name);
    let mut worst = Exit::Done;
    for path in paths {
        worst = worst.max(file(typed, path, report));
    }
    if names.is_empty() {
        return Ok(worst);
    }
    let names: Vec<String> = names.iter().map(|name| name.display().to_string()).collect();
    let settings = settings::with_builtins(&typed.packages, &typed.builtins, environment)?;
    let (outcome, items) = commands::canonical(&settings, &names)?;
    report.findings(&outcome.failures, &outcome.names, &outcome.warnings);
    for found in &items {
        report.canonical_item(&found.item, &found.text);
    }
    Ok(worst.max(Exit::findings_if(!outcome.failures.is_empty())))
}

/// Whether a target is a name: it has neither the end of a package file nor a separator, and no file is called so.
fn is_name(target: &Path) -> bool {
    let is_file_name = target.extension().is_some_and(|end| end == "dark" || end == "darkc");
    !is_file_name && target.components().count() == 1 && !target.exists()
}

fn file(typed: &Inspect, path: &Path, report: &mut Report) -> Exit {
    if path.extension().is_some_and(|end| end == "darkc") {
        match commands::inspect_sidecar(path) {
            Ok(sidecar) => {
                match typed.format {
                    CliFormat::Text => report.sidecar_text(&sidecar),
                    CliFormat::Json => report.sidecar_json(&sidecar),
                }
                Exit::findings_if(sidecar.unfit.is_some())
            }
            Err(failure) => fail(report, &failure),
        }
    } else {
        match commands::inspect(path, typed.canonical) {
            Ok(file) => {
                match typed.format {
                    CliFormat::Text if typed.canonical => report.canonical_text(&file),
                    CliFormat::Text => report.inspected_text(&file),
                    CliFormat::Json => report.inspected_json(&file),
                }
                Exit::findings_if(file.verdict != Verdict::Ok)
            }
            Err(failure) => fail(report, &failure),
        }
    }
}
