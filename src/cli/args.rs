//! What may be typed: the commands, and the options that several of them share.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::manners::Manners;
use super::{
    build, check, clean, completions, deps, diff, doctor, explain, hook, inspect, items, reload, status,
};

/// Pre-compiled cache sidecars and an incremental loader for Darklang package files.
///
/// Every command works on a folder of packages: the one given with --packages, or the nearest folder named
/// `packages` in the current directory or above it. Text about the run goes to standard error, data to standard
/// output.
///
/// Exit codes: 0 done; 1 the sources have errors, or a check found work; 2 anything else.
#[derive(Debug, Parser)]
#[command(name = "darkc", version, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub manners: Manners,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
// The options of commands that were not typed are never built.
#[command(defer = true)]
pub enum Command {
    /// Bring the sidecars (`foo.darkc` beside `foo.dark`) up to date
    Build(build::Build),
    /// Bring the database up to date with the sources
    Reload(reload::Reload),
    /// Show how sources, sidecars and database stand to each other; writes nothing
    Status(status::Status),
    /// Say whether all that darkc needs is there, and what to do where it is not; writes nothing
    Doctor(doctor::Doctor),
    /// Check before each commit what it will hold
    Hook(hook::Hook),
    /// Remove the sidecars and the temporary files of interrupted runs
    ///
    /// A file is removed only if it begins as a sidecar does; anything else of that name is left alone.
    Clean(clean::Clean),
    /// Report calls, fields and branches of the wrong type; touches no database
    ///
    /// Findings are warnings, with exit code 0 unless --deny or --baseline says otherwise. `docs/check.md` explains
    /// each code.
    Check(check::Check),
    /// List every item with its content hash; touches no database
    Items(items::Items),
    /// Show what a reload would change, or what changed between revisions of git
    ///
    /// Items that were edited are shown with the diff of their source, and how many items have another hash for that
    /// alone. Nothing is checked out and nothing is written.
    Diff(diff::Diff),
    /// Show what items refer to, what refers to them, cycles, and functions that nothing reaches
    Deps(deps::Deps),
    /// Say all that is known of an item, or what a code of a diagnostic means
    ///
    /// An item is shown with its place, signature and hash, what it refers to, what refers to it, and whether the store
    /// has the same. A code is shown with an example that is wrong and one that is right.
    Explain(explain::Explain),
    /// Show what single files hold: sources (.dark) or sidecars (.darkc)
    ///
    /// A source is taken alone, as if it were the whole package set: names that it does not define itself may
    /// stay unresolved. With --canonical, items of the package set can be named too.
    Inspect(inspect::Inspect),
    /// Print the completions of a shell; `docs/installing.md` says where each shell looks for them
    Completions(completions::Completions),
    /// Print a manual page, to be read with `man -l -`
    Man(completions::Man),
}

#[derive(Debug, Default, Args)]
pub struct Packages {
    /// The folder of packages [default: the nearest `packages` in this directory or above]
    #[arg(long, value_name = "DIR")]
    pub packages: Option<PathBuf>,
}

#[derive(Debug, Default, Args)]
pub struct Store {
    /// The database, created if missing [default: $DARK_CONFIG_RUNDIR/$DARK_CONFIG_DB_NAME, else
    /// rundir/data.db beside the packages]
    #[arg(long, value_name = "FILE")]
    pub db: Option<PathBuf>,
}

#[derive(Debug, Default, Args)]
pub struct Builtins {
    /// A table of built-ins that darkc does not know: kind (`fn` or `value`), name and version, separated by tabs
    /// [default: the F# sources in backend/src/Builtins beside the packages, if that folder exists]
    #[arg(long, value_name = "FILE")]
    pub builtins: Option<PathBuf>,
}

#[derive(Debug, Default, Args)]
pub struct Refs {
    /// The file of package hashes that Darklang's F# code reads, or `none` to leave it alone
    /// [default: backend/src/LibExecution/package-ref-hashes.txt beside the packages, if that folder exists]
    #[arg(long, value_name = "FILE")]
    pub refs: Option<PathBuf>,
}

// All that a reload reads or writes. As a doc comment, this would replace the help of the commands that flatten it.
#[derive(Debug, Default, Args)]
pub struct Places {
    #[command(flatten)]
    pub packages: Packages,
    #[command(flatten)]
    pub store: Store,
    #[command(flatten)]
    pub refs: Refs,
    #[command(flatten)]
    pub builtins: Builtins,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CliFormat {
    #[default]
    Text,
    Json,
}

#[derive(Debug, Default, Args)]
pub struct Timed {
    /// Show how long each stage took, as a table or as a Chrome trace (JSON on standard output)
    #[arg(
        long,
        value_name = "FORM",
        value_enum,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "table"
    )]
    pub timings: Option<CliTimings>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CliTimings {
    Table,
    Trace,
}
