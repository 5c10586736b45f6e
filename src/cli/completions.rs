//! `darkc completions` and `darkc man`: what a shell and a reader of manuals need.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::args::Cli;
use super::settings::UsageError;
use super::{Ended, Exit};
use crate::report::Report;

const NAME: &str = "darkc";

#[derive(Debug, Args)]
pub struct Completions {
    /// The shell whose completions are printed
    #[arg(value_enum)]
    pub shell: Shell,
}

#[derive(Debug, Default, Args)]
pub struct Man {
    /// The command whose page is printed [default: the page of darkc itself]
    pub command: Option<String>,
}

pub fn run(typed: &Completions, report: &mut Report) -> Ended {
    let mut script = Vec::new();
    clap_complete::generate(typed.shell, &mut Cli::command(), NAME, &mut script);
    report.document(&script);
    Ok(Exit::Done)
}

pub fn run_man(typed: &Man, report: &mut Report) -> Ended {
    let mut all = Cli::command();
    all.build();
    let page = match &typed.command {
        None => all,
        Some(name) => all.find_subcommand(name).cloned().ok_or_else(|| {
            UsageError(format!("there is no command `{name}`; `darkc --help` lists the commands"))
        })?,
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    report.document(&text);
    Ok(Exit::Done)
}
