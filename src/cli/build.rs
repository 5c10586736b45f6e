//! `darkc build`: its options, and the choice of what to print.

use clap::Args;

use super::args::{CliTimings, Packages, Timed};
use super::check::{CliCheckFormat, show};
use super::settings::{self, Environment, UsageError};
use super::{Ended, Exit, show_timings};
use crate::commands;
use crate::commands::staged;
use crate::report::Report;

#[derive(Debug, Default, Args)]
pub struct Build {
    #[command(flatten)]
    pub packages: Packages,
    /// Write nothing; list the sidecars that are stale, missing or orphaned, and exit with 1 if there are any
    #[arg(long)]
    pub check: bool,
    /// Take the index of the git repository, which the next commit will hold, for the work tree: make the sidecars of
    /// its sources and put them into it, or with --check judge it
    #[arg(long)]
    pub staged: bool,
    /// How --check says what it finds: snippets and a list, one line a finding, one JSON object a finding, or
    /// annotations of GitHub's
    #[arg(long, value_enum, default_value = "text", requires = "check")]
    pub format: CliCheckFormat,
    #[command(flatten)]
    pub timings: Timed,
}

pub fn run(typed: &Build, environment: &Environment, report: &mut Report) -> Ended {
    let settings = settings::without_database(&typed.packages, environment)?;
    if typed.check && typed.timings.timings == Some(CliTimings::Trace) {
        return Err(UsageError("--timings=trace prints JSON alone; leave out --check".into()).into());
    }
    let outcome = match (typed.staged, typed.check) {
        (false, check) => commands::build(&settings, check)?,
        (true, true) => staged::check(&settings)?,
        (true, false) => staged::build(&settings)?,
    };
    if typed.format == CliCheckFormat::Text {
        report.findings(&outcome.failures, &outcome.names, &outcome.warnings);
    } else {
        report.findings(&[], &[], &outcome.warnings);
        show(typed.format, &outcome.failures, report);
        show(typed.format, &outcome.names, report);
        show(typed.format, &outcome.invalid_as_findings(&settings.packages), report);
    }
    report.names_elsewhere(outcome.unresolved_elsewhere);
    if typed.check && typed.format == CliCheckFormat::Text {
        report.invalid_sidecars(&outcome);
    }
    show_timings(typed.timings.timings, &outcome.timings, report);
    report.build(&outcome, typed.check);
    let invalid = typed.check && outcome.has_invalid();
    if typed.check || (typed.staged && !outcome.failures.is_empty()) {
        report.how_to_mend(&outcome, typed.staged);
    }
    // A build that could not write a sidecar has failed.
    let unwritten = !outcome.warnings.is_empty();
    Ok(Exit::findings_if(!outcome.failures.is_empty() || unwritten || invalid))
}
