//! First loads: with nothing there at all, with sidecars but no rows, and into a store that Darklang's loader filled.

use std::path::Path;
use std::time::Duration;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::common::clock::{compete, ratio, timed};
use crate::common::table::Table;
use crate::common::tree::Tree;

/// What Darklang's own loader takes for the same package set on the same class of machine.
const DARKLANG_MS: f64 = 5200.0;
const COLD_MS: f64 = 800.0;
const COLD_TIMES: f64 = 1.1;
const WARM_TIMES: f64 = 1.5;
const ADOPTED_MS: f64 = 300.0;
const PEAK_MB: f64 = 200.0;

const TABLES: &str = include_str!("../../migrations/0001_package_store.sql");
const INDEXES: &str = include_str!("../../migrations/0002_package_store_indexes.sql");
const OWN_TABLES: &str = include_str!("../../migrations/0003_darkc.sql");
/// As darkc writes them with a store that it makes.
const IDENTITY: &str = "INSERT INTO schema_state_v0 (id, hash) VALUES
    (0, '4F45E5822AEA4DF1A08F453076471F36154978BC98E77CEEF0F66DD8D83E2A89');
    INSERT INTO release_state_v0 (id, \"release\") VALUES (0, 4);";
/// Darklang's own.
const LASTING: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;";
/// The fastest settings that SQLite has for a file that is nobody's store yet. darkc's own are these with a smaller cache
/// and with checks of foreign keys.
const DRAFT: &str = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536; PRAGMA foreign_keys = OFF;";

pub fn cold(packages: &Path, rounds: usize, table: &mut Table) {
    let tree = Tree::new(packages, 1);
    let mut peak: f64 = 0.0;
    let [cold] = compete(
        rounds.div_ceil(2),
        [&mut |_| {
            tree.forget_database();
            tree.forget_sidecars();
            let ran = tree.reload();
            peak = peak.max(ran.peak_mb);
            ran.time
        }],
    );
    let ms = cold.millis();
    let measured = format!("{ms:.0} ms ({:.1} × faster than Darklang's 5.2 s)", DARKLANG_MS / ms);
    table.at_most("everything cold, whole process", COLD_MS, " ms", ms, measured);
    table.at_most("peak memory, cold", PEAK_MB, " MB", peak, format!("{peak:.0} MB"));
}

pub fn warm(packages: &Path, rounds: usize, table: &mut Table) {
    let tree = Tree::new(packages, 1);
    tree.reload();
    let rows = Rows::read(&tree.database());
    let empty = |draft: bool| {
        tree.forget_database();
        let store = Connection::open(tree.database()).expect("a database");
        store.execute_batch(if draft { DRAFT } else { LASTING }).expect("pragmas");
        store
    };
    let mut plain = |_| {
        tree.forget_database();
        timed(|| {
            let mut store = empty(false);
            rows.insert(&mut store, true);
            store.close().expect("a good end");
        })
    };
    // No insert can be cheaper than this one, which is how darkc makes a store too.
    let mut bare = |_| {
        tree.forget_database();
        timed(|| {
            let mut store = empty(true);
            rows.insert(&mut store, false);
            store.close().expect("a good end");
            let file = std::fs::File::open(tree.database()).expect("the store");
            file.sync_data().expect("a disk");
        })
    };
    let mut cold = |_| {
        tree.forget_database();
        tree.forget_sidecars();
        tree.reload().time
    };
    let mut missing = |_| {
        tree.forget_database();
        tree.reload().time
    };
    let mut there = |_| -> Duration {
        let store = empty(false);
        store.execute_batch(&format!("BEGIN; {TABLES} {INDEXES} {IDENTITY} COMMIT;")).expect("a schema");
        store.close().expect("a good end");
        tree.reload().time
    };
    // Cold before warm, so that the sidecars are there when they are to be.
    let [plain, bare, cold, missing, there] =
        compete(rounds.div_ceil(2), [&mut plain, &mut bare, &mut cold, &mut missing, &mut there]);
    for (what, reach, times) in [
        ("everything cold", COLD_TIMES, &cold),
        ("sidecars warm, no database", WARM_TIMES, &missing),
        ("sidecars warm, an empty store that exists", WARM_TIMES, &there),
    ] {
        let by = ratio(times, &plain);
        table.at_most(
            format!("{what}, whole process"),
            reach,
            " × plain inserts",
            by,
            format!(
                "{by:.2} × ({:.0} ms, {:.0} ms); {:.2} × inserts without journal, indexes last ({:.0} ms)",
                times.millis(),
                plain.millis(),
                ratio(times, &bare),
                bare.millis()
            ),
        );
    }
}

/// The first reload of a store that Darklang's own loader has filled with the same packages.
pub fn adopted(packages: &Path, rounds: usize, table: &mut Table) {
    let Some(loaded) =
        packages.parent().map(|oracle| oracle.join("loaded.db")).filter(|store| store.is_file())
    else {
        eprintln!("SKIPPED: no store of Darklang's own beside {}", packages.display());
        return;
    };
    let loaded = std::fs::read(loaded).expect("a store");
    let tree = Tree::new(packages, 1);
    let fill = || {
        tree.forget_database();
        std::fs::write(tree.database(), &loaded).expect("a store");
    };
    let [cold, warm] = compete(
        rounds.div_ceil(4),
        [
            &mut |_| {
                fill();
                tree.forget_sidecars();
                tree.reload().time
            },
            &mut |_| {
                fill();
                tree.reload().time
            },
        ],
    );
    for (what, times) in [("without sidecars", &cold), ("with sidecars", &warm)] {
        let ms = times.millis();
        let what = format!("first reload of a store that Darklang made, {what}");
        table.at_most(what, ADOPTED_MS, " ms", ms, format!("{ms:.0} ms"));
    }
}

/// All rows of a store, table by table.
struct Rows(Vec<(String, usize, Vec<Vec<Value>>)>);

impl Rows {
    fn read(path: &Path) -> Rows {
        let store = Connection::open(path).expect("a store");
        let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
        let mut names = store.prepare(sql).expect("tables");
        let names = names.query_map([], |row| row.get(0)).expect("tables");
        // In order of creation, so that no row refers to a later one.
        let tables = names.map(|name: rusqlite::Result<String>| {
            let name = name.expect("a name");
            let mut rows = store.prepare(&format!("SELECT * FROM {name} ORDER BY rowid")).expect("a table");
            let columns = rows.column_count();
            let rows = rows.query_map([], |row| (0..columns).map(|at| row.get(at)).collect());
            let rows = rows.expect("rows").map(|row| row.expect("a row")).collect();
            (name, columns, rows)
        });
        Rows(tables.collect())
    }

    /// Everything in one transaction, with statements that are prepared once.
    fn insert(&self, store: &mut Connection, indexes_first: bool) {
        let transaction = store.transaction().expect("a transaction");
        let run = |sql: &str| transaction.execute_batch(sql).expect("a schema");
        run(TABLES);
        run(OWN_TABLES);
        if indexes_first {
            run(INDEXES);
        }
        for (name, columns, rows) in &self.0 {
            // The schema comes with a few rows of its own.
            run(&format!("DELETE FROM {name}"));
            let places = vec!["?"; *columns].join(", ");
            let mut insert =
                transaction.prepare(&format!("INSERT INTO {name} VALUES ({places})")).expect("a statement");
            for row in rows {
                insert.execute(params_from_iter(row)).expect("a new row");
            }
        }
        if !indexes_first {
            run(INDEXES);
        }
        transaction.commit().expect("a commit");
    }
}
