//! Faults, kills and other actors at every call by which darkc reaches the disk: no store is damaged, nobody's
//! work is lost, and the next run mends everything.
//!
//! By default a sample of all points is tried; `DARKC_FAULTS=1` tries each one, and `DARKC_FAULTS=N` every N-th.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rusqlite::Connection;

use crate::common::compare::{self, Profile};
use crate::common::invariants::Fresh;
use crate::common::loader::InProcess;
use crate::common::tracer::{self, Act, Call, End, Traced};
use crate::common::{self, Tree, files_below};

const STORE: &str = "store.db";
/// Every so many-th point is tried unless the environment says otherwise.
const SAMPLE: usize = 23;

const BASE: &str = "garden/base.dark";
const USER: &str = "garden/user.dark";
/// What the sources are before and after the edit.
const BEFORE: [(&str, &str); 2] = [
    (BASE, "module Garden.Base\n\ntype Bed = { width: Int64 }\n\nlet two (x: Int64) : Int64 =\n  x + 2L\n"),
    (USER, "module Garden.User\n\nlet four (x: Int64) : Int64 =\n  Garden.Base.two (Garden.Base.two x)\n"),
];
const AFTER: [(&str, &str); 2] = [
    (
        BASE,
        "module Garden.Base\n\ntype Bed = { width: Int64 }\n\nlet two (x: Int64) : Int64 =\n  x + 1L + 1L\n",
    ),
    BEFORE[1],
];
/// What an actor writes in the middle of a run.
const MEANWHILE: &str = "module Garden.Base\n\nlet two (x: Int64) : Int64 =\n  x\n";

/// What a run starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Scenario {
    /// Neither sidecars nor a store.
    FirstLoad,
    /// A store of the sources before an edit.
    Edit,
}

/// What is done to a run at one point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Trouble {
    Kill,
    /// One call fails with this error.
    Once(i32),
    /// From the point on, all calls of its kind fail.
    Ever(i32),
    /// Half of a buffer is written, and the process is killed at its next call.
    Torn,
    /// Another reload of the same store.
    Reload,
    /// An edit of a source.
    Edit,
    /// Rows of somebody else's.
    Insert,
    /// The store is removed.
    Remove,
    /// The store is cut to half its length.
    Truncate,
}

const TROUBLES: [Trouble; 12] = [
    Trouble::Kill,
    Trouble::Torn,
    Trouble::Once(libc::EIO),
    Trouble::Once(libc::ENOSPC),
    Trouble::Once(libc::EACCES),
    Trouble::Once(libc::EINTR),
    Trouble::Ever(libc::EIO),
    Trouble::Ever(libc::ENOSPC),
    Trouble::Reload,
    Trouble::Edit,
    Trouble::Insert,
    Trouble::Remove,
];

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |error| match error {
            libc::EIO => "EIO",
            libc::ENOSPC => "ENOSPC",
            libc::EACCES => "EACCES",
            _ => "EINTR",
        };
        match self {
            Trouble::Once(error) => write!(f, "{} once", name(*error)),
            Trouble::Ever(error) => write!(f, "{} for ever", name(*error)),
            other => write!(f, "{}", format!("{other:?}").to_lowercase()),
        }
    }
}

/// What a run left in place of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Missing,
    Old,
    New,
    /// Of the sources that an actor wrote.
    Meanwhile,
}

/// Stores to compare with.
struct Expected {
    old: Fresh,
    new: Fresh,
    meanwhile: Fresh,
}

fn tree_of(sources: &[(&str, &str)]) -> Tree {
    let tree = Tree::in_memory();
    sources.iter().for_each(|(path, text)| tree.write(path, text.as_bytes()));
    tree
}

impl Expected {
    fn new() -> Self {
        let fresh = |sources: &[(&str, &str)]| {
            let fresh = Fresh::load(&InProcess, tree_of(sources), false);
            assert_eq!(fresh.code, 0, "{}", fresh.message);
            fresh
        };
        Expected {
            old: fresh(&BEFORE),
            new: fresh(&AFTER),
            meanwhile: fresh(&[(BASE, MEANWHILE), BEFORE[1]]),
        }
    }

