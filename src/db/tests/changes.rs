//! Whether darkc notices what others do to its rows, and stays out of their way.

use super::*;
use crate::db::DbError;
use crate::db::Size;

/// A store with a type, a value and a function.
fn filled() -> Bench {
    let mut bench = Bench::new();
    for (byte, (name, kind)) in
        [("Me.T", ItemKind::Type), ("Me.x", ItemKind::Value), ("Me.f", ItemKind::Fn)].into_iter().enumerate()
    {
        bench.reload(&adding(&Location::new(name), kind, byte as u8), &state(byte as u128));
    }
    assert!(bench.untouched());
    bench
}

fn changed_by(sql: &str) -> bool {
    let bench = filled();
    bench.stranger().execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    !bench.untouched()
}

#[test]
fn what_changes_darkcs_rows_is_noticed() {
    let copy = |table: &str| {
        let sql = format!("SELECT sql FROM sqlite_schema WHERE name = '{table}'");
        let sql = filled().texts(&sql).remove(0);
        format!("DROP TABLE {table}; {sql}")
    };
    let mut changes: Vec<String> = Vec::new();
    for table in ["package_types", "package_values", "package_functions", "locations", "package_dependencies"]
    {
        changes.push(format!("DELETE FROM {table}"));
        changes.push(copy(table));
    }
    for table in ["package_types", "package_values", "package_functions"] {
        changes.push(format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table}"));
        changes.push(format!("UPDATE {table} SET description = 'mine'"));
        changes.push(format!("UPDATE {table} SET pt_def = x'00'"));
    }
    let main = "'89282547-e4e6-4986-bcb6-db74bc6a8c0f'";
    changes.extend([
        "UPDATE package_types SET rt_def = x'00'".to_owned(),
        "UPDATE package_functions SET rt_instrs = x'00'".to_owned(),
        "UPDATE locations SET unlisted_at = datetime('now') WHERE name = 'f'".to_owned(),
        "UPDATE package_dependencies SET depends_on_hash = 'x' WHERE depends_on_item_type = 'fn'".to_owned(),
        "INSERT INTO package_dependencies (item_hash, depends_on_hash, depends_on_item_type) \
         SELECT item_hash, item_hash, 'type' FROM locations WHERE name = 'f'"
            .to_owned(),
        "DELETE FROM package_ops WHERE rowid = 1".to_owned(),
        "UPDATE package_ops SET op_blob = x'00'".to_owned(),
        format!("INSERT INTO package_ops (id, op_blob, branch_id) VALUES ('new', x'00', {main})"),
        format!(
            "INSERT INTO locations (location_id, item_hash, owner, modules, name, item_type, branch_id) \
             VALUES ('new', 'x', 'Me', '', 'g', 'fn', {main})"
        ),
        "INSERT INTO package_values (hash, pt_def) SELECT hash, x'00' FROM package_values WHERE true \
         ON CONFLICT (hash) DO UPDATE SET pt_def = excluded.pt_def"
            .to_owned(),
    ]);
    for change in changes {
        assert!(changed_by(&change), "{change}");
    }
}

#[test]
fn what_others_do_to_rows_of_their_own_is_no_change() {
    for sql in [
        "UPDATE package_values SET rt_dval = x'AA', value_type = x'BB'",
        "UPDATE package_ops SET applied = 1",
        "INSERT INTO package_functions (hash, pt_def, rt_instrs) VALUES ('new', x'00', x'00')",
        "INSERT INTO package_dependencies (item_hash, depends_on_hash, depends_on_item_type) VALUES ('a', 'b', 'fn')",
        "INSERT INTO branches (id, name) VALUES ('b', 'feature'); \
         INSERT INTO package_ops (id, op_blob, branch_id) VALUES ('new', x'00', 'b'); \
         INSERT INTO locations (location_id, item_hash, owner, modules, name, item_type, branch_id) \
         VALUES ('new', 'x', 'Me', '', 'f', 'fn', 'b'); \
         DELETE FROM package_ops WHERE branch_id = 'b'; DELETE FROM locations WHERE branch_id = 'b'",
        "INSERT INTO traces (id, root_tlid, handler_desc, timestamp, input_name, input_value) \
         VALUES ('t', 0, '', '', '', x'')",
    ] {
        assert!(!changed_by(sql), "{sql}");
    }
}

