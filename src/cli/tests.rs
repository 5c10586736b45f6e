//! From arguments and surroundings to settings, and the exit codes of what goes no further.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{CommandFactory, Parser};

use super::args::{Cli, Command, Packages};
use super::reload::{self, Reload};
use super::settings::{self, Environment, UsageError};
use super::{Exit, run_command};
use crate::base::parallel::Threads;
use crate::commands::settings::{BuiltinsFrom, Refs};
use crate::commands::{Mode, NodeIdMode, Settings};
use crate::report::Report;

fn reload(arguments: &[&str]) -> Reload {
    let typed = Cli::try_parse_from([&["darkc", "reload"], arguments].concat()).expect("valid arguments");
    match typed.command {
        Command::Reload(reload) => reload,
        other => panic!("not a reload: {other:?}"),
    }
}

fn environment(directory: &Path) -> Environment {
    Environment { directory: directory.to_path_buf(), ..Environment::default() }
}

fn tree(folders: &[&str]) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a temporary folder");
    for folder in folders {
        fs::create_dir_all(root.path().join(folder)).expect("a folder");
    }
    root
}

fn canonical(root: &tempfile::TempDir) -> PathBuf {
    root.path().canonicalize().expect("a path")
}

#[test]
fn the_commands_are_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn a_bare_reload_takes_everything_from_its_environment() {
    let root = tree(&["packages"]);
    let settings = reload::settings_of(&reload(&[]), &environment(root.path())).expect("settings");
    let expected = Settings {
        make_folder: true,
        ..Settings::new("packages".into(), canonical(&root).join("rundir/data.db"))
    };
    assert_eq!(settings, expected);
}

#[test]
fn every_option_of_a_reload_arrives() {
    let root = tree(&["sources"]);
    let folder = root.path().join("sources");
    let folder = folder.to_str().expect("a readable path");
    let options = [
        "--db",
        "a.db",
        "--refs",
        "refs.txt",
        "--builtins",
        "more.tsv",
        "--node-ids",
        "zero",
        "--full",
        "--dry-run",
        "--explain",
        "--stats",
        "--no-check",
        "--allow-removals",
        "--lock-timeout",
        "7",
    ];
    let typed = reload(&[&["--packages", folder][..], &options].concat());
    let settings = reload::settings_of(&typed, &environment(Path::new("/"))).expect("settings");
    let expected = Settings {
        refs: Refs::File("refs.txt".into()),
        builtins: BuiltinsFrom::Table("more.tsv".into()),
        node_ids: NodeIdMode::Zero,
        mode: Mode::DryRunFull,
        explain: true,
        check: false,
        allow_removals: true,
        lock_timeout: Duration::from_secs(7),
        ..Settings::new(folder.into(), "a.db".into())
    };
    assert_eq!(settings, expected);
    assert!(typed.stats);
    assert!(
        reload::settings_of(&reload(&["--packages", folder, "--verify"]), &environment(Path::new("/")))
            .is_ok_and(|settings| settings.mode == Mode::Verify)
    );
}

#[test]
fn the_database_follows_darklangs_variables() {
    let root = tree(&["packages"]);
    let mut environment = environment(root.path());
    environment.database_name = Some("test-data.db".into());
    let database =
        |environment: &Environment| reload::settings_of(&reload(&[]), environment).map(|s| s.database);
    assert_eq!(database(&environment), Ok(canonical(&root).join("rundir/test-data.db")));
    environment.rundir = Some("/srv/run".into());
    assert_eq!(database(&environment), Ok("/srv/run/test-data.db".into()));
    environment.database_name = None;
    assert_eq!(database(&environment), Ok("/srv/run/data.db".into()));
    environment.rundir = Some("run".into());
    let message = "DARK_CONFIG_RUNDIR is `run`, which is not an absolute path; make it one or give --db FILE";
    assert_eq!(database(&environment), Err(UsageError(message.into())));
}

