//! What people do in a store between two reloads, row by row as Darklang's CLI leaves it.

use std::collections::BTreeSet;

use darkc::internals::base::hash::ContentHash;
use darkc::internals::base::location::{ItemKind, Location};
use darkc::internals::ops::Op;
use rusqlite::Connection;

use super::{number, texts};
use crate::common::invariants::Fresh;
use crate::common::loader::{InProcess, Loader, ReloadOptions};
use crate::common::random::Random;
use crate::common::{Tree, compare};

pub const MAIN: &str = "89282547-e4e6-4986-bcb6-db74bc6a8c0f";
pub const POND: &str = "21ff7a5b-647d-41ee-8b85-c0b63b5e211a";
const FERIEL: &str = "00000000-0000-0000-0000-000000000004";

/// Makes a commit and a branch that are somebody's.
pub fn settle_in(store: &Connection) {
    store
        .execute_batch(&format!(
            "INSERT INTO commits (hash, message, branch_id, account_id) VALUES ('{}', 'a garden', '{MAIN}', '{FERIEL}');
             INSERT INTO branches (id, name, parent_branch_id) VALUES ('{POND}', 'pond', '{MAIN}');",
            mine()
        ))
        .expect("somebody's commit and branch");
}

/// The hash of somebody's commit on main.
pub fn mine() -> String {
    "5c".repeat(32)
}

fn now() -> String {
    darkc::internals::db::Millis::now().timestamp()
}

/// Writes a source of somebody's against the sources of a tree and puts its items into the store, as if they had
/// been typed into Darklang's CLI there.
pub fn author(tree: &Tree, store: &Connection, source: &str, branch: &str, commit: Option<&str>) {
    let scratch = Tree::in_memory();
    for path in crate::common::files_below(&tree.packages()).iter().filter(|path| path.ends_with(".dark")) {
        scratch.write(path, &tree.read(path).expect("a source"));
    }
    scratch.write("me/garden.dark", source.as_bytes());
    let database = scratch.beside("scratch.db");
    let outcome = InProcess.reload(&scratch.packages(), &database, ReloadOptions::default());
    assert_eq!(outcome.code, 0, "{}", outcome.message);
    store.execute("ATTACH ?1 AS scratch", [database.to_str().expect("UTF-8")]).expect("a store");
    let hashes = "(SELECT item_hash FROM scratch.locations WHERE owner = 'Me')";
    let commit = commit.map_or("NULL".to_owned(), |commit| format!("'{commit}'"));
    let (added, named) = (ops_about(store, hashes), now());
    let mut script = "BEGIN;".to_owned();
    for table in ["package_types", "package_values", "package_functions"] {
        script +=
            &format!("INSERT OR IGNORE INTO {table} SELECT * FROM scratch.{table} WHERE hash IN {hashes};");
    }
    script += &format!(
        "INSERT OR IGNORE INTO package_dependencies SELECT * FROM scratch.package_dependencies WHERE item_hash IN {hashes};
         INSERT OR IGNORE INTO package_ops (id, op_blob, branch_id, commit_hash, applied, origin_ts)
             SELECT id, op_blob, '{branch}', {commit}, 1, '{named}' FROM scratch.package_ops WHERE rowid IN ({added})
             ORDER BY rowid;
         INSERT INTO locations (location_id, item_hash, owner, modules, name, item_type, branch_id, commit_hash, origin_ts)
             SELECT hex(randomblob(16)), item_hash, owner, modules, name, item_type, '{branch}', {commit}, '{named}'
             FROM scratch.locations WHERE owner = 'Me';
         COMMIT; DETACH scratch;"
    );
    store.execute_batch(&script).expect("somebody's work");
}

