//! Loads the packages in `examples/` into a fresh database, twice, and shows what is in it.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "an example prints, and stops where it cannot go on"
)]

use std::error::Error;
use std::path::Path;

use darkc::commands::{self, Remembered, Settings};
use darkc::report::Report;
use rusqlite::Connection;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let database = folder.path().join("tour.db");
    println!("Two reloads, the first into a database that does not exist yet:");
    reload(&database)?;
    reload(&database)?;
    let store = Connection::open(&database)?;
    println!("\nEvery name that Darklang will find there, with the start of its content hash:");
    show_names(&store)?;
    println!("\nAnd the rows behind them:");
    show_tables(&store)
}

fn reload(database: &Path) -> Outcome<()> {
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/packages");
    let settings = Settings::new(packages, database.to_owned());
    let (outcome, _) =
        commands::reload(&settings, Remembered::default()).map_err(|failure| failure.to_string())?;
    let mut report = Report::for_process();
    report.findings(&outcome.failures, &outcome.findings, &outcome.warnings);
    report.reload(&outcome, settings.mode);
    if !report.finish() {
        return Err("standard output cannot be written".into());
    }
    if outcome.failures.is_empty() { Ok(()) } else { Err("the example packages have errors".into()) }
}

fn show_names(store: &Connection) -> Outcome<()> {
    let mut names = store.prepare(
        "SELECT item_type, owner || '.' || modules || '.' || name, substr(item_hash, 1, 12), coalesce(
                (SELECT description FROM package_functions WHERE hash = item_hash),
                (SELECT description FROM package_types WHERE hash = item_hash),
                (SELECT description FROM package_values WHERE hash = item_hash), '')
         FROM locations WHERE unlisted_at IS NULL ORDER BY 2, 1",
    )?;
    let mut rows = names.query([])?;
    while let Some(row) = rows.next()? {
        let [kind, name, hash, description]: [String; 4] =
            [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?];
        let line =
            format!("  {kind:<5} {name:<34} {hash}  {}", description.lines().next().unwrap_or_default());
        println!("{}", line.trim_end());
    }
    Ok(())
}

fn show_tables(store: &Connection) -> Outcome<()> {
    let tables = [
        "package_types",
        "package_values",
        "package_functions",
        "package_dependencies",
        "package_ops",
        "commits",
    ];
    for table in tables {
        let rows: i64 = store.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
        println!("  {rows:>4} {table}");
    }
    Ok(())
}
