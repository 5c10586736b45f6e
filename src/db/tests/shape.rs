//! The shape of a fresh store, its identity, and what is refused.

use super::*;
use crate::db::schema::{LOADER_ACCOUNT, LOADER_ACCOUNT_TEXT, MAIN_BRANCH, MAIN_BRANCH_TEXT};
use crate::db::{DbError, Shapes};
use crate::diff::full::{Actual, ActualRow};

/// Everything that SQLite knows of the tables other than darkc's, as lines.
fn shape(store: &Connection) -> Vec<String> {
    let tables =
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'darkc_*' ORDER BY name";
    let mut lines = Vec::new();
    for table in texts(store, tables) {
        let columns = format!(
            "SELECT '{table} ' || name || ' ' || type || ' ' || \"notnull\" || ' ' || \
             coalesce(dflt_value, '-') || ' ' || pk || ' ' || hidden FROM pragma_table_xinfo('{table}') ORDER BY cid"
        );
        let references = format!(
            "SELECT '{table} references ' || \"table\" || ' ' || \"from\" || ' ' || \"to\" || ' ' || on_update || \
             ' ' || on_delete FROM pragma_foreign_key_list('{table}') ORDER BY \"from\""
        );
        let indexes = format!(
            "SELECT '{table} index ' || i.name || ' ' || i.\"unique\" || ' ' || i.origin || ' ' || i.partial || ' ' || \
             x.seqno || ' ' || coalesce(x.name, '-') || ' ' || x.\"desc\" || ' ' || x.coll || ' ' || x.key \
             FROM pragma_index_list('{table}') i, pragma_index_xinfo(i.name) x ORDER BY i.name, x.seqno"
        );
        for query in [columns, references, indexes] {
            lines.extend(texts(store, &query));
        }
    }
    // Conditions and expressions of indexes and checks stand in the SQL alone.
    let sql = "SELECT name || ' ' || sql FROM sqlite_schema \
         WHERE name NOT GLOB 'darkc_*' AND (type = 'index' OR sql LIKE '%CHECK%') AND sql IS NOT NULL ORDER BY name";
    lines.extend(texts(store, sql).iter().map(|sql| words(sql)));
    lines
}