    /// Which of the possible states the store is in, after SQLite's own check of it.
    fn state_of(&self, store: &Path) -> Result<State, String> {
        if fs::metadata(store).map_or(0, |file| file.len()) == 0 {
            return Ok(State::Missing);
        }
        let found = compare::open(store);
        let integrity: String = found
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .map_err(|error| format!("the store cannot be read: {error}"))?;
        if integrity != "ok" {
            return Err(format!("the store is damaged: {integrity}"));
        }
        let mut differences = Vec::new();
        for (state, fresh) in
            [(State::New, &self.new), (State::Old, &self.old), (State::Meanwhile, &self.meanwhile)]
        {
            match compare::compare(&compare::open(&fresh.database()), &found, Profile::Fresh) {
                None => return Ok(state),
                Some(difference) => differences.push(format!("not {state:?}: {difference}")),
            }
        }
        Err(differences.join("\n"))
    }
}

/// The tree that a scenario starts from.
fn prepared(scenario: Scenario, expected: &Expected) -> Tree {
    match scenario {
        Scenario::FirstLoad => tree_of(&AFTER),
        Scenario::Edit => {
            let tree = tree_of(&BEFORE);
            for (path, (bytes, _)) in expected.old.tree.sidecars() {
                tree.write(&path, &bytes);
            }
            fs::copy(expected.old.database(), tree.beside(STORE)).expect("a copy of the store");
            AFTER.iter().for_each(|(path, text)| tree.write(path, text.as_bytes()));
            tree
        }
    }
}

fn reload(tree: &Tree) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_darkc"));
    command.args(["reload", "--packages"]).arg(tree.packages()).arg("--db").arg(tree.beside(STORE));
    command.env("DARKC_THREADS", "2").env_remove("DARK_CONFIG_PACKAGES_SOURCE");
    command
}

/// One run with one trouble.
struct Trial<'t> {
    tree: &'t Tree,
    trouble: Trouble,
    at: usize,
    /// Whether the program has reached its own work, past the loading of its libraries.
    started: bool,
    seen: usize,
    /// The call whose kind fails from now on.
    failing: Option<&'static str>,
    torn: bool,
    /// Whether the trouble came about.
    happened: bool,
}

impl<'t> Trial<'t> {
    fn run(tree: &'t Tree, trouble: Trouble, at: usize) -> (Traced, Self) {
        let mut trial =
            Trial { tree, trouble, at, started: false, seen: 0, failing: None, torn: false, happened: false };
        let traced = tracer::run(&mut reload(tree), |call| trial.decide(call)).expect("a traced run");
        (traced, trial)
    }

    fn decide(&mut self, call: &Call) -> Act {
        let packages = self.tree.packages();
        let names_packages = || [0, 1].iter().any(|at| Path::new(&call.text(*at)).starts_with(&packages));
        self.started = self.started || names_packages();
        // Without random numbers the standard library panics by intent.
        if !self.started || call.name == "getrandom" {
            return Act::Proceed;
        }
        self.seen += 1;
        if self.torn {
            return Act::Kill;
        }
        if let (Some(name), Trouble::Ever(error)) = (self.failing, self.trouble)
            && name == call.name
        {
            return Act::Fail(error);
        }
        if self.seen - 1 != self.at {
            return Act::Proceed;
        }
        self.happened = true;
        match self.trouble {
            Trouble::Kill => return Act::Kill,
            Trouble::Once(error) => return Act::Fail(error),
            Trouble::Ever(error) => {
                self.failing = Some(call.name);
                return Act::Fail(error);
            }
            Trouble::Torn if ["write", "pwrite64"].contains(&call.name) => {
                self.torn = true;
                return Act::Halve;
            }
            Trouble::Torn => self.happened = false,
            Trouble::Reload => self.happened = second_reload(self.tree),
            Trouble::Edit => self.tree.write(BASE, MEANWHILE.as_bytes()),
            Trouble::Insert => self.happened = insert(&self.tree.beside(STORE)),
            Trouble::Remove => self.happened = fs::remove_file(self.tree.beside(STORE)).is_ok(),
            Trouble::Truncate => truncate(&self.tree.beside(STORE)),
        }
        Act::Proceed
    }
}

