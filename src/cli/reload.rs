//! `darkc reload`: its options, and the choice of what to print.

use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};

use super::args::{CliFormat, CliTimings, Places, Timed};
use super::settings::{self, Environment, UsageError};
use super::watch::{self, Watching};
use super::{Ended, Exit, show_timings};
use crate::commands::outcome::Outcome;
use crate::commands::{self, Mode, NodeIdMode, Remembered, Settings};
use crate::report::Report;

#[derive(Debug, Args)]
pub struct Reload {
    #[command(flatten)]
    pub places: Places,
    /// How the nodes of a program are numbered: `derived` for use, `zero` to compare databases
    #[arg(long, value_name = "MODE", value_enum, default_value = "derived")]
    pub node_ids: CliNodeIds,
    /// Carry out a load that removes more than half of what the database holds
    #[arg(long)]
    pub allow_removals: bool,
    /// How long to wait for another darkc, or for another process that has locked the database
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    pub lock_timeout: u64,
    /// Compare everything with the database, even if nothing seems to have changed
    #[arg(long)]
    pub full: bool,
    /// Write nothing; list what would be added (+), changed (~), amended (.) and removed (-)
    #[arg(long)]
    pub dry_run: bool,
    /// Write nothing; rebuild everything in memory, compare it with the sidecars and the database, and exit
    /// with 1 at the first difference
    #[arg(long, conflicts_with = "dry_run")]
    pub verify: bool,
    /// List for every file where its content came from, and for every item why it was looked at
    #[arg(long)]
    pub explain: bool,
    /// Do not check the types of what the edit touched
    #[arg(long)]
    pub no_check: bool,
    /// Print the amounts of work as lines of `name: N`
    #[arg(long)]
    pub stats: bool,
    #[command(flatten)]
    pub watching: Watching,
    /// With --watch: run this, through the shell, after each change that was applied
    #[arg(long, value_name = "CMD", requires = "watch")]
    pub exec: Option<String>,
    /// Text for people, or one JSON object a reload
    #[arg(long, value_enum, default_value = "text", conflicts_with_all = ["explain", "dry_run"])]
    pub format: CliFormat,
    #[command(flatten)]
    pub timings: Timed,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CliNodeIds {
    #[default]
    Derived,
    Zero,
}

pub fn run(typed: &Reload, environment: &Environment, report: &mut Report) -> Ended {
    if environment.store_is_source() {
        report.store_is_source();
        return Ok(Exit::Done);
    }
    let settings = settings_of(typed, environment)?;
    let json = typed.format == CliFormat::Json;
    if typed.watching.watch {
        let first = &|outcome: &Outcome, mode, report: &mut Report| say(typed, outcome, mode, report);
        let words = watch::ReloadWords { first, json };
        return watch::reload(settings, &typed.watching, typed.exec.clone(), words, report);
    }
    let started = Instant::now();
    let announce = &mut |wait: &_| report.announce(wait);
    let (outcome, _) = commands::reload_announcing(&settings, Remembered::default(), announce)?;
    match json {
        true => report.reload_json(&outcome, settings.mode, started.elapsed()),
        false => say(typed, &outcome, settings.mode, report),
    }
    Ok(Exit::findings_if(!outcome.failures.is_empty() || outcome.difference.is_some()))
}

/// Prints the outcome of one reload.
fn say(typed: &Reload, outcome: &Outcome, mode: Mode, report: &mut Report) {
    report.findings(&outcome.failures, &outcome.names, &outcome.warnings);
    report.names_elsewhere(outcome.unresolved_elsewhere);
    if !typed.no_check {
        report.brief_findings(&outcome.findings);
        report.findings_elsewhere(outcome.findings_elsewhere);
    }
    if typed.explain {
        report.explain(outcome);
    }
    if typed.dry_run || typed.explain || report.is_verbose() {
        report.changes(&outcome.changes);
    }
    if typed.stats {
        report.stats(&outcome.counts);
    }
    show_timings(typed.timings.timings, &outcome.timings, report);
    report.work_of_others(outcome);
    report.reload(outcome, mode);
}

pub fn settings_of(typed: &Reload, environment: &Environment) -> Result<Settings, UsageError> {
    let settings = settings::with_places(&typed.places, environment)?;
    let node_ids = match typed.node_ids {
        CliNodeIds::Derived => NodeIdMode::Derived,
        CliNodeIds::Zero => NodeIdMode::Zero,
    };
    let mode = match (typed.verify, typed.dry_run, typed.full) {
        (true, ..) => Mode::Verify,
        (_, true, true) => Mode::DryRunFull,
        (_, true, false) => Mode::DryRun,
        (_, false, true) => Mode::ApplyFull,
        (_, false, false) => Mode::Apply,
    };
    if typed.watching.watch && !mode.writes() {
        return Err(UsageError("--watch applies what changes; leave out --dry-run and --verify".into()));
    }
    if typed.timings.timings.is_some() && typed.format == CliFormat::Json {
        return Err(UsageError("--format json prints one object alone; leave out --timings".into()));
    }
    if typed.timings.timings == Some(CliTimings::Trace)
        && (typed.dry_run || typed.explain || typed.watching.watch)
    {
        return Err(UsageError(
            "--timings=trace prints JSON alone; leave out --dry-run, --explain and --watch".into(),
        ));
    }
    Ok(Settings {
        node_ids,
        mode,
        explain: typed.explain,
        check: !typed.no_check,
        allow_removals: typed.allow_removals,
        lock_timeout: Duration::from_secs(typed.lock_timeout),
        ..settings
    })
}
