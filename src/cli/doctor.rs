//! `darkc doctor`: its options, and how its outcome is said.

use clap::Args;

use super::args::{CliFormat, Places};
use super::settings::{self, Environment};
use super::{Ended, Exit};
use crate::commands;
use crate::report::Report;

#[derive(Debug, Default, Args)]
pub struct Doctor {
    #[command(flatten)]
    pub places: Places,
    /// A list for people, or one JSON object (docs/json.md)
    #[arg(long, value_enum, default_value = "text")]
    pub format: CliFormat,
    /// The same as --format json, for a bug report
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
}

pub fn run(typed: &Doctor, environment: &Environment, report: &mut Report) -> Ended {
    let settings = settings::with_places(&typed.places, environment).map_err(|error| error.to_string());
    let outcome = commands::doctor(settings)?;
    match typed.format {
        CliFormat::Text if !typed.json => report.doctor_text(&outcome),
        CliFormat::Text | CliFormat::Json => report.doctor_json(&outcome),
    }
    Ok(Exit::findings_if(!outcome.is_healthy()))
}
