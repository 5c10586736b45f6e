//! After any sequence of edits the store equals that of a fresh reload, and its log folds to its tables.
//!
//! `DARKC_STEPS=100000 cargo test --release --test tests incremental::random` runs as many random steps as it says;
//! `DARKC_SEED=n` starts with that script. `DARKC_EVERY=n` takes only each n-th recorded edit and starts the history so
//! much later, for a quick look.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::common::compare::{self, Profile};
use crate::common::edits::{Edit, Expect};
use crate::common::loader::{CommandLine, Loader, Outcome};
use crate::common::random::Random;
use crate::common::script::{self, State};
use crate::common::{self, Tree, fold};

/// Steps in one script, before a new one starts from a new set.
const SCRIPT_LENGTH: usize = 50;
const DEFAULT_STEPS: usize = 200;
/// How often a failing script is run to make it shorter.
const SHRINKING_RUNS: usize = 300;

/// What a store and its log looked like on disk.
fn bytes_on_disk(database: &Path) -> Vec<Option<Vec<u8>>> {
    let log = PathBuf::from(format!("{}-wal", database.display()));
    let log = fs::read(log).ok().filter(|bytes| !bytes.is_empty());
    vec![fs::read(database).ok(), log]
}

/// A tree that is edited in place, and the store that follows it.
struct Edited<'l> {
    loader: &'l dyn Loader,
    tree: Tree,
    database: PathBuf,
}

impl Edited<'_> {
    fn new(loader: &dyn Loader, tree: Tree) -> Edited<'_> {
        let database = tree.beside("edited.db");
        Edited { loader, tree, database }
    }

    fn reload(&self) -> (Outcome, Vec<Option<Vec<u8>>>) {
        let before = bytes_on_disk(&self.database);
        (self.loader.reload(&self.tree.packages(), &self.database), before)
    }

    /// Reloads in place and compares with a store that was loaded afresh. True if the load succeeded.
    fn check(&self, fresh: &Fresh) -> Result<bool, String> {
        let (outcome, before) = self.reload();
        if outcome.code != fresh.code {
            return Err(format!(
                "the reload ended with {}, a fresh one with {}\n{}\n-- fresh:\n{}",
                outcome.code, fresh.code, outcome.message, fresh.message
            ));
        }
        match outcome.code {
            0 => {}
            1 if bytes_on_disk(&self.database) == before => return Ok(false),
            1 => return Err("a reload that failed has changed the database".to_owned()),
            code => return Err(format!("exit code {code}\n{}", outcome.message)),
        }
        if !self.database.is_file() {
            return Err("the reload left no database".to_owned());
        }
        let found = compare::open(&self.database);
        let expected = compare::open(&fresh.tree.beside("fresh.db"));
        if let Some(difference) = compare::compare(&expected, &found, Profile::Fresh) {
            return Err(format!("not as a fresh reload: {difference}"));
        }
        if let Some(difference) = fold::check(&found) {
            return Err(format!("the log does not fold to the tables: {difference}"));
        }
        let edited = self.tree.sidecars();
        for (path, (bytes, _)) in fresh.tree.sidecars() {
            if edited.get(&path).map(|(bytes, _)| bytes) != Some(&bytes) {
                return Err(format!("the sidecar {path} is not as a fresh build writes it"));
            }
        }
        Ok(true)
    }
}

/// A tree without history and the outcome of its first reload.
struct Fresh {
    tree: Tree,
    code: i32,
    message: String,
}

impl Fresh {
    fn load(loader: &dyn Loader, tree: Tree) -> Fresh {
        let Outcome { code, message } = loader.fresh(&tree.packages(), &tree.beside("fresh.db"));
        Fresh { tree, code, message }
    }

    /// A copy of the sources alone.
    fn of(loader: &dyn Loader, edited: &Tree) -> Fresh {
        let tree = Tree::empty();
        for path in common::files_below(&edited.packages()).iter().filter(|path| path.ends_with(".dark")) {
            tree.write(path, &edited.read(path).expect("a readable tree"));
        }
        Fresh::load(loader, tree)
    }
}

struct Failure {
    step: usize,
    what: String,
}

/// Runs one script and gives the number of steps whose load succeeded.
fn run_script(loader: &dyn Loader, seed: u64, steps: &[u64]) -> Result<usize, Failure> {
    let mut state = State::new(seed);
    let edited = Edited::new(loader, Tree::empty());
    let mut written = BTreeMap::new();
    let mut loaded = 0;
    for step in 0..=steps.len() {
        if step > 0 {
            state.step(steps[step - 1]);
        }
        let sources = state.set.sources();
        synchronise(&edited.tree, &mut written, &sources);
        let fresh = Tree::empty();
        sources.iter().for_each(|(path, text)| fresh.write(path, text.as_bytes()));
        let checked = edited.check(&Fresh::load(loader, fresh));
        loaded += usize::from(checked.map_err(|what| Failure { step, what })?);
    }
    Ok(loaded)
}

/// Writes and removes only the files that differ from what the tree holds.
fn synchronise(tree: &Tree, written: &mut BTreeMap<String, String>, sources: &BTreeMap<String, String>) {
    written.keys().filter(|path| !sources.contains_key(*path)).for_each(|path| tree.remove(path));
    for (path, text) in sources {
        if written.get(path) != Some(text) {
            tree.write(path, text.as_bytes());
        }
    }
    *written = sources.clone();
}

fn script_steps(seed: u64) -> Vec<u64> {
    let mut random = Random::new(seed);
    (0..SCRIPT_LENGTH).map(|_| random.next()).collect()
}

