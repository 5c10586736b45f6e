//! `darkc diff`: its options, and the choice of what to print.

use clap::{Args, ValueEnum};

use super::args::{Builtins, Packages, Store};
use super::settings::{self, Environment};
use super::{Ended, Exit};
use crate::commands;
use crate::report::Report;

#[derive(Debug, Default, Args)]
pub struct Diff {
    #[command(flatten)]
    pub packages: Packages,
    #[command(flatten)]
    pub store: Store,
    #[command(flatten)]
    pub builtins: Builtins,
    /// Revisions of the git repository around the packages. Two, or FROM..TO, are compared with each other; one is compared
    /// with the work tree, and without any the store is
    #[arg(value_name = "REV", num_args = 0..=2)]
    pub revisions: Vec<String>,
    /// Text for people, one JSON object, or Markdown for a pull request
    #[arg(long, value_enum, default_value = "text")]
    pub format: CliDiffFormat,
    /// Exit with 1 if anything differs
    #[arg(long)]
    pub exit_code: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CliDiffFormat {
    #[default]
    Text,
    Json,
    Markdown,
}

pub fn run(typed: &Diff, environment: &Environment, report: &mut Report) -> Ended {
    let settings = settings::with_store(&typed.packages, &typed.store, &typed.builtins, environment)?;
    let outcome = commands::diff(&settings, &revisions(&typed.revisions))?;
    report.findings(&outcome.failures, &[], &outcome.warnings);
    if !outcome.failures.is_empty() {
        return Ok(Exit::Findings);
    }
    match typed.format {
        CliDiffFormat::Text => report.diff_text(&outcome),
        CliDiffFormat::Json => report.diff_json(&outcome),
        CliDiffFormat::Markdown => report.diff_markdown(&outcome),
    }
    Ok(Exit::findings_if(typed.exit_code && !outcome.is_empty()))
}

/// The revisions of what was typed. In `FROM..TO`, a side that is left out is `HEAD`, as for git.
fn revisions(typed: &[String]) -> Vec<String> {
    let side = |side: &str| if side.is_empty() { "HEAD".to_owned() } else { side.to_owned() };
    match typed {
        [range] => match range.split_once("..").filter(|(_, to)| !to.starts_with('.')) {
            Some((from, to)) => vec![side(from), side(to)],
            None => vec![range.clone()],
        },
        all => all.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_two_revisions() {
        let revisions = |typed: &[&str]| {
            revisions(&typed.iter().map(|typed| (*typed).to_owned()).collect::<Vec<_>>()).join(" ")
        };
        assert_eq!(revisions(&["main..topic"]), "main topic");
        assert_eq!(revisions(&["main.."]), "main HEAD");
        assert_eq!(revisions(&["..topic"]), "HEAD topic");
        assert_eq!(revisions(&["main", "topic"]), "main topic");
        assert_eq!(revisions(&["v1.0"]), "v1.0");
        // git takes three dots for the last common commit; darkc says that it knows no such revision.
        assert_eq!(revisions(&["main...topic"]), "main...topic");
        assert_eq!(revisions(&[]), "");
    }
}