/// Another darkc, which does not wait: the first one stands still until it has ended.
fn second_reload(tree: &Tree) -> bool {
    let mut command = reload(tree);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.args(["--lock-timeout", "0"]).status().expect("darkc starts").success()
}

/// A table, and a branch with work in progress; false where the store is not there yet or locked.
fn insert(store: &Path) -> bool {
    if fs::metadata(store).map_or(0, |file| file.len()) == 0 {
        return false;
    }
    let written = Connection::open(store).and_then(|store| {
        store.busy_timeout(Duration::ZERO)?;
        store.execute_batch("BEGIN; CREATE TABLE theirs (x); INSERT INTO theirs VALUES (7); COMMIT;")
    });
    written.is_ok()
}

fn their_row(store: &Path) -> Option<i64> {
    compare::open(store).query_row("SELECT x FROM theirs", [], |row| row.get(0)).ok()
}

fn truncate(store: &Path) {
    let file = fs::File::options().write(true).open(store).expect("a store");
    let length = file.metadata().expect("its length").len();
    file.set_len(length / 2).expect("a shorter store");
}

/// What is in the tree that neither a user nor a reload that ended well has put there.
fn leftovers(tree: &Tree) -> Vec<String> {
    let root = tree.beside("");
    let is_known = |path: &String| {
        let path = Path::new(path);
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let source = root.join(path).with_extension("dark");
        name.ends_with(".dark")
            || (name.ends_with(".darkc") && !name.starts_with('.') && source.is_file())
            || [STORE, "store.db-darkc", "store.db-darkc-lock"].contains(&name)
    };
    files_below(&root).into_iter().filter(|path| !is_known(path)).collect()
}

/// Tries one point and says in which state the store was left.
fn attempt(
    expected: &Expected,
    scenario: Scenario,
    trouble: Trouble,
    at: usize,
) -> Result<Option<State>, String> {
    let tree = prepared(scenario, expected);
    let store: PathBuf = tree.beside(STORE);
    let (run, trial) = Trial::run(&tree, trouble, at);
    if !trial.happened {
        return Ok(None);
    }
    let said = || format!("{:?}, it said: {}", run.end, run.stderr);
    let killed = matches!(trouble, Trouble::Kill | Trouble::Torn);
    match run.end {
        End::Signal(libc::SIGKILL) if killed => {}
        End::Code(0) => {}
        End::Code(1 | 2) if !run.stderr.is_empty() || matches!(trouble, Trouble::Ever(_)) => {}
        _ => return Err(format!("it ended with {}", said())),
    }
    let state = expected.state_of(&store).map_err(|what| format!("{what}\n{}", said()))?;
    let right = match (trouble, state) {
        // Whoever removes the store last has removed it.
        (Trouble::Remove, State::Missing) => true,
        (Trouble::Edit, State::Meanwhile) => true,
        (_, State::New) => true,
        (_, State::Old) => run.end != End::Code(0) && scenario == Scenario::Edit,
        (_, State::Missing) => run.end != End::Code(0) && scenario == Scenario::FirstLoad,
        (_, State::Meanwhile) => false,
    };
    if !right {
        return Err(format!("the store was left {state:?}; {}", said()));
    }
    if trouble == Trouble::Insert && their_row(&store) != Some(7) {
        return Err(format!("the other's row is lost; {}", said()));
    }

    let again = tree.reload(STORE, &[]);
    let goal = if trouble == Trouble::Edit { State::Meanwhile } else { State::New };
    let mended = expected.state_of(&store)?;
    if again.code != 0 || mended != goal {
        return Err(format!("the next reload: {} {}, {mended:?}; {}", again.code, again.stderr, said()));
    }
    if trouble == Trouble::Insert && their_row(&store) != Some(7) {
        return Err("the next reload lost the other's row".to_owned());
    }
    let leftovers = leftovers(&tree);
    if !leftovers.is_empty() {
        return Err(format!("the next reload leaves {leftovers:?}; {}", said()));
    }
    Ok(Some(state))
}

