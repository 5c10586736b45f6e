//! A reload into a new file leaves the rows that Darklang's own loader leaves.

use std::collections::{BTreeMap, BTreeSet};

use crate::common::decode::{self, Op};
use crate::common::{self, Tree, compare, fold};

#[test]
fn a_fresh_load_equals_darklangs() {
    let Some(oracle) = common::oracle() else { return };
    let tree = Tree::copy_of(&oracle.join("packages"));
    let run = tree.reload("new.db", &["--node-ids", "zero"]).expect_code(0);
    let summary = common::summary(&run.stderr);
    assert_eq!((summary.files, summary.parsed, summary.items), (449, 449, 5817));

    let expected = compare::open_immutable(&oracle.join("loaded.db"));
    let found = compare::open(&tree.beside("new.db"));
    if let Some(difference) = compare::compare(&expected, &found, compare::Profile::Oracle) {
        panic!("{difference}");
    }
    assert_eq!(branch_ops(&found), branch_ops(&expected));
    assert_eq!(fold::check(&found), None);
    check_health(&found);
}

/// A hash as text, with its length in front.
const HASH: usize = 1 + 64;

/// The ops on branches, oldest first, without their ids; the list of a commit's ops is sorted, because its order
/// is the order of files and Darklang leaves that to the file system.
fn branch_ops(store: &rusqlite::Connection) -> Vec<(Vec<u8>, Vec<[u8; HASH]>)> {
    const GUID: usize = 16;
    const CREATE_COMMIT: u8 = 1;
    let mut statement = store.prepare("SELECT op_blob FROM branch_ops ORDER BY rowid").expect("a log");
    let blobs = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("blobs");
    let op = |blob: Vec<u8>| {
        let op = &blob[HASH..];
        if op[0] != CREATE_COMMIT {
            return (op.to_vec(), Vec::new());
        }
        let message = usize::from(op[1 + HASH]);
        let count_at = 1 + HASH + 1 + message + 2 * GUID;
        let count_length = 1 + op[count_at..].iter().take_while(|byte| **byte >= 0x80).count();
        let (head, list) = op.split_at(count_at + count_length);
        let (hashes, rest) = list.as_chunks::<HASH>();
        assert!(rest.is_empty(), "a list of hashes");
        let mut hashes = hashes.to_vec();
        hashes.sort_unstable();
        (head.to_vec(), hashes)
    };
    blobs.map(|blob| op(blob.expect("a blob"))).collect()
}

/// The bits that a node's id may have.
const ID_MASK: u64 = 0x7FFF_FFFF_3FFF_FFFF;

/// The id of a lambda alone is the key of a cache in Darklang's runtime, so no id may come twice.
#[test]
fn derived_ids_are_unique_in_the_whole_program() {
    let Some(oracle) = common::oracle() else { return };
    let tree = Tree::copy_of(&oracle.join("packages"));
    tree.reload("new.db", &[]).expect_code(0);
    let found = compare::open(&tree.beside("new.db"));
    assert_eq!(fold::check(&found), None);
    check_health(&found);

    let mut seen = BTreeSet::new();
    let mut owners: BTreeMap<u64, String> = BTreeMap::new();
    let mut statement = found.prepare("SELECT op_blob FROM package_ops ORDER BY rowid").expect("a log");
    let blobs = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("blobs");
    for blob in blobs {
        let Op::Add { hash, ids, .. } = decode::op(&blob.expect("a blob")) else { continue };
        // Two ops that differ only in the description add one item; only the nodes of one are ever live.
        if !seen.insert(hash.clone()) {
            continue;
        }
        for id in ids {
            assert_eq!(id & !ID_MASK, 0, "an id outside the mask in {hash}");
            let before = owners.insert(id, hash.clone());
            assert_eq!(before, None, "id {id:#x} of {hash} comes twice");
        }
    }
}

/// Stamps in strict order and not in the future, foreign keys kept, the file in write-ahead mode.
fn check_health(store: &rusqlite::Connection) {
    let one = |sql: &str| -> String { store.query_row(sql, [], |row| row.get(0)).expect(sql) };
    assert_eq!(one("PRAGMA journal_mode"), "wal");
    assert_eq!(one("PRAGMA integrity_check"), "ok");
    let broken = store.prepare("PRAGMA foreign_key_check").and_then(|mut check| check.exists([]));
    assert!(!broken.expect("a foreign key check"));
    let unordered =
        "SELECT count(*) || '' FROM (SELECT origin_ts, lag(origin_ts) OVER (ORDER BY rowid) AS earlier
                     FROM package_ops) WHERE earlier >= origin_ts";
    assert_eq!(one(unordered), "0", "ops whose stamp is not later than the one before");
    let future = "SELECT count(*) || '' FROM package_ops
                  WHERE origin_ts > strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";
    assert_eq!(one(future), "0", "ops stamped in the future");
}
