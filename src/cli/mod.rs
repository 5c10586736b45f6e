//! The command line: what was typed becomes settings, the command runs, the report prints, and the exit code
//! says how it went.

mod args;
mod limits;
mod settings;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::fmt::Display;

use clap::Parser;

use crate::commands::outcome::Verdict;
use crate::commands::{self, Remembered};
use crate::report::Report;
use args::{Cli, CliInspectFormat, CliItemFormat, CliTimings, Command, TypedCheckFormat};
use settings::Environment;

/// Stands for all codes after `--deny`.
const DENY_ALL: &str = "warnings";
/// Stands for the codes of names that mean nothing.
const DENY_UNRESOLVED: &str = "unresolved";

/// How a run ended, as scripts see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Exit {
    Done = 0,
    /// The user's sources have errors, or a check found work.
    Findings = 1,
    Failed = 2,
}

impl Exit {
    fn findings_if(found: bool) -> Self {
        if found { Exit::Findings } else { Exit::Done }
    }
}

/// Runs the command that the process was started with and returns its exit code.
pub fn run() -> u8 {
    let mut report = Report::for_process();
    let exit = run_command(std::env::args_os(), &mut report);
    match report.finish() {
        true => exit as u8,
        false => Exit::Failed as u8,
    }
}

fn run_command(typed: impl IntoIterator<Item = OsString>, report: &mut Report) -> Exit {
    let typed = match Cli::try_parse_from(typed) {
        Ok(typed) => typed,
        Err(stop) => {
            report.usage(&stop.render().to_string(), stop.use_stderr());
            return if stop.use_stderr() { Exit::Failed } else { Exit::Done };
        }
    };
    if let Err(error) = limits::survive_file_size_limit() {
        return fail(report, &format_args!("the limit of file sizes cannot be heeded: {error}"));
    }
    let environment = Environment::of_process();
    match typed.command {
        Command::Build(build) => run_build(&build, &environment, report),
        Command::Reload(reload) => run_reload(&reload, &environment, report),
        Command::Clean(clean) => run_clean(&clean, &environment, report),
        Command::Check(check) => run_check(&check, &environment, report),
        Command::Items(items) => run_items(&items, &environment, report),
        Command::Inspect(inspect) => run_inspect(&inspect, report),
    }
}

fn fail(report: &mut Report, failure: &dyn Display) -> Exit {
    report.failure(failure);
    Exit::Failed
}

fn run_build(typed: &args::Build, environment: &Environment, report: &mut Report) -> Exit {
    let settings = match settings::without_database(&typed.packages, environment) {
        Ok(settings) => settings,
        Err(error) => return fail(report, &error),
    };
    if typed.check && typed.timings.timings == Some(CliTimings::Trace) {
        return fail(report, &"--timings=trace prints JSON alone; leave out --check");
    }
    match commands::build(&settings, typed.check) {
        Ok(outcome) => {
            report.findings(&outcome.failures, &outcome.names, &outcome.warnings);
            report.names_elsewhere(outcome.unresolved_elsewhere);
            if typed.check {
                report.invalid_sidecars(&outcome);
            }
            show_timings(typed.timings.timings, &outcome.timings, report);
            report.build(&outcome, typed.check);
            let found = !outcome.invalid.is_empty() || !outcome.orphans.is_empty();
            // A build that cannot write what it is for has not done it.
            let unwritten = !outcome.warnings.is_empty();
            Exit::findings_if(!outcome.failures.is_empty() || unwritten || (typed.check && found))
        }
        Err(failure) => fail(report, &failure),
    }
}

fn run_reload(typed: &args::Reload, environment: &Environment, report: &mut Report) -> Exit {
    if environment.store_is_source() {
        report.store_is_source();
        return Exit::Done;
    }
    let settings = match settings::for_reload(typed, environment) {
        Ok(settings) => settings,
        Err(error) => return fail(report, &error),
    };
    let announce = &mut |wait: &_| report.announce(wait);
    match commands::reload_announcing(&settings, Remembered::default(), announce) {
        Ok((outcome, _)) => {
            report.findings(&outcome.failures, &outcome.names, &outcome.warnings);
            report.names_elsewhere(outcome.unresolved_elsewhere);
            report.brief_findings(&outcome.findings);
            if typed.explain {
                report.explain(&outcome);
            }
            if typed.dry_run || typed.explain {
                report.changes(&outcome.changes);
            }
            if typed.stats {
                report.stats(&outcome.counts);
            }
            show_timings(typed.timings.timings, &outcome.timings, report);
            report.work_of_others(&outcome);
            report.reload(&outcome, settings.mode);
            Exit::findings_if(!outcome.failures.is_empty() || outcome.difference.is_some())
        }
        Err(failure) => fail(report, &failure),
    }
}

