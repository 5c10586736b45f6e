//! What holds after a reload in a store in which others wrote: what a fresh reload leaves, and exactly what of the past is
//! still reached from what others did.

use std::collections::{BTreeMap, BTreeSet};

use darkc::internals::ops::read::{OpHead, read_head};
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::texts;
use crate::common::fold;

const MAIN: &str = "89282547-e4e6-4986-bcb6-db74bc6a8c0f";

/// Rows that are a loader's: on main, under a commit of the account Darklang with the message of a load.
const IS_LOADERS: &str = "(branch_id = '89282547-e4e6-4986-bcb6-db74bc6a8c0f' AND commit_hash IN \
     (SELECT hash FROM commits WHERE account_id = '00000000-0000-0000-0000-000000000001' \
      AND (message GLOB 'Init: packages loaded from disk*' OR message GLOB 'Reload: *')))";

/// Tables whose rows may mention items, each of which is somebody's.
const OTHERS: [&str; 8] = [
    "deprecations",
    "resolutions",
    "scripts_v0",
    "sync_conflicts",
    "toplevels_v0",
    "trace_fn_calls",
    "traces",
    "user_data_v0",
];

/// The first thing that is not as it has to be; `items` are lines of `kind TAB name TAB hash`.
pub fn differing(store: &Connection, items: &BTreeSet<String>) -> Option<String> {
    let rows = rows(store);
    let fields: Vec<Vec<&str>> = items.iter().map(|line| line.split('\t').collect()).collect();
    let live: BTreeSet<String> = fields.iter().map(|fields| fields[2].to_owned()).collect();
    let expected: BTreeSet<String> = live.union(&reached(store, &rows)).cloned().collect();
    let missing = expected.difference(&rows).next().map(|hash| format!("the row of {hash} is missing"));
    missing
        .or_else(|| rows.difference(&expected).next().map(|hash| format!("nobody reaches {hash}")))
        .or_else(|| dangling(store, &rows))
        .or_else(|| differing_name(store, &fields))
        .or_else(|| left_over_op(store, &fields))
        .or_else(|| fold::check(store).map(|difference| format!("the log does not fold: {difference}")))
}

fn rows(store: &Connection) -> BTreeSet<String> {
    let tables = ["package_types", "package_values", "package_functions"];
    tables.iter().flat_map(|table| texts(store, &format!("SELECT hash FROM {table}"))).collect()
}

/// All content that others' rows mention, and all that it depends on.
fn reached(store: &Connection, rows: &BTreeSet<String>) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut mention = |bytes: &[u8]| {
        let run = |window: &&[u8]| window.iter().all(u8::is_ascii_hexdigit);
        for window in bytes.windows(64).filter(run) {
            let hash = String::from_utf8_lossy(window).into_owned();
            if rows.contains(&hash) {
                reached.insert(hash);
            }
        }
    };
    let foreign = [
        format!("SELECT op_blob FROM package_ops WHERE {IS_LOADERS} IS NOT TRUE"),
        format!("SELECT item_hash FROM locations WHERE {IS_LOADERS} IS NOT TRUE"),
    ];
    for sql in foreign.into_iter().chain(OTHERS.iter().map(|table| format!("SELECT * FROM {table}"))) {
        let mut statement = store.prepare(&sql).expect("a table");
        let columns = statement.column_count();
        let mut rows = statement.query([]).expect("rows");
        while let Some(row) = rows.next().expect("a row") {
            for column in 0..columns {
                if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = row.get_ref(column).expect("a column")
                {
                    mention(bytes);
                }
            }
        }
    }
    let mut dependencies: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for edge in texts(store, "SELECT item_hash || depends_on_hash FROM package_dependencies") {
        let (item, on) = edge.split_at(64);
        dependencies.entry(item.to_owned()).or_default().push(on.to_owned());
    }
    let mut due: Vec<String> = reached.iter().cloned().collect();
    while let Some(item) = due.pop() {
        for on in dependencies.get(&item).into_iter().flatten() {
            if reached.insert(on.clone()) {
                due.push(on.clone());
            }
        }
    }
    reached
}

/// Every hash that any row refers to exists.
fn dangling(store: &Connection, rows: &BTreeSet<String>) -> Option<String> {
    let references = [
        "SELECT item_hash FROM package_dependencies",
        "SELECT depends_on_hash FROM package_dependencies",
        "SELECT item_hash FROM locations",
        "SELECT item_hash FROM deprecations",
    ];
    let missing = |sql: &&str| {
        let hash = texts(store, sql).into_iter().find(|hash| !rows.contains(hash))?;
        Some(format!("{hash} is missing, which `{sql}` gives"))
    };
    references.iter().find_map(missing)
}

/// Loaders' commits add content that a source has once for each of its names at most.
fn left_over_op(store: &Connection, items: &[Vec<&str>]) -> Option<String> {
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    items.iter().for_each(|fields| *names.entry(fields[2]).or_default() += 1);
    let mut statement =
        store.prepare(&format!("SELECT op_blob FROM package_ops WHERE {IS_LOADERS}")).expect("a log");
    let mut rows = statement.query([]).expect("ops");
    let mut adds: BTreeMap<String, usize> = BTreeMap::new();
    while let Some(row) = rows.next().expect("an op") {
        let blob: Vec<u8> = row.get(0).expect("a blob");
        if let Some(OpHead::Add(_, hash)) = read_head(&blob) {
            *adds.entry(hash.to_string()).or_default() += 1;
        }
    }
    let extra = names.iter().find(|(hash, names)| adds.get(**hash).is_some_and(|adds| adds > names));
    extra.map(|(hash, names)| format!("{} ops of loaders add {hash}, which has {names} names", adds[*hash]))
}

/// Every name of the sources is bound by a loader, and no other one is; where somebody else has bound it, the
/// loader's row is set aside.
fn differing_name(store: &Connection, items: &[Vec<&str>]) -> Option<String> {
    const NAME: &str = "owner || '.' || iif(modules = '', '', modules || '.') || name";
    let listed = |listed: &str, whose: &str| -> BTreeSet<String> {
        let sql = format!(
            "SELECT item_type || char(9) || {NAME} || char(9) || item_hash FROM locations \
             WHERE branch_id = '{MAIN}' AND unlisted_at IS {listed} AND {IS_LOADERS} IS {whose}"
        );
        texts(store, &sql).into_iter().collect()
    };
    let (live, set_aside) = (listed("NULL", "TRUE"), listed("NOT NULL", "TRUE"));
    let theirs: BTreeSet<String> = listed("NULL", "NOT TRUE")
        .iter()
        .map(|line| line.split('\t').nth(1).expect("a name").to_owned())
        .collect();
    let lines: BTreeSet<String> = items.iter().map(|fields| fields.join("\t")).collect();
    for (fields, line) in items.iter().zip(items.iter().map(|fields| fields.join("\t"))) {
        let place = if theirs.contains(fields[1]) { &set_aside } else { &live };
        if !place.contains(&line) {
            return Some(format!("no loader has bound {line}"));
        }
    }
    let extra = live.iter().find(|line| !lines.contains(*line));
    extra.map(|line| format!("a loader has bound {line}, which is in no source"))
}
