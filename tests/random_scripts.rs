//! After any sequence of edits, and whatever others do between them, the store is as a fresh reload leaves it.
//!
//! By default 10,000 steps run alone and 10,000 with interference, a tenth of that where the tests are not optimized.
//! `DARKC_STEPS=100000 cargo test --release --test tests random_scripts` runs as many as it says, and
//! `DARKC_SEED=n` starts with that script.

use std::collections::BTreeMap;

use crate::common::interference::{self, Interference, Past};
use crate::common::invariants::{Edited, Fresh};
use crate::common::loader::{CommandLine, InProcess, Kept, Loader};
use crate::common::random::Random;
use crate::common::script::{self, State};
use crate::common::{self, Tree};

/// Steps in one script, before a new one starts from a new set.
const SCRIPT_LENGTH: usize = 50;
const STEPS: usize = if cfg!(debug_assertions) { 1_000 } else { 10_000 };
/// Of these steps, one in so many is done by the program itself, from its command line.
const BY_COMMAND_LINE: usize = 50;
/// How often a failing script is run to make it shorter.
const SHRINKING_RUNS: usize = 600;

struct Failure {
    step: usize,
    what: String,
}

/// What a script is run with.
#[derive(Clone, Copy)]
struct Setting<'l> {
    loader: &'l dyn Loader,
    /// Whether others do things between the steps.
    interfered: bool,
}

/// Runs one script and gives the number of steps whose load succeeded.
fn run_script(setting: Setting<'_>, seed: u64, steps: &[u64]) -> Result<usize, Failure> {
    let mut state = State::new(seed);
    let mut edited = Edited::new(setting.loader, Tree::in_memory());
    let mut written = BTreeMap::new();
    let mut past = Past::default();
    let mut loaded = 0;
    for step in 0..=steps.len() {
        let failed = |what| Failure { step, what };
        if step > 0 {
            let seed = steps[step - 1];
            if let Some(interference) = Interference::before(seed).filter(|_| setting.interfered) {
                interference::interfere(interference, &mut edited, &past).map_err(failed)?;
            }
            state.step(seed);
        }
        let sources = state.set.sources();
        synchronise(&edited.tree, &mut written, &sources);
        let fresh = Tree::in_memory();
        sources.iter().for_each(|(path, text)| fresh.write(path, text.as_bytes()));
        let fresh = Fresh::load(setting.loader, fresh, edited.options.zero_ids);
        if edited.check(&fresh).map_err(failed)? {
            edited.options.full = false;
            loaded += 1;
        }
        if setting.interfered {
            past.remember(&edited, fresh);
        }
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
fn tell(seed: u64, steps: &[u64], interfered: bool) -> String {
    let mut state = State::new(seed);
    let mut before = state.set.sources();
    let mut told = String::from("-- start\n");
    before.iter().for_each(|(path, text)| told += &format!("--- {path}\n{text}\n"));
    for (at, step) in steps.iter().enumerate() {
        if let Some((interference, _)) = Interference::before(*step).filter(|_| interfered) {
            told += &format!("-- before step {}: {interference:?}\n", at + 1);
        }
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

/// Runs scripts on all cores, and shows the first one that fails, made shorter.
fn run_scripts(setting: Setting<'_>, steps: usize) {
    let first = common::number_from_env("DARKC_SEED", 1);
    let seeds: Vec<u64> = (first..first + steps.div_ceil(SCRIPT_LENGTH)).map(|seed| seed as u64).collect();
    let results = common::in_parallel(&seeds, |&seed| (seed, run_script(setting, seed, &script_steps(seed))));
    let failed: Vec<u64> = results.iter().filter(|(_, run)| run.is_err()).map(|(seed, _)| *seed).collect();
    let mut loaded = 0;
    for (seed, result) in results {
        match result {
            Ok(steps) => loaded += steps,
            Err(failure) => {
                // What comes after the failure cannot matter to it.
                let steps = script_steps(seed)[..failure.step].to_vec();
                let fails = |steps: &[u64]| run_script(setting, seed, steps).is_err();
                let steps = script::shrink(steps, SHRINKING_RUNS, fails);
                let what = run_script(setting, seed, &steps).err().map_or(failure.what, |last| last.what);
                panic!(
                    "{} of {} scripts fail, by their seeds: {failed:?}\nDARKC_SEED={seed}, {} steps: {what}\n{}",
                    failed.len(),
                    seeds.len(),
                    steps.len(),
                    tell(seed, &steps, setting.interfered)
                );
            }
        }
    }
    let all = seeds.len() * (SCRIPT_LENGTH + 1);
    println!("{loaded} of {all} random steps loaded, the others failed as a fresh reload does");
    assert!(loaded * 2 > all, "most steps must load, else the scripts say little");
}

#[test]
fn edits_equal_fresh_reloads() {
    let steps = common::number_from_env("DARKC_STEPS", STEPS);
    run_scripts(Setting { loader: &InProcess, interfered: false }, steps);
}

#[test]
fn edits_and_interference_equal_fresh_reloads() {
    let steps = common::number_from_env("DARKC_STEPS", STEPS);
    run_scripts(Setting { loader: &InProcess, interfered: true }, steps);
}

#[test]
fn edits_and_interference_from_the_command_line_equal_fresh_reloads() {
    let steps = common::number_from_env("DARKC_STEPS", STEPS).div_ceil(BY_COMMAND_LINE);
    run_scripts(Setting { loader: &CommandLine, interfered: true }, steps);
}

#[test]
fn edits_in_one_process_equal_fresh_reloads() {
    let steps = common::number_from_env("DARKC_STEPS", STEPS);
    run_scripts(Setting { loader: &Kept::default(), interfered: false }, steps);
}

#[test]
fn edits_in_one_process_beside_others_equal_fresh_reloads() {
    let steps = common::number_from_env("DARKC_STEPS", STEPS);
    run_scripts(Setting { loader: &Kept { others: 3, ..Kept::default() }, interfered: true }, steps);
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
    assert!(tell(3, &script_steps(3), true).contains("-- step 50: "));
}
