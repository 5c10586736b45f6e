//! `darkc check`: its options, and the choice of what to print.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::args::{Builtins, Packages, Timed};
use super::settings::{self, Environment};
use super::watch::{self, Watching};
use super::{Ended, Exit, show_timings};
use crate::base::diagnostic::FileDiagnostics;
use crate::commands::{self, CheckOutcome};
use crate::report::Report;

/// Means all codes after `--deny`.
const DENY_ALL: &str = "warnings";
/// Means the codes of names that mean nothing.
const DENY_UNRESOLVED: &str = "unresolved";

#[derive(Debug, Default, Args)]
pub struct Check {
    #[command(flatten)]
    pub packages: Packages,
    #[command(flatten)]
    pub builtins: Builtins,
    /// Report these alone and what mentions them: files or folders of packages, names of items or modules
    #[arg(value_name = "PATH|NAME")]
    pub targets: Vec<String>,
    /// Exit with 1 if there are findings of this code, of names that mean nothing with `unresolved`, or of any code
    /// with `warnings`
    #[arg(long, value_name = "CODE")]
    pub deny: Vec<String>,
    /// Leave findings of this code out
    #[arg(long, value_name = "CODE")]
    pub allow: Vec<String>,
    /// Accept the findings that this file lists, and exit with 1 if there are others; made if missing
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Snippets, one line a finding, one JSON object a finding, or annotations of GitHub's
    #[arg(long, value_enum, default_value = "text")]
    pub format: CliCheckFormat,
    #[command(flatten)]
    pub watching: Watching,
    #[command(flatten)]
    pub timings: Timed,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CliCheckFormat {
    #[default]
    Text,
    Short,
    Json,
    Github,
}

pub fn run(typed: &Check, environment: &Environment, report: &mut Report) -> Ended {
    let settings = settings::with_builtins(&typed.packages, &typed.builtins, environment)?;
    let is_known = |code: &&String| *code == DENY_ALL || *code == DENY_UNRESOLVED || commands::is_code(code);
    if let Some(code) = typed.deny.iter().find(|code| !is_known(code)) {
        return Err(commands::unknown_code(code).into());
    }
    let checks = commands::Checks {
        targets: typed.targets.clone(),
        allow: typed.allow.clone(),
        baseline: typed.baseline.clone(),
    };
    if typed.watching.watch {
        let say = &|outcome: &CheckOutcome, report: &mut Report| say(typed, outcome, report);
        return watch::check(settings, checks, &typed.watching, say, report);
    }
    let outcome = commands::check(&settings, &checks)?;
    say(typed, &outcome, report);
    let mut codes = outcome.findings.iter().flat_map(|file| &file.diagnostics).map(|finding| finding.code);
    let is_denied = |code: &str| {
        typed.deny.iter().any(|denied| match denied.as_str() {
            DENY_ALL => true,
            DENY_UNRESOLVED => commands::is_unresolved(code),
            denied => denied == code,
        })
    };
    let denied = codes.any(|code| checks.baseline.is_some() || is_denied(code));
    Ok(Exit::findings_if(!outcome.failures.is_empty() || denied))
}

/// Prints the outcome of one check.
fn say(typed: &Check, outcome: &CheckOutcome, report: &mut Report) {
    if typed.format == CliCheckFormat::Text {
        report.findings(&outcome.failures, &[], &outcome.warnings);
    } else {
        report.findings(&[], &[], &outcome.warnings);
        show(typed.format, &outcome.failures, report);
    }
    show(typed.format, &outcome.findings, report);
    show_timings(typed.timings.timings, &outcome.timings, report);
    report.checked(outcome);
}

/// Prints findings in the given format.
pub fn show(format: CliCheckFormat, files: &[FileDiagnostics], report: &mut Report) {
    for file in files {
        match format {
            CliCheckFormat::Text => report.finding_snippets(file),
            CliCheckFormat::Short => report.finding_lines(file),
            CliCheckFormat::Json => report.finding_json(file),
            CliCheckFormat::Github => report.finding_annotations(file),
        }
    }
}