#[test]
fn whatever_fails_no_store_is_damaged_and_the_next_run_mends_everything() {
    let step = common::number_from_env("DARKC_FAULTS", SAMPLE).max(1);
    let expected = Expected::new();
    let mut points = Vec::new();
    for scenario in [Scenario::FirstLoad, Scenario::Edit] {
        let tree = prepared(scenario, &expected);
        let (_, trial) = Trial::run(&tree, Trouble::Kill, usize::MAX);
        assert!(trial.seen > 30, "{scenario:?}: only {} calls", trial.seen);
        println!("{scenario:?}: {} calls", trial.seen);
        for (which, trouble) in TROUBLES.into_iter().enumerate() {
            // Each trouble starts elsewhere, so that a sample is spread over all calls.
            points.extend((which % step..trial.seen).step_by(step).map(|at| (scenario, trouble, at)));
        }
    }
    let results =
        common::in_parallel(&points, |(scenario, trouble, at)| attempt(&expected, *scenario, *trouble, *at));
    let mut seen: BTreeMap<(Scenario, String), BTreeMap<Option<State>, usize>> = BTreeMap::new();
    let mut failed = Vec::new();
    for ((scenario, trouble, at), result) in points.iter().zip(results) {
        match result {
            Ok(state) => {
                *seen.entry((*scenario, trouble.to_string())).or_default().entry(state).or_default() += 1;
            }
            Err(what) => failed.push(format!("{scenario:?}, {trouble} at call {at}: {what}")),
        }
    }
    for ((scenario, trouble), states) in &seen {
        let states = states.iter().map(|(state, count)| match state {
            Some(state) => format!("{count} {state:?}"),
            None => format!("{count} without effect"),
        });
        println!("{scenario:?}, {trouble}: {}", states.collect::<Vec<_>>().join(", "));
    }
    println!("{} points were tried, {} failed", points.len(), failed.len());
    assert!(failed.is_empty(), "{} of {} points:\n{}", failed.len(), points.len(), failed.join("\n\n"));
    let states: Vec<State> = seen.values().flat_map(BTreeMap::keys).flatten().copied().collect();
    for state in [State::Missing, State::Old, State::New] {
        assert!(states.contains(&state), "no point left the store {state:?}");
    }
}

/// Nothing can bring back what somebody cuts off; but to read past the end of a mapped file would kill the process.
#[test]
fn a_store_that_is_cut_under_a_run_ends_it_with_a_reason() {
    let step = common::number_from_env("DARKC_FAULTS", SAMPLE / 4).max(1);
    let expected = Expected::new();
    let tree = prepared(Scenario::Edit, &expected);
    let (_, trial) = Trial::run(&tree, Trouble::Kill, usize::MAX);
    let points: Vec<usize> = (0..trial.seen).step_by(step).collect();
    let ends = common::in_parallel(&points, |at| {
        let tree = prepared(Scenario::Edit, &expected);
        let (run, _) = Trial::run(&tree, Trouble::Truncate, *at);
        (run.end, run.stderr)
    });
    let mut reasons = 0;
    for (at, (end, stderr)) in points.iter().zip(ends) {
        match end {
            // All that it needed was read before, or written after.
            End::Code(0) => {}
            End::Code(2) if stderr.starts_with("error: ") => reasons += 1,
            _ => panic!("call {at}: {end:?} {stderr}"),
        }
    }
    println!("{} points, {reasons} ended with a reason", points.len());
    assert!(reasons > 0);
}
