//! `darkc explain`: its options, and the choice of what to print.

use clap::Args;

use super::args::{Builtins, CliFormat, Packages, Store};
use super::settings::{self, Environment};
use super::{Ended, Exit};
use crate::commands;
use crate::report::Report;

#[derive(Debug, Default, Args)]
pub struct Explain {
    #[command(flatten)]
    pub packages: Packages,
    #[command(flatten)]
    pub store: Store,
    #[command(flatten)]
    pub builtins: Builtins,
    /// The name of an item, with or without the owner Darklang, or its last parts; or a code such as PARSE-EXPECTED
    #[arg(value_name = "NAME|CODE")]
    pub what: String,
    /// Text for people, or one JSON object
    #[arg(long, value_enum, default_value = "text")]
    pub format: CliFormat,
}

pub fn run(typed: &Explain, environment: &Environment, report: &mut Report) -> Ended {
    // A code is explained wherever darkc is started.
    if let Some(code) = commands::explain_code(&typed.what) {
        match typed.format {
            CliFormat::Text => report.explained_code(&code),
            CliFormat::Json => report.explained_code_json(&code),
        }
        return Ok(Exit::Done);
    }
    let settings = settings::with_store(&typed.packages, &typed.store, &typed.builtins, environment)?;
    let answered = commands::explain_item(&settings, &typed.what)?;
    report.findings(&answered.failures, &[], &answered.warnings);
    let Some(item) = &answered.answer else { return Ok(Exit::Findings) };
    match typed.format {
        CliFormat::Text => report.explained_item(item),
        CliFormat::Json => report.explained_item_json(item),
    }
    Ok(Exit::Done)
}
