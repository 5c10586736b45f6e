//! `darkc doctor`: its options, and how its outcome is said.

use clap::Args;

use super::args::{Builtins, Packages, Store};
use super::reload::{Refs, refs};
use super::settings::{self, Environment, UsageError};
use super::status::StatusFormat;
use super::{Ended, Exit};
use crate::commands::{self, Settings};
use crate::report::Report;

#[derive(Debug, Default, Args)]
pub struct Doctor {
    #[command(flatten)]
    pub packages: Packages,
    #[command(flatten)]
    pub store: Store,
    #[command(flatten)]
    pub refs: Refs,
    #[command(flatten)]
    pub builtins: Builtins,
    /// A list for people, or one JSON object (docs/json.md)
    #[arg(long, value_enum, default_value = "text")]
    pub format: StatusFormat,
    /// The same as --format json, for a bug report
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
}

pub fn run(typed: &Doctor, environment: &Environment, report: &mut Report) -> Ended {
    let settings = settings_of(typed, environment).map_err(|error| error.to_string());
    let outcome = commands::doctor(settings)?;
    match typed.format {
        StatusFormat::Text if !typed.json => report.doctor_text(&outcome),
        StatusFormat::Text | StatusFormat::Json => report.doctor_json(&outcome),
    }
    Ok(Exit::findings_if(!outcome.is_healthy()))
}

fn settings_of(typed: &Doctor, environment: &Environment) -> Result<Settings, UsageError> {
    let settings = settings::with_store(&typed.packages, &typed.store, environment)?;
    Ok(Settings { refs: refs(&typed.refs), builtins: settings::builtins(&typed.builtins), ..settings })
}
