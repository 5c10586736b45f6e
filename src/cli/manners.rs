//! The options that every command takes: where to begin, how much to print, and in which colours.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::settings::UsageError;
use crate::report::{Color, Report, Volume};

#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Manners {
    /// Run as if started in this directory
    #[arg(short = 'C', global = true, value_name = "DIR")]
    directory: Option<PathBuf>,
    /// Print errors, warnings and what was asked for, but not how the run ended
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// List what was done as well: files that were removed, items that changed
    #[arg(short, long, global = true)]
    verbose: bool,
    /// Whether diagnostics are coloured; `auto` heeds NO_COLOR, CLICOLOR_FORCE, TERM=dumb and whether standard error
    /// is a terminal
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value = "auto")]
    color: CliColor,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CliColor {
    #[default]
    Auto,
    Always,
    Never,
}

impl Manners {
    /// Makes the process and the report follow the options.
    pub fn apply(&self, report: &mut Report) -> Result<(), UsageError> {
        if let Some(directory) = &self.directory {
            std::env::set_current_dir(directory).map_err(|error| {
                UsageError(format!("-C {}: {error}; give an existing directory", directory.display()))
            })?;
        }
        let volume = match (self.quiet, self.verbose) {
            (true, _) => Volume::Quiet,
            (false, true) => Volume::Verbose,
            (false, false) => Volume::Normal,
        };
        let color = match self.color {
            CliColor::Auto => Color::Auto,
            CliColor::Always => Color::Always,
            CliColor::Never => Color::Never,
        };
        report.set_style(volume, color);
        Ok(())
    }
}
