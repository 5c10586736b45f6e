//! `darkc items`: its options, and the choice of what to print.

use clap::{Args, ValueEnum};

use super::args::{Builtins, Packages};
use super::settings::{self, Environment};
use super::{Ended, Exit};
use crate::commands;
use crate::report::Report;

#[derive(Debug, Default, Args)]
pub struct Items {
    #[command(flatten)]
    pub packages: Packages,
    /// Lines of `kind TAB name TAB hash`, or one JSON object a line
    #[arg(long, value_enum, default_value = "tsv")]
    pub format: CliItemFormat,
    #[command(flatten)]
    pub builtins: Builtins,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CliItemFormat {
    #[default]
    Tsv,
    Json,
}

pub fn run(typed: &Items, environment: &Environment, report: &mut Report) -> Ended {
    let settings = settings::with_builtins(&typed.packages, &typed.builtins, environment)?;
    let (outcome, items) = commands::items(&settings)?;
    report.findings(&outcome.failures, &outcome.names, &outcome.warnings);
    report.names_elsewhere(outcome.unresolved_elsewhere);
    if !outcome.failures.is_empty() {
        report.not_listed(&outcome.counts);
        return Ok(Exit::Findings);
    }
    match typed.format {
        CliItemFormat::Tsv => report.items_tsv(&items),
        CliItemFormat::Json => report.items_json(&items),
    }
    Ok(Exit::Done)
}
