//! `darkc clean`: its options, and the choice of what to print.

use clap::Args;

use super::args::Packages;
use super::settings::{self, Environment};
use super::{Ended, Exit};
use crate::commands;
use crate::report::Report;

#[derive(Debug, Default, Args)]
pub struct Clean {
    #[command(flatten)]
    pub packages: Packages,
    /// Remove nothing; list what would be removed
    #[arg(long)]
    pub dry_run: bool,
}

pub fn run(typed: &Clean, environment: &Environment, report: &mut Report) -> Ended {
    let settings = settings::without_database(&typed.packages, environment)?;
    let outcome = commands::clean(&settings, typed.dry_run)?;
    report.clean(&outcome, typed.dry_run);
    Ok(Exit::Done)
}
