//! `darkc hook`: its options, and how its outcome is said.

use clap::{Args, Subcommand};

use super::args::Packages;
use super::settings::{self, Environment};
use super::{Ended, Exit};
use crate::commands::hook::{self, HookMode};
use crate::report::Report;

#[derive(Debug, Args)]
pub struct Hook {
    #[command(subcommand)]
    pub action: Action,
}

#[derive(Debug, Subcommand)]
pub enum Action {
    /// Put a hook into the repository that runs `darkc build --check --staged` before each commit
    ///
    /// A hook that is there already runs first, and comes back with `darkc hook uninstall`.
    Install(Install),
    /// Take the hook away, and put the one back that was there before
    Uninstall(Uninstall),
}

#[derive(Debug, Default, Args)]
pub struct Install {
    #[command(flatten)]
    pub packages: Packages,
    /// Run `darkc build --staged` instead: make the sidecars of what is staged, and stage them
    #[arg(long)]
    pub build: bool,
}

#[derive(Debug, Default, Args)]
pub struct Uninstall {
    #[command(flatten)]
    pub packages: Packages,
}

pub fn run(typed: &Hook, environment: &Environment, report: &mut Report) -> Ended {
    let outcome = match &typed.action {
        Action::Install(typed) => {
            let mode = if typed.build { HookMode::Build } else { HookMode::Check };
            hook::install(&settings::without_database(&typed.packages, environment)?, mode)?
        }
        Action::Uninstall(typed) => {
            hook::uninstall(&settings::without_database(&typed.packages, environment)?)?
        }
    };
    report.hook(&outcome);
    Ok(Exit::Done)
}
