//! After a power cut the store is at a state that a reload has left, and the next reload goes on from there.
//!
//! **Model.** A small edit syncs nothing, so of all that was written since the log was last moved into the store, any
//! block of the log may have reached the disk or not, in any order, and the file may have any length that it had. The
//! index of the log is lost. What the store's own file holds was synced when the log was moved. While the log is
//! being moved, it has been synced, and any page of the store may be the old one or the new one.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use crate::common::compare::{self, Profile};
use crate::common::invariants::{Edited, Fresh};
use crate::common::loader::InProcess;
use crate::common::random::Random;
use crate::common::script::State;
use crate::common::{self, Tree, files_below};

const CUTS: usize = 150;
/// Reloads between two cuts, at most.
const RELOADS: usize = 4;

/// What a disk writes as a whole.
const BLOCKS: [usize; 2] = [512, 4096];

struct Disk {
    store: Vec<u8>,
    log: Vec<u8>,
}

impl Disk {
    fn read(database: &Path) -> Disk {
        let log = fs::read(format!("{}-wal", database.display())).unwrap_or_default();
        Disk { store: fs::read(database).expect("a store"), log }
    }

    fn put_back(&self, database: &Path) {
        fs::write(database, &self.store).expect("a store");
        fs::write(format!("{}-wal", database.display()), &self.log).expect("a log");
        let _ = fs::remove_file(format!("{}-shm", database.display()));
    }
}

/// Of two contents each block is one or the other's.
fn mixed(random: &mut Random, old: &[u8], new: &[u8], kept_percent: usize) -> Vec<u8> {
    let block = BLOCKS[random.below(BLOCKS.len())];
    let mut bytes = new.to_vec();
    let mut old = old.chunks(block);
    for bytes in bytes.chunks_mut(block) {
        let old = old.next().unwrap_or_default();
        if !random.chance(kept_percent) {
            let common = old.len().min(bytes.len());
            bytes[..common].copy_from_slice(&old[..common]);
            bytes[common..].fill(0);
        }
    }
    bytes
}

fn is_healthy(store: &Connection) {
    let integrity: String = store.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a store");
    assert_eq!(integrity, "ok");
}

fn write(edited: &Edited<'_>, state: &State) {
    let sources = state.set.sources();
    for path in files_below(&edited.tree.packages()) {
        if path.ends_with(".dark") && !sources.contains_key(&path) {
            edited.tree.remove(&path);
        }
    }
    sources.iter().for_each(|(path, text)| edited.tree.write(path, text.as_bytes()));
}

fn next(state: &mut State, random: &mut Random) -> Fresh {
    loop {
        let _ = state.step(random.next());
        let tree = Tree::in_memory();
        state.set.sources().iter().for_each(|(path, text)| tree.write(path, text.as_bytes()));
        let fresh = Fresh::load(&InProcess, tree, false);
        if fresh.code == 0 {
            return fresh;
        }
    }
}

#[test]
fn a_power_cut_leaves_a_state_that_was_committed() {
    let mut random = Random::new(common::number_from_env("DARKC_SEED", 1) as u64);
    let mut state = State::new(random.next());
    let mut edited = Edited::new(&InProcess, Tree::in_memory());
    let first = next(&mut state, &mut random);
    write(&edited, &state);
    edited.check(&first).expect("a first load");
    // The states since the log was last moved into the store, the oldest being the store's own.
    let mut states = vec![first];
    let (mut lost, mut kept, mut moved) = (0, 0, 0);
    for cut in 0..common::number_from_env("DARKC_CUTS", CUTS) {
        let mut before = Disk::read(&edited.database);
        for _ in 0..=random.below(RELOADS) {
            let fresh = next(&mut state, &mut random);
            write(&edited, &state);
            edited.tree.reload("edited.db", &[]).expect_code(0);
            let now = Disk::read(&edited.database);
            if now.log.is_empty() {
                states.clear();
                moved += 1;
                before = Disk { store: now.store, log: Vec::new() };
            }
            states.push(fresh);
        }

        let now = Disk::read(&edited.database);
        let disk = if random.chance(25) && !now.log.is_empty() {
            // The cut comes while somebody moves the log.
            let aside = edited.tree.beside("aside.db");
            now.put_back(&aside);
            let store = Connection::open(&aside).expect("a store");
            store.query_row("PRAGMA wal_checkpoint(FULL)", [], |_| Ok(())).expect("a checkpoint");
            let after = fs::read(&aside).expect("a store");
            drop(store);
            Disk { store: mixed(&mut random, &now.store, &after, 50), log: now.log }
        } else {
            let percent = [0, 50, 90, 99][random.below(4)];
            let mut log = mixed(&mut random, &before.log, &now.log, percent);
            if random.chance(30) {
                log.truncate(random.below(log.len() + 1));
            }
            Disk { store: now.store, log }
        };
        disk.put_back(&edited.database);

        let store = Connection::open(&edited.database).expect("a store");
        is_healthy(&store);
        let stands_at = |fresh: &Fresh| {
            compare::compare(&compare::open(&fresh.database()), &store, Profile::Fresh).is_none()
        };
        let Some(at) = states.iter().rposition(stands_at) else { panic!("cut {cut}: no state of before") };
        lost += usize::from(at + 1 < states.len());
        kept += usize::from(at + 1 == states.len());
        // As it was when the power came back: whoever looks must not have mended it.
        drop(store);
        disk.put_back(&edited.database);

        let Some(newest) = states.pop() else { unreachable!("one was pushed") };
        if let Err(what) = edited.check(&newest) {
            panic!("the reload after cut {cut}: {what}");
        }
        states = vec![newest];
        // The next cut starts from a store that has no log.
        let store = Connection::open(&edited.database).expect("a store");
        store.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("a checkpoint");
    }
    println!("{lost} times something was lost, {kept} times nothing; {moved} logs were moved on the way");
    assert!(lost > 0 && kept > 0, "the cuts must lose something, and nothing");
}
