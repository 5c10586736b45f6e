//! `darkc build`: its options, and the choice of what to print.

use clap::Args;

use super::args::{CliTimings, Packages, Timed};
use super::settings::{self, Environment, UsageError};
use super::{Ended, Exit, show_timings};
use crate::commands;
use crate::report::Report;

#[derive(Debug, Default, Args)]
pub struct Build {
    #[command(flatten)]
    pub packages: Packages,
    /// Write nothing; list the sidecars that are stale, missing or orphaned, and exit with 1 if there are any
    #[arg(long)]
    pub check: bool,
    #[command(flatten)]
    pub timings: Timed,
}

pub fn run(typed: &Build, environment: &Environment, report: &mut Report) -> Ended {
    let settings = settings::without_database(&typed.packages, environment)?;
    if typed.check && typed.timings.timings == Some(CliTimings::Trace) {
        return Err(UsageError("--timings=trace prints JSON alone; leave out --check".into()).into());
    }
    let outcome = commands::build(&settings, typed.check)?;
    report.findings(&outcome.failures, &outcome.names, &outcome.warnings);
    report.names_elsewhere(outcome.unresolved_elsewhere);
    if typed.check {
        report.invalid_sidecars(&outcome);
    }
    show_timings(typed.timings.timings, &outcome.timings, report);
    report.build(&outcome, typed.check);
    let found = !outcome.invalid.is_empty() || !outcome.orphans.is_empty();
    // A build that could not write a sidecar has failed.
    let unwritten = !outcome.warnings.is_empty();
    Ok(Exit::findings_if(!outcome.failures.is_empty() || unwritten || (typed.check && found)))
}