/// The rows of the ops that add or name content of the given hashes.
fn ops_about(store: &Connection, hashes: &str) -> String {
    let mine = texts(store, &format!("SELECT item_hash FROM scratch.locations WHERE item_hash IN {hashes}"));
    let mut statement =
        store.prepare("SELECT rowid, op_blob FROM scratch.package_ops ORDER BY rowid").expect("ops");
    let mut rows = statement.query([]).expect("ops");
    let mut about = Vec::new();
    while let Some(row) = rows.next().expect("an op") {
        let blob: Vec<u8> = row.get(1).expect("a blob");
        let hash = match darkc::internals::ops::read::read_head(&blob) {
            Some(
                darkc::internals::ops::read::OpHead::Add(_, hash)
                | darkc::internals::ops::read::OpHead::SetName(_, _, hash),
            ) => hash.to_string(),
            _ => continue,
        };
        if mine.contains(&hash) {
            about.push(row.get::<_, i64>(0).expect("a row").to_string());
        }
    }
    about.join(", ")
}

/// Takes away all that somebody did on a branch and has not committed.
pub fn discard(store: &Connection, branch: &str) {
    let sql =
        |table: &str| format!("DELETE FROM {table} WHERE branch_id = '{branch}' AND commit_hash IS NULL;");
    let tables = ["package_ops", "locations", "deprecations"];
    store.execute_batch(&tables.map(sql).concat()).expect("work in progress");
}

/// Takes away everything that is not a loader's.
pub fn move_out(store: &Connection) {
    store
        .execute_batch(&format!(
            "PRAGMA foreign_keys = OFF;
             DELETE FROM package_ops WHERE branch_id <> '{MAIN}' OR commit_hash IS NULL OR commit_hash = '{0}';
             DELETE FROM locations WHERE branch_id <> '{MAIN}' OR commit_hash IS NULL OR commit_hash = '{0}';
             DELETE FROM commits WHERE hash = '{0}'; DELETE FROM branches WHERE id <> '{MAIN}';
             DELETE FROM deprecations; DELETE FROM toplevels_v0; DELETE FROM scripts_v0;
             DELETE FROM trace_fn_calls; DELETE FROM user_data_v0;",
            mine()
        ))
        .expect("nobody is left");
}

/// Does one thing at random to content that loaders have put there; says what.
pub fn do_something(store: &Connection, random: &mut Random) -> &'static str {
    // Of what a loader has bound: Darklang takes an op that names without adding for a renaming, and in which order
    // that is folded with other names of somebody's is its own matter.
    let functions = texts(
        store,
        "SELECT DISTINCT item_hash FROM locations l JOIN commits c ON c.hash = l.commit_hash
         WHERE item_type = 'fn' AND unlisted_at IS NULL AND message GLOB '*: *' ORDER BY item_hash",
    );
    let Some(hash) = random.pick(&functions) else { return "nothing" };
    let unused =
        number(store, "SELECT count(*) FROM locations") + number(store, "SELECT count(*) FROM package_ops");
    let script = match random.below(9) {
        0 => format!(
            "INSERT INTO deprecations (deprecation_id, branch_id, item_hash, item_kind, state)
             VALUES (hex(randomblob(16)), '{MAIN}', '{hash}', 'fn', 'deprecated')"
        ),
        1 => format!(
            "INSERT INTO toplevels_v0 (tlid, digest, tipe, deleted, data)
             VALUES (abs(random()), '', 'db', 0, CAST('@{hash}@' AS BLOB))"
        ),
        2 => {
            format!("INSERT INTO scripts_v0 VALUES (hex(randomblob(16)), hex(randomblob(16)), 'run {hash}')")
        }
        3 => format!(
            "INSERT INTO trace_fn_calls (trace_id, call_id, kind, args, result)
             VALUES ('t', hex(randomblob(16)), 'function', CAST('{hash}' AS BLOB), x'')"
        ),
        4 => format!(
            "INSERT INTO user_data_v0 (id, table_tlid, user_version, dark_version, data, key)
             VALUES (hex(randomblob(16)), 1, 0, 0, '{{\"of\":\"{hash}\"}}', hex(randomblob(16)))"
        ),
        5 | 6 => {
            let branches = texts(store, &format!("SELECT id FROM branches WHERE id <> '{MAIN}'"));
            let branch = random.pick(&branches).map_or(MAIN, String::as_str);
            let name = format!("alias{unused}");
            let op = Op::set_name(
                &Location::new(format!("Me.Pond.{name}")),
                ItemKind::Fn,
                ContentHash::from_hex(hash).expect("a hash"),
            );
            let (id, now) = (op.id.to_text(), now());
            store
                .execute(
                    "INSERT INTO package_ops (id, op_blob, branch_id, applied, origin_ts, propagation_id)
                         VALUES (?1, ?2, ?3, 1, ?4, 'alias')",
                    (id, op.blob, branch, &now),
                )
                .expect("an op");
            // Darklang takes an op that names without adding for a renaming, within its branch.
            format!(
                "UPDATE locations SET unlisted_at = '{now}' WHERE branch_id = '{branch}' AND item_hash = '{hash}'
                     AND '{branch}' <> '{MAIN}' AND unlisted_at IS NULL;
                 INSERT INTO locations (location_id, item_hash, owner, modules, name, item_type, branch_id, origin_ts)
                     VALUES (hex(randomblob(16)), '{hash}', 'Me', 'Pond', '{name}', 'fn', '{branch}', '{now}')"
            )
        }
        7 => {
            let ops = texts(
                store,
                "SELECT id FROM package_ops WHERE commit_hash IS NULL AND propagation_id = 'alias'",
            );
            let ids = ops.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(", ");
            format!(
                "DELETE FROM package_ops WHERE id IN ({ids}); DELETE FROM locations WHERE owner = 'Me' AND modules = 'Pond';"
            )
        }
        _ => "DELETE FROM deprecations; DELETE FROM toplevels_v0; DELETE FROM scripts_v0;
              DELETE FROM trace_fn_calls; DELETE FROM user_data_v0;"
            .to_owned(),
    };
    store.execute_batch(&script).unwrap_or_else(|error| panic!("{script}: {error}"));
    "somebody did something"
}