/// The script in words, with what each step wrote.
fn tell(seed: u64, steps: &[u64]) -> String {
    let mut state = State::new(seed);
    let mut before = state.set.sources();
    let mut told = String::from("-- start\n");
    before.iter().for_each(|(path, text)| told += &format!("--- {path}\n{text}\n"));
    for (at, step) in steps.iter().enumerate() {
        told += &format!("-- step {}: {}\n", at + 1, state.step(*step));
        let after = state.set.sources();
        let gone = before.keys().filter(|path| !after.contains_key(*path));
        gone.for_each(|path| told += &format!("--- {path} is deleted\n"));
        let changed = after.iter().filter(|(path, text)| before.get(*path) != Some(text));
        changed.for_each(|(path, text)| told += &format!("--- {path}\n{text}\n"));
        before = after;
    }
    told
}

#[test]
fn random_scripts_equal_fresh_reloads() {
    let loader = CommandLine;
    let first = common::number_from_env("DARKC_SEED", 1);
    let scripts = common::number_from_env("DARKC_STEPS", DEFAULT_STEPS).div_ceil(SCRIPT_LENGTH);
    let seeds: Vec<u64> = (first..first + scripts).map(|seed| seed as u64).collect();
    let results = common::in_parallel(&seeds, |&seed| (seed, run_script(&loader, seed, &script_steps(seed))));
    let mut loaded = 0;
    for (seed, result) in results {
        match result {
            Ok(steps) => loaded += steps,
            Err(failure) => {
                // What comes after the failure cannot matter to it.
                let steps = script_steps(seed)[..failure.step].to_vec();
                let fails = |steps: &[u64]| run_script(&loader, seed, steps).is_err();
                let steps = script::shrink(steps, SHRINKING_RUNS, fails);
                let what = run_script(&loader, seed, &steps).err().map_or(failure.what, |last| last.what);
                panic!("DARKC_SEED={seed}, {} steps: {what}\n{}", steps.len(), tell(seed, &steps));
            }
        }
    }
    let all = seeds.len() * (SCRIPT_LENGTH + 1);
    println!("{loaded} of {all} random steps loaded, the others failed as a fresh reload does");
    assert!(loaded * 2 > all, "most steps must load, else the scripts say little");
}

/// Applies the edits one after the other or, each taken back, one by one.
fn check_edits(loader: &dyn Loader, tree: Tree, edits: &[Edit], keep: bool) -> Vec<String> {
    let edited = Edited::new(loader, tree);
    let mut failures = Vec::new();
    let mut note = |name: &str, result: Result<bool, String>| {
        if let Err(what) = result {
            failures.push(format!("{name}: {what}"));
        }
    };
    let start = Fresh::of(loader, &edited.tree);
    note("start", edited.check(&start));
    if keep {
        let mut undos = Vec::new();
        for edit in edits {
            undos.push((edit, edit.apply(&edited.tree)));
            note(&edit.name, edited.check(&Fresh::of(loader, &edited.tree)));
        }
        while let Some((edit, undo)) = undos.pop() {
            undo.undo(&edited.tree);
            // Only the stores at every tenth step back are compared, as all these trees were compared before.
            if undos.len() % 10 == 0 {
                let name = format!("{} taken back", edit.name);
                note(&name, edited.check(&Fresh::of(loader, &edited.tree)));
            } else if edited.reload().0.code != 0 {
                note(&edit.name, Err("taken back, it does not load".to_owned()));
            }
        }
    } else {
        for edit in edits {
            let undo = edit.apply(&edited.tree);
            let result = edited.check(&Fresh::of(loader, &edited.tree));
            if let (Ok(loaded), Expect::Error(_)) = (&result, &edit.expect) {
                assert!(!loaded, "{} loads, where Darklang refuses", edit.name);
            }
            note(&edit.name, result);
            undo.undo(&edited.tree);
            note(&format!("{} taken back", edit.name), edited.check(&start));
        }
    }
    failures
}

#[test]
fn every_edit_in_place_equals_a_fresh_reload() {
    let Some(oracle) = common::oracle() else { return };
    let every = common::number_from_env("DARKC_EVERY", 1);
    let edits: Vec<Edit> = Edit::all(&oracle.join("edits")).into_iter().step_by(every).collect();
    let halves: Vec<&[Edit]> = edits.chunks(edits.len().div_ceil(2).max(1)).collect();
    let failures = common::in_parallel(&halves, |edits| {
        check_edits(&CommandLine, Tree::copy_of(&oracle.join("packages")), edits, false)
    });
    assert!(failures.concat().is_empty(), "{}", failures.concat().join("\n"));
}

#[test]
fn the_history_in_place_equals_fresh_reloads() {
    let Some(oracle) = common::oracle() else { return };
    let mut steps = Edit::all(&oracle.join("history"));
    let tree = Tree::copy_of(&oracle.join("history/start"));
    // The last steps are the ones nearest to the grammar of today; those before them are written, not loaded.
    let taken = steps.len().div_ceil(common::number_from_env("DARKC_EVERY", 1));
    let late = steps.split_off(steps.len() - taken);
    steps.iter().for_each(|step| drop(step.apply(&tree)));
    let failures = check_edits(&CommandLine, tree, &late, true);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn a_script_is_written_step_by_step() {
    let tree = Tree::empty();
    let mut state = State::new(3);
    let mut written = BTreeMap::new();
    for step in script_steps(3) {
        state.step(step);
        synchronise(&tree, &mut written, &state.set.sources());
        assert_eq!(common::files_below(&tree.packages()), written.keys().cloned().collect::<Vec<_>>());
    }
    assert!(tell(3, &script_steps(3)).contains("-- step 50: "));
}