/// SQL without comments and layout.
fn words(sql: &str) -> String {
    let lines = sql.lines().map(|line| line.split("--").next().unwrap_or_default());
    let text = lines.collect::<Vec<_>>().join(" ");
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn a_fresh_store_is_shaped_as_darklangs() {
    let Some(oracle) = oracle::path() else { return };
    let oracle = oracle::open(&oracle);
    let mut bench = Bench::new();
    bench.reload(&Plan::default(), &state(1));
    let fresh = bench.stranger();
    assert_eq!(shape(&fresh), shape(&oracle));
    for rows in [
        "SELECT id || hash FROM schema_state_v0",
        "SELECT id || \"release\" FROM release_state_v0",
        "SELECT id || name FROM accounts_v0 ORDER BY id",
        "SELECT id || name || coalesce(parent_branch_id, '-') || base_ts || base_op FROM branches",
        "SELECT name FROM system_migrations_v0",
        "SELECT CAST(page_size AS TEXT) FROM pragma_page_size",
    ] {
        assert_eq!(texts(&fresh, rows), texts(&oracle, rows));
    }
    assert_eq!(texts(&fresh, "SELECT journal_mode FROM pragma_journal_mode"), ["wal"]);
    assert_eq!(texts(&fresh, "SELECT integrity_check FROM pragma_integrity_check"), ["ok"]);
}

#[test]
fn the_oracles_rows_come_out_as_darklang_wrote_them() {
    let Some(oracle_path) = oracle::path() else { return };
    let rows = oracle::OracleRows::read(&oracle_path);
    let oracle = oracle::open(&oracle_path);
    let mut bench = Bench::new();
    let applied = bench.reload(&rows.plan(), &state(1));
    let filled = bench.stranger();
    for query in [
        "SELECT hash || message || branch_id || account_id FROM commits",
        "SELECT id || hex(op_blob) || applied FROM branch_ops ORDER BY rowid",
        "SELECT id || branch_id || commit_hash || applied || hex(op_blob) FROM package_ops ORDER BY rowid",
        "SELECT item_hash || owner || modules || name || item_type || branch_id || commit_hash || source \
         FROM locations ORDER BY rowid",
        "SELECT hash || hex(pt_def) || hex(rt_def) || description FROM package_types ORDER BY hash",
        "SELECT hash || hex(pt_def) || description FROM package_values ORDER BY hash",
        "SELECT hash || hex(pt_def) || hex(rt_instrs) || description FROM package_functions ORDER BY hash",
        "SELECT item_hash || depends_on_hash || depends_on_item_type || coalesce(depends_on_owner, '-') || \
         coalesce(depends_on_modules, '-') || coalesce(depends_on_name, '-') AS edge FROM package_dependencies \
         ORDER BY edge",
    ] {
        assert!(texts(&filled, query) == texts(&oracle, query), "{query}");
    }
    assert_eq!(applied.overridden, 0);

    // What is read back says the same of a store that Darklang made.
    let ours = bench.open().owned(&Shapes::new()).unwrap();
    let copy = bench.path.with_file_name("darklangs.db");
    std::fs::copy(oracle_path, &copy).unwrap();
    let mut copy = Database::open(&copy).unwrap();
    assert_eq!(copy.stamp().unwrap(), None);
    let theirs = copy.owned(&Shapes::new()).unwrap();
    let said = |actual: &Actual| -> Vec<_> { actual.ops.iter().map(|op| (op.id, op.head.clone())).collect() };
    assert_eq!(said(&ours), said(&theirs));
    assert_eq!(ours.locations, theirs.locations);
    assert_eq!(ours.dependencies, theirs.dependencies);
    // The plan holds no results of values; Darklang has evaluated them.
    let rows = |actual: Actual| -> Vec<ActualRow> {
        let mut rows: Vec<_> =
            actual.rows.into_iter().map(|row| ActualRow { has_result: true, ..row }).collect();
        rows.sort_by_key(|row| row.hash);
        rows
    };
    assert!(rows(ours) == rows(theirs));
    // And darkc can take it over.
    copy.apply(&Plan::default(), &state(1), bench.now()).unwrap();
    assert!(copy.stamp().unwrap().unwrap().untouched);
}

#[test]
fn texts_and_ids_of_the_well_known_rows_agree() {
    assert_eq!(MAIN_BRANCH.to_string(), MAIN_BRANCH_TEXT);
    assert_eq!(LOADER_ACCOUNT.to_string(), LOADER_ACCOUNT_TEXT);
}

#[test]
fn a_missing_folder_is_reported() {
    let bench = Bench::new();
    let missing = bench.path.with_file_name("missing").join("too").join("data.db");
    assert!(matches!(Database::open(&missing), Err(DbError::NoFolder { .. })));
}

#[test]
fn what_darkc_does_not_know_is_refused() {
    let bench = Bench::new();
    std::fs::write(&bench.path, "no database at all, but long enough to be taken for the head of one")
        .unwrap();
    assert!(matches!(Database::open(&bench.path), Err(DbError::NotAStore { .. })));
    std::fs::remove_file(&bench.path).unwrap();
    bench.stranger().execute_batch("CREATE TABLE mine (id)").unwrap();
    assert!(matches!(Database::open(&bench.path), Err(DbError::NotAStore { .. })));

    for (change, newer) in [("\"release\" + 1", true), ("\"release\" - 1", false)] {
        let mut bench = Bench::new();
        bench.reload(&Plan::default(), &state(1));
        bench
            .stranger()
            .execute_batch(&format!("UPDATE release_state_v0 SET \"release\" = {change}"))
            .unwrap();
        let opened = Database::open(&bench.path).unwrap();
        let release = opened.new_identity().unwrap().release;
        assert_eq!(release > super::super::schema::RELEASE, newer);
    }
    let mut bench = Bench::new();
    bench.reload(&Plan::default(), &state(1));
    bench.stranger().execute_batch("UPDATE schema_state_v0 SET hash = 'other'").unwrap();
    assert_eq!(Database::open(&bench.path).unwrap().new_identity().unwrap().schema, "other");
    let refused = |change: &str| {
        bench.stranger().execute_batch(change).unwrap();
        match Database::open(&bench.path) {
            Err(DbError::OtherTables { difference, .. }) => difference,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        refused("CREATE TRIGGER mine AFTER INSERT ON commits BEGIN SELECT 1; END"),
        "commits has a trigger mine that darkc does not know"
    );
    assert_eq!(
        refused("ALTER TABLE branch_ops ADD COLUMN mine TEXT"),
        "branch_ops has a column mine that darkc does not know"
    );
    assert_eq!(
        refused("ALTER TABLE accounts_v0 DROP COLUMN created_at"),
        "accounts_v0 has no column created_at"
    );
    assert_eq!(refused("DROP TABLE accounts_v0"), "there is no table accounts_v0");

    let mut bench = Bench::new();
    bench.reload(&Plan::default(), &state(1));
    bench.stranger().execute_batch("INSERT INTO darkc_migrations (number) VALUES (99)").unwrap();
    assert!(matches!(bench.open().stamp(), Err(DbError::NewerDarkc { .. })));
}

#[test]
fn an_empty_file_and_leftovers_of_another_store_give_way() {
    let mut bench = Bench::new();
    std::fs::write(&bench.path, "").unwrap();
    std::fs::write(bench.path.with_file_name("data.db-wal"), "left over").unwrap();
    bench.reload(&Plan::default(), &state(1));
    assert!(bench.untouched());
    assert_eq!(entries(bench.path.parent().unwrap()), ["data.db"]);
}

/// Versions before have a bug by which a log that starts over can damage the store (<https://sqlite.org/wal.html>).
#[test]
fn sqlite_is_new_enough_for_write_ahead_logs() {
    assert!(rusqlite::version_number() >= 3_051_003, "SQLite {}", rusqlite::version());
}

#[test]
fn a_store_with_a_rollback_journal_is_written_and_then_has_a_log() {
    let mut bench = Bench::new();
    bench.reload(&Plan::default(), &state(1));
    let backup = bench.path.with_file_name("backup.db");
    bench.stranger().execute("VACUUM INTO ?1", [backup.to_str().unwrap()]).unwrap();
    bench.path = backup;
    assert_eq!(texts(&bench.stranger(), "SELECT journal_mode FROM pragma_journal_mode"), ["delete"]);
    bench.stranger().execute_batch("DROP TABLE darkc_state").unwrap();
    bench.reload(&Plan::default(), &state(2));
    assert!(bench.untouched());
    assert_eq!(texts(&bench.stranger(), "SELECT journal_mode FROM pragma_journal_mode"), ["wal"]);
}

#[test]
fn a_link_is_followed_and_one_that_leads_nowhere_is_named() {
    let mut bench = Bench::new();
    let target = bench.path.with_file_name("target.db");
    std::os::unix::fs::symlink(&target, &bench.path).unwrap();
    let refused = Database::open(&bench.path).unwrap_err();
    assert!(matches!(&refused, DbError::DanglingLink { target: named, .. } if *named == target), "{refused}");
    std::fs::write(&target, "").unwrap();
    bench.reload(&Plan::default(), &state(1));
    assert_eq!(entries(bench.path.parent().unwrap()), ["data.db", "target.db"]);
    assert!(std::fs::symlink_metadata(&bench.path).unwrap().is_symlink());
    assert!(bench.untouched());
}

#[test]
fn what_is_no_file_is_no_store() {
    let bench = Bench::new();
    std::fs::create_dir(&bench.path).unwrap();
    assert!(matches!(Database::open(&bench.path), Err(DbError::NotAFile { .. })));
}
