//! The command line: turns arguments into settings, runs the command, has the report print, and returns the exit code.

mod args;
mod build;
mod check;
mod clean;
mod completions;
mod deps;
mod diff;
mod explain;
mod doctor;
mod hook;
mod inspect;
mod items;
mod limits;
mod manners;
mod reload;
mod settings;
mod status;
#[cfg(test)]
mod tests;
mod watch;

use std::error::Error;
use std::ffi::OsString;
use std::fmt::Display;

use clap::Parser;
use clap::error::ErrorKind;

use crate::commands;
use crate::report::Report;
use args::{Cli, CliTimings, Command};
use settings::Environment;

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

/// The exit code of a command, or why it could not run.
type Ended = Result<Exit, Box<dyn Error>>;

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
    let typed: Vec<OsString> = typed.into_iter().collect();
    let is_verbose = typed.iter().any(|word| word == "--verbose" || word == "-v");
    let typed = match Cli::try_parse_from(typed) {
        Ok(typed) => typed,
        Err(stop) if stop.kind() == ErrorKind::DisplayVersion && is_verbose => {
            report.version(&commands::Binary::this());
            return Exit::Done;
        }
        Err(stop) => {
            report.usage(&stop.render().to_string(), stop.use_stderr());
            return if stop.use_stderr() { Exit::Failed } else { Exit::Done };
        }
    };
    if let Err(error) = limits::survive_file_size_limit() {
        return fail(report, &format_args!("the limit of file sizes cannot be heeded: {error}"));
    }
    if let Err(error) = typed.manners.apply(report) {
        return fail(report, &error);
    }
    let environment = Environment::of_process();
    let ended = match typed.command {
        Command::Build(build) => build::run(&build, &environment, report),
        Command::Reload(reload) => reload::run(&reload, &environment, report),
        Command::Status(status) => status::run(&status, &environment, report),
        Command::Doctor(doctor) => doctor::run(&doctor, &environment, report),
        Command::Hook(hook) => hook::run(&hook, &environment, report),
        Command::Clean(clean) => clean::run(&clean, &environment, report),
        Command::Check(check) => check::run(&check, &environment, report),
        Command::Diff(diff) => diff::run(&diff, &environment, report),
        Command::Deps(deps) => deps::run(&deps, &environment, report),
        Command::Explain(explain) => explain::run(&explain, &environment, report),
        Command::Items(items) => items::run(&items, &environment, report),
        Command::Inspect(inspect) => inspect::run(&inspect, &environment, report),
        Command::Completions(completions) => completions::run(&completions, report),
        Command::Man(man) => completions::run_man(&man, report),
    };
    ended.unwrap_or_else(|failure| fail(report, &failure))
}

fn fail(report: &mut Report, failure: &dyn Display) -> Exit {
    report.failure(failure);
    Exit::Failed
}

fn show_timings(form: Option<CliTimings>, timings: &crate::base::timing::Timings, report: &mut Report) {
    match form {
        None => {}
        Some(CliTimings::Table) => report.timings_table(timings),
        Some(CliTimings::Trace) => report.timings_trace(timings),
    }
}