/// Darklang copies a table of its own into one of another shape and swaps the two
/// (`darklang/dark LibDB/Releases.fs`), or renames the old one out of the way.
#[test]
fn tables_can_be_swapped_renamed_and_altered() {
    let sql = filled().texts("SELECT sql FROM sqlite_schema WHERE name = 'package_ops'").remove(0);
    let columns = "id, op_blob, branch_id, commit_hash, applied";
    let made = sql.replace("package_ops", "package_ops_next");
    let copied = format!("INSERT INTO package_ops_next ({columns}) SELECT {columns} FROM package_ops;");
    assert!(changed_by(&format!(
        "{made}; {copied} DROP TABLE package_ops; ALTER TABLE package_ops_next RENAME TO package_ops"
    )));
    assert!(changed_by(&format!(
        "ALTER TABLE package_ops RENAME TO package_ops_old; {sql}; \
         INSERT INTO package_ops ({columns}) SELECT {columns} FROM package_ops_old; DROP TABLE package_ops_old"
    )));
    for table in ["package_types", "package_values", "package_functions", "locations", "package_ops"] {
        assert!(changed_by(&format!("ALTER TABLE {table} ADD COLUMN extra TEXT NOT NULL DEFAULT ''")));
    }
    for column in ["created_at", "description", "pt_def", "rt_def"] {
        assert!(changed_by(&format!("ALTER TABLE package_types RENAME COLUMN {column} TO other")));
    }
    assert!(changed_by("ALTER TABLE locations DROP COLUMN source"));
    assert!(changed_by("VACUUM"));
}

#[test]
fn after_a_change_of_the_schema_one_reload_settles_it() {
    let mut bench = filled();
    let sql = bench.texts("SELECT sql FROM sqlite_schema WHERE name = 'package_types'").remove(0);
    bench.stranger().execute_batch(&format!("DROP TABLE package_types; {sql}")).unwrap();
    assert!(!bench.untouched());
    bench.reload(&adding(&Location::new("Me.T"), ItemKind::Type, 0), &state(9));
    assert!(bench.untouched());
    bench.stranger().execute_batch("DELETE FROM package_types").unwrap();
    assert!(!bench.untouched());
}

#[test]
fn lost_tables_of_darkcs_own_are_made_again() {
    let mut bench = filled();
    bench.stranger().execute_batch("DROP TABLE darkc_changes").unwrap();
    let mut database = bench.open();
    assert_eq!(database.stamp().unwrap(), None);
    assert!(database.files().unwrap().is_empty());
    drop(database);
    bench.reload(&Plan::default(), &state(9));
    assert!(bench.untouched());
}

#[test]
fn a_change_between_the_look_and_the_write_stops_the_reload() {
    let bench = filled();
    let mut database = bench.open();
    database.stamp().unwrap();
    bench.stranger().execute_batch("DELETE FROM package_types").unwrap();
    let name = Location::new("Me.x");
    let stopped = database.apply(&adding(&name, ItemKind::Value, 1), &state(9), bench.now());
    assert!(matches!(stopped, Err(DbError::Changed { .. })));
}

#[test]
fn large_and_small_writes_of_darkcs_own_are_no_change() {
    let mut bench = filled();
    let mut database = bench.open();
    for rows in [1, usize::MAX] {
        let name = Location::new("Me.x");
        database
            .write(Size { rows, new_names: rows, ..Size::default() }, |apply| {
                apply.finish(&adding(&name, ItemKind::Value, 1), &state(9), Millis(START))
            })
            .unwrap();
        assert!(bench.untouched());
    }
    drop(database);
    bench.stranger().execute_batch("DELETE FROM package_functions").unwrap();
    assert!(!bench.untouched());
    bench.reload(&Plan::default(), &state(9));
    assert!(bench.untouched());
}
