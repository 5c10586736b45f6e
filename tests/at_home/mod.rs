//! A store that people live in: what they did in it stays, and what Darklang's loader put there is taken as it is.

/// First reloads on stores of Darklang's.
mod adopted;
/// Commits that hold nothing any more.
mod commits;
/// What must hold in a lived-in store after every reload.
mod invariants;
/// Nothing that anybody still uses is deleted.
mod retained;
/// What people do in a store between two reloads.
mod work;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::common::{Run, Tree, compare};

/// A package tree and a store that somebody lives in.
struct Home {
    tree: Tree,
    database: PathBuf,
}

impl Home {
    /// A copy of a store of the ground truth, with the sources that it was loaded from.
    fn of(oracle: &Path, store: &str) -> Home {
        let tree = Tree::copy_of(&oracle.join("packages"));
        let database = tree.beside("home.db");
        std::fs::write(&database, std::fs::read(oracle.join(store)).expect("a readable store"))
            .expect("a copy");
        Home { tree, database }
    }

    fn store(&self) -> Connection {
        compare::open(&self.database)
    }

    #[track_caller]
    fn reload(&self, arguments: &[&str]) -> Run {
        self.tree.reload("home.db", arguments).expect_code(0)
    }

    /// Replaces a text in a source by another one.
    fn edit(&self, path: &str, from: &str, to: &str) {
        let text = String::from_utf8(self.tree.read(path).expect("a source")).expect("UTF-8");
        assert!(text.contains(from), "{path} has no `{from}`");
        self.tree.write(path, text.replace(from, to).as_bytes());
    }

    /// Checks the invariants; `items` are the lines of an `items.tsv`.
    #[track_caller]
    fn check(&self, items: &BTreeSet<String>, after: &str) {
        if let Some(difference) = invariants::differing(&self.store(), items) {
            panic!("after {after}: {difference}");
        }
    }
}

fn texts(store: &Connection, sql: &str) -> Vec<String> {
    let mut statement = store.prepare(sql).expect(sql);
    let rows = statement.query_map([], |row| row.get(0)).expect(sql);
    rows.map(|row| row.expect(sql)).collect()
}

fn number(store: &Connection, sql: &str) -> u64 {
    store.query_row(sql, [], |row| row.get(0)).expect(sql)
}
