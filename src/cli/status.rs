//! `darkc status`: its options, and how its outcome is said.

use clap::Args;

use super::args::{CliFormat, Places};
use super::settings::{self, Environment};
use super::{Ended, Exit};
use crate::commands;
use crate::report::Report;

#[derive(Debug, Default, Args)]
pub struct Status {
    #[command(flatten)]
    pub places: Places,
    /// Exit with 1 if a reload or a build would have something to do
    #[arg(long)]
    pub check: bool,
    /// A screen for people, or one JSON object (docs/json.md)
    #[arg(long, value_enum, default_value = "text")]
    pub format: CliFormat,
}

pub fn run(typed: &Status, environment: &Environment, report: &mut Report) -> Ended {
    let settings = settings::with_places(&typed.places, environment)?;
    let outcome = commands::status(&settings, environment.store_is_source())?;
    match typed.format {
        CliFormat::Text => report.status_text(&outcome),
        CliFormat::Json => report.status_json(&outcome),
    }
    Ok(Exit::findings_if(typed.check && outcome.has_work()))
}
