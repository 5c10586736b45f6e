//! `darkc deps`: its options, and the choice of what to print.

use clap::{Args, ValueEnum};

use super::args::{Builtins, Packages};
use super::settings::{self, Environment};
use super::{Ended, Exit};
use crate::commands::{self, Question};
use crate::report::Report;

#[derive(Debug, Default, Args)]
pub struct Deps {
    #[command(flatten)]
    pub packages: Packages,
    #[command(flatten)]
    pub builtins: Builtins,
    /// An item or a module: its whole name, with or without the owner Darklang, or its last parts
    #[arg(value_name = "NAME", required_unless_present_any = ["cycles", "unused"], conflicts_with_all = ["cycles", "unused"])]
    pub name: Option<String>,
    /// List what refers to it, not what it refers to
    #[arg(long, requires = "name")]
    pub reverse: bool,
    /// How many references away an item may be
    #[arg(long, value_name = "N", requires = "name")]
    pub depth: Option<usize>,
    /// List the items that refer to each other in a cycle, so that their hashes depend on each other
    #[arg(long, conflicts_with = "unused")]
    pub cycles: bool,
    /// List the functions that nothing reaches from the roots
    #[arg(long)]
    pub unused: bool,
    /// Items or modules that functions are reached from [default: what Darklang's F# code refers to]
    #[arg(long = "root", value_name = "NAME", num_args = 1.., requires = "unused")]
    pub roots: Vec<String>,
    /// A tree or list for people, a graph for Graphviz, or one JSON object
    #[arg(long, value_enum, default_value = "tree")]
    pub format: CliGraphFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CliGraphFormat {
    #[default]
    Tree,
    Dot,
    Json,
}

pub fn run(typed: &Deps, environment: &Environment, report: &mut Report) -> Ended {
    let settings = settings::with_builtins(&typed.packages, &typed.builtins, environment)?;
    let question = match &typed.name {
        Some(name) => Question::Around { name: name.clone(), reverse: typed.reverse, depth: typed.depth },
        None if typed.cycles => Question::Cycles,
        None => Question::Unused(typed.roots.clone()),
    };
    let answered = commands::deps(&settings, &question)?;
    report.findings(&answered.failures, &[], &answered.warnings);
    let Some(found) = &answered.answer else { return Ok(Exit::Findings) };
    match typed.format {
        CliGraphFormat::Tree => report.deps_text(found, &question),
        CliGraphFormat::Dot => report.deps_dot(found, &question),
        CliGraphFormat::Json => report.deps_json(found, &question),
    }
    Ok(Exit::Done)
}