/// Binds a name on main that a loader has bound, by work in progress, to other content of somebody's.
pub fn override_name(store: &Connection, name: &str, hash: &str) {
    let location = Location::new(name);
    let op = Op::set_name(&location, ItemKind::Fn, ContentHash::from_hex(hash).expect("a hash"));
    let now = now();
    let (owner, modules) = (location.owner(), location.modules_dotted());
    store
        .execute(
            "INSERT INTO package_ops (id, op_blob, branch_id, applied, origin_ts) VALUES (?1, ?2, ?3, 1, ?4)",
            (op.id.to_text(), op.blob, MAIN, &now),
        )
        .expect("an op");
    store
        .execute_batch(&format!(
            "UPDATE locations SET unlisted_at = datetime('now') WHERE branch_id = '{MAIN}' AND owner = '{owner}'
                 AND modules = '{modules}' AND name = '{0}' AND unlisted_at IS NULL;
             INSERT INTO locations (location_id, item_hash, owner, modules, name, item_type, branch_id, origin_ts)
                 VALUES (hex(randomblob(16)), '{hash}', '{owner}', '{modules}', '{0}', 'fn', '{MAIN}', '{now}')",
            location.name()
        ))
        .expect("a name");
}

/// Discards the work in progress on main as Darklang's CLI does: it brings back what was unlisted last.
pub fn discard_on_main(store: &Connection) {
    let last = "SELECT max(c.unlisted_at) FROM locations c WHERE c.owner = w.owner AND c.modules = w.modules \
         AND c.name = w.name AND c.branch_id = w.branch_id AND c.commit_hash IS NOT NULL";
    store
        .execute_batch(&format!(
            "UPDATE locations SET unlisted_at = NULL WHERE rowid IN (
                 SELECT o.rowid FROM locations w JOIN locations o USING (owner, modules, name, branch_id)
                 WHERE w.branch_id = '{MAIN}' AND w.commit_hash IS NULL AND o.commit_hash IS NOT NULL
                     AND o.unlisted_at = ({last}));"
        ))
        .expect("names");
    discard(store, MAIN);
}

/// The items of a tree: lines of an `items.tsv`.
pub fn items_of_fresh(tree: &Tree) -> BTreeSet<String> {
    let fresh = Fresh::of(&InProcess, tree);
    let name = "owner || '.' || iif(modules = '', '', modules || '.') || name";
    let sql = format!("SELECT item_type || char(9) || {name} || char(9) || item_hash FROM locations");
    texts(&compare::open(&fresh.database()), &sql).into_iter().collect()
}