#[test]
fn a_packages_folder_given_as_a_dot_still_has_a_parent() {
    let root = tree(&["packages"]);
    let settings =
        reload::settings_of(&reload(&["--packages", "."]), &environment(&root.path().join("packages")));
    assert_eq!(settings.map(|s| s.database), Ok(canonical(&root).join("rundir/data.db")));
}

#[test]
fn the_nearest_packages_folder_is_not_a_package_of_that_name() {
    let root = tree(&["packages/darklang/cli/packages", "packages/work/packages/owner"]);
    fs::write(root.path().join("packages/darklang/cli/packages/search.dark"), "").expect("a file");
    let found = |directory: &str| {
        let environment = environment(&root.path().join(directory));
        settings::without_database(&Packages::default(), &environment).map(|settings| settings.packages)
    };
    let outer = root.path().join("packages");
    assert_eq!(found(""), Ok("packages".into()));
    assert_eq!(found("packages"), Ok(outer.clone()));
    assert_eq!(found("packages/darklang/cli"), Ok(outer.clone()));
    assert_eq!(found("packages/darklang/cli/packages"), Ok(outer));
    assert_eq!(found("packages/work"), Ok("packages".into()));
}

#[test]
fn a_missing_packages_folder_is_named() {
    let root = tree(&[]);
    let message = format!(
        "there is no folder `packages` in {} or above it; give one with --packages DIR",
        root.path().display()
    );
    let none = settings::without_database(&Packages::default(), &environment(root.path()));
    assert_eq!(none, Err(UsageError(message)));
    let typed = Packages { packages: Some("nowhere".into()) };
    let message = "nowhere is not a folder; give the folder of packages";
    assert_eq!(
        settings::without_database(&typed, &environment(root.path())),
        Err(UsageError(message.into()))
    );
}

#[test]
fn threads_can_be_set() {
    let root = tree(&["packages"]);
    let threads = |value: &str| {
        let environment = Environment { threads: Some(value.into()), ..environment(root.path()) };
        settings::without_database(&Packages::default(), &environment).map(|settings| settings.threads)
    };
    assert_eq!(threads("3").map(Threads::count), Ok(3));
    let message = "DARKC_THREADS is `0`; give a number from 1 upwards";
    assert_eq!(threads("0"), Err(UsageError(message.into())));
    assert!(threads("many").is_err());
}

#[test]
fn a_trace_stands_alone_on_standard_output() {
    let root = tree(&["packages"]);
    let check = |arguments: &[&str]| reload::settings_of(&reload(arguments), &environment(root.path()));
    assert!(check(&["--timings"]).is_ok());
    assert!(check(&["--timings", "--stats"]).is_ok());
    assert!(check(&["--timings=trace", "--stats"]).is_ok());
    assert!(check(&["--timings=trace", "--dry-run"]).is_err());
}

#[test]
fn only_the_value_seed_makes_the_store_the_source() {
    let source = |value: Option<&str>| Environment {
        packages_source: value.map(OsString::from),
        ..Environment::default()
    };
    assert!(source(Some("seed")).store_is_source());
    assert!(!source(Some("disk")).store_is_source());
    assert!(!source(None).store_is_source());
}

#[test]
fn wrong_arguments_exit_with_2_and_help_with_0() {
    let exit = |arguments: &[&str]| run_command(arguments.iter().map(OsString::from), &mut Report::default());
    assert_eq!(exit(&["darkc"]), Exit::Failed);
    assert_eq!(exit(&["darkc", "relaod"]), Exit::Failed);
    assert_eq!(exit(&["darkc", "reload", "--verify", "--dry-run"]), Exit::Failed);
    assert_eq!(exit(&["darkc", "inspect"]), Exit::Failed);
    assert_eq!(exit(&["darkc", "--help"]), Exit::Done);
    assert_eq!(exit(&["darkc", "reload", "--help"]), Exit::Done);
    assert_eq!(exit(&["darkc", "--version"]), Exit::Done);
}