fn show_timings(form: Option<CliTimings>, timings: &crate::base::timing::Timings, report: &mut Report) {
    match form {
        None => {}
        Some(CliTimings::Table) => report.timings_table(timings),
        Some(CliTimings::Trace) => report.timings_trace(timings),
    }
}

fn run_clean(typed: &args::Clean, environment: &Environment, report: &mut Report) -> Exit {
    let settings = match settings::without_database(&typed.packages, environment) {
        Ok(settings) => settings,
        Err(error) => return fail(report, &error),
    };
    match commands::clean(&settings, typed.dry_run) {
        Ok(outcome) => {
            report.clean(&outcome, typed.dry_run);
            Exit::Done
        }
        Err(failure) => fail(report, &failure),
    }
}

fn run_check(typed: &args::Check, environment: &Environment, report: &mut Report) -> Exit {
    let settings = match settings::with_builtins(&typed.packages, &typed.builtins, environment) {
        Ok(settings) => settings,
        Err(error) => return fail(report, &error),
    };
    let is_known = |code: &&String| *code == DENY_ALL || *code == DENY_UNRESOLVED || commands::is_code(code);
    if let Some(code) = typed.deny.iter().find(|code| !is_known(code)) {
        return fail(report, &commands::unknown_code(code));
    }
    let checks = commands::Checks {
        targets: typed.targets.clone(),
        allow: typed.allow.clone(),
        baseline: typed.baseline.clone(),
    };
    match commands::check(&settings, &checks) {
        Ok(outcome) => {
            report.findings(&outcome.failures, &[], &outcome.warnings);
            for file in &outcome.findings {
                match typed.format {
                    TypedCheckFormat::Text => report.finding_snippets(file),
                    TypedCheckFormat::Short => report.finding_lines(file),
                    TypedCheckFormat::Json => report.finding_json(file),
                    TypedCheckFormat::Github => report.finding_annotations(file),
                }
            }
            show_timings(typed.timings.timings, &outcome.timings, report);
            report.checked(&outcome);
            let mut codes =
                outcome.findings.iter().flat_map(|file| &file.diagnostics).map(|finding| finding.code);
            let is_denied = |code: &str| {
                typed.deny.iter().any(|denied| match denied.as_str() {
                    DENY_ALL => true,
                    DENY_UNRESOLVED => commands::is_unresolved(code),
                    denied => denied == code,
                })
            };
            let denied = codes.any(|code| checks.baseline.is_some() || is_denied(code));
            Exit::findings_if(!outcome.failures.is_empty() || denied)
        }
        Err(failure) => fail(report, &failure),
    }
}

fn run_items(typed: &args::Items, environment: &Environment, report: &mut Report) -> Exit {
    let settings = match settings::with_builtins(&typed.packages, &typed.builtins, environment) {
        Ok(settings) => settings,
        Err(error) => return fail(report, &error),
    };
    match commands::items(&settings) {
        Ok((outcome, _)) if !outcome.failures.is_empty() => {
            report.findings(&outcome.failures, &outcome.names, &outcome.warnings);
            report.names_elsewhere(outcome.unresolved_elsewhere);
            report.not_listed(&outcome.counts);
            Exit::Findings
        }
        Ok((outcome, items)) => {
            report.findings(&outcome.failures, &outcome.names, &outcome.warnings);
            report.names_elsewhere(outcome.unresolved_elsewhere);
            match typed.format {
                CliItemFormat::Tsv => report.items_tsv(&items),
                CliItemFormat::Json => report.items_json(&items),
            }
            Exit::Done
        }
        Err(failure) => fail(report, &failure),
    }
}

/// A path that cannot be read does not keep the others from being shown.
fn run_inspect(typed: &args::Inspect, report: &mut Report) -> Exit {
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
