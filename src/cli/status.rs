//! `darkc status`: its options, and how its outcome is said.

use clap::{Args, ValueEnum};

use super::args::{Builtins, Packages, Store};
use super::reload::{Refs, refs};
use super::settings::{self, Environment};
use super::{Ended, Exit};
use crate::commands::{self, Settings};
use crate::report::Report;

#[derive(Debug, Default, Args)]
pub struct Status {
    #[command(flatten)]
    pub packages: Packages,
    #[command(flatten)]
    pub store: Store,
    #[command(flatten)]
    pub refs: Refs,
    #[command(flatten)]
    pub builtins: Builtins,
    /// Exit with 1 if a reload or a build would have something to do
    #[arg(long)]
    pub check: bool,
    /// A screen for people, or one JSON object (docs/json.md)
    #[arg(long, value_enum, default_value = "text")]
    pub format: StatusFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum StatusFormat {
    #[default]
    Text,
    Json,
}

pub fn run(typed: &Status, environment: &Environment, report: &mut Report) -> Ended {
    let settings = settings::with_store(&typed.packages, &typed.store, environment)?;
    let settings =
        Settings { refs: refs(&typed.refs), builtins: settings::builtins(&typed.builtins), ..settings };
    let outcome = commands::status(&settings, environment.store_is_source())?;
    match typed.format {
        StatusFormat::Text => report.status_text(&outcome),
        StatusFormat::Json => report.status_json(&outcome),
    }
    Ok(Exit::findings_if(typed.check && outcome.has_work()))
}
