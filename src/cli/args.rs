//! What may be typed: the commands, their options and the help texts.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

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
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
// The options of the commands that were not typed are never put together.
#[command(defer = true)]
pub enum Command {
    /// Bring the sidecars (`foo.darkc` beside `foo.dark`) up to date
    Build(Build),
    /// Bring the database up to date with the sources
    Reload(Reload),
    /// Remove the sidecars and the temporary files of interrupted runs
    ///
    /// A file is removed only if it begins as a sidecar does; anything else of that name is left alone.
    Clean(Clean),
    /// Report calls, fields and branches of the wrong type; touches no database
    ///
    /// Findings are warnings, with exit code 0 unless --deny or --baseline says otherwise. `docs/check.md` explains
    /// each code.
    Check(Check),
    /// List every item with its content hash; touches no database
    Items(Items),
    /// Show what single files hold: sources (.dark) or sidecars (.darkc)
    ///
    /// A source is taken alone, as if it were the whole package set: names that it does not define itself may
    /// stay unresolved.
    Inspect(Inspect),
}

#[derive(Debug, Default, Args)]
pub struct Packages {
    /// The folder of packages [default: the nearest `packages` in this directory or above]
    #[arg(long, value_name = "DIR")]
    pub packages: Option<PathBuf>,
}

#[derive(Debug, Default, Args)]
pub struct Builtins {
    /// A table of built-ins that darkc does not know: kind (`fn` or `value`), name and version, separated by tabs
    /// [default: the F# sources in backend/src/Builtins beside the packages, if that folder exists]
    #[arg(long, value_name = "FILE")]
    pub builtins: Option<PathBuf>,
}

#[derive(Debug, Default, Args)]
pub struct Build {
    #[command(flatten)]
    pub packages: Packages,
    /// Write nothing; list the sidecars that are stale, missing or orphaned, and exit with 1 if there are any
    #[arg(long)]
    pub check: bool,
    #[command(flatten)]
    pub timings: Timed,
}

#[derive(Debug, Args)]
pub struct Reload {
    #[command(flatten)]
    pub packages: Packages,
    /// The database, created if missing [default: $DARK_CONFIG_RUNDIR/$DARK_CONFIG_DB_NAME, else
    /// rundir/data.db beside the packages]
    #[arg(long, value_name = "FILE")]
    pub db: Option<PathBuf>,
    /// The file of package hashes that Darklang's F# code reads, or `none` to leave it alone
    /// [default: backend/src/LibExecution/package-ref-hashes.txt beside the packages, if that folder exists]
    #[arg(long, value_name = "FILE")]
    pub refs: Option<PathBuf>,
    #[command(flatten)]
    pub builtins: Builtins,
    /// How the nodes of a program are numbered: `derived` for use, `zero` to compare databases
    #[arg(long, value_name = "MODE", value_enum, default_value = "derived")]
    pub node_ids: CliNodeIds,
    /// Carry out a load that removes more than half of what the database holds
    #[arg(long)]
    pub allow_removals: bool,
    /// How long to wait for another darkc, or for whoever else has locked the database
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    pub lock_timeout: u64,
    /// Compare everything with the database, even if nothing seems to have changed
    #[arg(long)]
    pub full: bool,
    /// Write nothing; list what would be added (+), changed (~), amended (.) and removed (-)
    #[arg(long)]
    pub dry_run: bool,
    /// Write nothing; rebuild everything in memory, compare it with the sidecars and the database, and exit
    /// with 1 at the first difference
    #[arg(long, conflicts_with = "dry_run")]
    pub verify: bool,
    /// Say of every file how it was come by, and of every item why it was looked at
    #[arg(long)]
    pub explain: bool,
    /// Do not check the types of what the edit touched
    #[arg(long)]
    pub no_check: bool,
    /// Print the amounts of work as lines of `name: N`
    #[arg(long)]
    pub stats: bool,
    #[command(flatten)]
    pub timings: Timed,
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

#[derive(Debug, Default, Args)]
pub struct Clean {
    #[command(flatten)]
    pub packages: Packages,
    /// Remove nothing; list what would be removed
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Default, Args)]
pub struct Check {
    #[command(flatten)]
    pub packages: Packages,
    #[command(flatten)]
    pub builtins: Builtins,
    /// Report these alone and what mentions them: files or folders of packages, names of items or modules
    #[arg(value_name = "PATH|NAME")]
    pub targets: Vec<String>,
    /// Exit with 1 if there are findings of this code, of names that mean nothing with `unresolved`, or of any code
    /// with `warnings`
    #[arg(long, value_name = "CODE")]
    pub deny: Vec<String>,
    /// Leave findings of this code out
    #[arg(long, value_name = "CODE")]
    pub allow: Vec<String>,
    /// Accept the findings that this file lists, and exit with 1 if there are others; made if missing
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Snippets, one line a finding, one JSON object a finding, or annotations of GitHub's
    #[arg(long, value_enum, default_value = "text")]
    pub format: TypedCheckFormat,
    #[command(flatten)]
    pub timings: Timed,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum TypedCheckFormat {
    #[default]
    Text,
    Short,
    Json,
    Github,
}

#[derive(Debug, Default, Args)]
pub struct Items {
    #[command(flatten)]
    pub packages: Packages,
    /// Lines of `kind TAB name TAB hash`, or one JSON object a line
    #[arg(long, value_enum, default_value = "tsv")]
    pub format: CliItemFormat,
    #[command(flatten)]
    pub builtins: Builtins,
}

#[derive(Debug, Args)]
pub struct Inspect {
    /// Files ending in .dark or .darkc
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// Print the canonical form of each item, which its hash covers: one node a line, with the offset of its bytes
    #[arg(long)]
    pub canonical: bool,
    /// Text for people, or one JSON object a line and path
    #[arg(long, value_enum, default_value = "text", conflicts_with = "canonical")]
    pub format: CliInspectFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CliNodeIds {
    #[default]
    Derived,
    Zero,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CliTimings {
    Table,
    Trace,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CliItemFormat {
    #[default]
    Tsv,
    Json,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CliInspectFormat {
    #[default]
    Text,
    Json,
}
