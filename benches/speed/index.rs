//! Where the link index may be kept: rows of a table, as it is, or one file.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use memmap2::Mmap;
use rusqlite::Connection;
use xxhash_rust::xxh3::xxh3_128;

use crate::common::clock::{Times, compete, timed};
use crate::common::table::Table;
use crate::common::tree::Tree;

const READ: &str = "SELECT path, items FROM darkc_files";

pub fn index(packages: &Path, rounds: usize, table: &mut Table) {
    let tree = Tree::new(packages, 1);
    tree.reload();
    let database = tree.database();
    let store = Connection::open(&database).expect("a store");
    let rows = read_rows(&store);
    let bytes: Vec<u8> = rows.iter().flat_map(|(_, items)| items.clone()).collect();
    let file = tree.beside("index");
    fs::write(&file, &bytes).expect("a file");
    table.note("link index", format!("{} rows, {:.2} MB", rows.len(), bytes.len() as f64 / 1e6));

    let [table_read, mapped, hashed, read] = compete(
        rounds,
        [
            &mut |_| timed(|| read_rows(&store).len()),
            &mut |_| timed(|| first_bytes(&map(&file))),
            &mut |_| timed(|| xxh3_128(&map(&file))),
            &mut |_| timed(|| xxh3_128(&fs::read(&file).expect("a file"))),
        ],
    );
    table.note("index read as rows", micros(&table_read));
    table.note("index mapped, a byte of each page touched", micros(&mapped));
    table.note("index mapped, its hash checked as a sidecar's", micros(&hashed));
    table.note("index read as a file, its hash checked", micros(&read));

    let (path, items) = &rows[rows.len() / 2];
    let mut other = items.clone();
    other.reverse();
    let [row, whole, whole_on_disk] = compete(
        rounds,
        [
            &mut |round| {
                let items = if round % 2 == 0 { items } else { &other };
                write_row(&store, path, items)
            },
            &mut |_| timed(|| replace(&file, &bytes, false)),
            &mut |_| timed(|| replace(&file, &bytes, true)),
        ],
    );
    table.note("one row of the index written, a transaction of its own", micros(&row));
    table.note("the whole index written and renamed", micros(&whole));
    table.note("the whole index written, synced and renamed", micros(&whole_on_disk));
}

fn micros(times: &Times) -> String {
    format!("{:.0} µs", times.millis() * 1000.0)
}

fn read_rows(store: &Connection) -> Vec<(String, Vec<u8>)> {
    let mut rows = store.prepare_cached(READ).expect("darkc's tables");
    let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
    rows.map(|row| row.expect("a row")).collect()
}

#[expect(unsafe_code, reason = "to map a file is what is measured")]
fn map(path: &Path) -> Mmap {
    let file = File::open(path).expect("a file");
    // SAFETY: nothing changes the file in place: it is replaced by renaming.
    unsafe { Mmap::map(&file) }.expect("a mapping")
}

fn first_bytes(map: &Mmap) -> u64 {
    const PAGE: usize = 4096;
    map.iter().step_by(PAGE).map(|byte| u64::from(*byte)).sum()
}

fn write_row(store: &Connection, path: &str, items: &[u8]) -> Duration {
    timed(|| {
        store.execute_batch("BEGIN IMMEDIATE").expect("a transaction");
        let mut update =
            store.prepare_cached("UPDATE darkc_files SET items = ?2 WHERE path = ?1").expect("a statement");
        assert_eq!(update.execute((path, items)).expect("an update"), 1);
        store.execute_batch("COMMIT").expect("a commit");
    })
}

fn replace(path: &Path, bytes: &[u8], sync: bool) {
    let temporary = path.with_extension("tmp");
    let mut file = File::create(&temporary).expect("a file");
    file.write_all(bytes).expect("room");
    if sync {
        file.sync_data().expect("a disk");
    }
    fs::rename(temporary, path).expect("a rename");
}
