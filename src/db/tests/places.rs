//! Rows that come take the places of rows that go, and nothing else of theirs.

use super::*;
use crate::db::{DbError, Size};

fn functions(bytes: std::ops::Range<u8>) -> Plan {
    let mut plan = Plan::default();
    for byte in bytes {
        let one = adding(&Location::new(format!("Me.f{byte}")), ItemKind::Fn, byte);
        plan.put_rows.extend(one.put_rows);
        plan.put_dependencies.extend(one.put_dependencies);
        plan.add_ops.extend(one.add_ops);
        plan.bind.extend(one.bind);
    }
    plan
}

/// The plan by which the functions of one range, and nothing else, take the place of those of another.
fn replacing(old: std::ops::Range<u8>, new: std::ops::Range<u8>) -> Plan {
    let gone = functions(old.clone());
    Plan {
        drop_rows: old.clone().map(|byte| (ItemKind::Fn, hash(byte))).collect(),
        drop_dependencies: old.map(hash).collect(),
        drop_ops: gone.add_ops.iter().map(|op| op.id).rev().collect(),
        unbind: gone.bind.into_iter().map(|binding| binding.location).collect(),
        ..functions(new)
    }
}

fn op_texts(ops: &[Op]) -> Vec<String> {
    ops.iter().map(|op| op.id.to_text().to_string()).collect()
}

#[test]
fn the_log_stays_in_order_however_many_ops_come_and_go() {
    for (old, new) in [(1..4, 11..14), (1..4, 11..12), (1..3, 11..15)] {
        let mut bench = Bench::new();
        bench.reload(&functions(1..5), &state(1));
        let plan = replacing(old.clone(), new.clone());
        bench.reload(&plan, &state(2));
        let kept = functions(old.end..5).add_ops;
        let latest = "SELECT id FROM package_ops WHERE commit_hash = \
             (SELECT hash FROM commits ORDER BY rowid DESC LIMIT 1) ORDER BY created_at, rowid";
        assert_eq!(bench.texts(latest), op_texts(&plan.add_ops), "{old:?} to {new:?}");
        let first = latest.replace("DESC", "ASC");
        assert_eq!(bench.texts(&first), op_texts(&kept), "{old:?} to {new:?}");
        let rows = bench.texts("SELECT hash FROM package_functions ORDER BY hash");
        let expected: Vec<_> = (old.end..5).chain(new).map(|byte| hash(byte).to_hex().to_string()).collect();
        assert_eq!(rows, expected);
        assert_eq!(bench.texts("SELECT DISTINCT item_hash FROM package_dependencies ORDER BY 1"), expected);
    }
}

#[test]
fn an_op_that_moves_to_the_new_commit_stands_in_the_log_once() {
    let mut bench = Bench::new();
    bench.reload(&functions(1..4), &state(1));
    let moved = functions(2..4);
    let first = functions(1..2);
    let drop_ops = [&first.add_ops[..], &moved.add_ops].concat().iter().map(|op| op.id).collect();
    let add_ops = [&functions(9..10).add_ops[..], &moved.add_ops].concat();
    let plan = Plan { drop_ops, add_ops, ..Plan::default() };
    bench.reload(&plan, &state(2));
    let ids = bench.texts("SELECT id FROM package_ops ORDER BY rowid");
    assert_eq!(ids, op_texts(&plan.add_ops));
}

#[test]
fn a_hash_that_has_a_row_keeps_it() {
    let mut bench = Bench::new();
    bench.reload(&functions(1..3), &state(1));
    let stranger =
        "INSERT INTO package_functions (hash, pt_def, rt_instrs, created_at) VALUES (?1, x'', x'', 'then')";
    bench.stranger().execute(stranger, [&*hash(11).to_hex()]).unwrap();
    bench.reload(&replacing(1..3, 11..13), &state(2));
    let rows = bench.texts(
        "SELECT substr(hash, 1, 2) || ' ' || hex(pt_def) || ' ' || (created_at = 'then') \
         FROM package_functions ORDER BY hash",
    );
    assert_eq!(rows, ["0b 0B 1", "0c 0C 0"]);
}

#[test]
fn an_op_that_somebody_else_has_put_stays_theirs() {
    let mut bench = Bench::new();
    bench.reload(&functions(1..3), &state(1));
    let plan = replacing(1..3, 11..13);
    let theirs = "INSERT INTO package_ops (id, op_blob, branch_id, created_at) VALUES (?1, x'', ?2, 'then')";
    let main = "89282547-e4e6-4986-bcb6-db74bc6a8c0f";
    bench.stranger().execute(theirs, [&*plan.add_ops[0].id.to_text(), main]).unwrap();
    bench.reload(&plan, &state(2));
    let ids = bench.texts("SELECT id FROM package_ops ORDER BY created_at = 'then', rowid");
    assert_eq!(ids, op_texts(&[&plan.add_ops[1..], &plan.add_ops[..1]].concat()));
}

#[test]
fn what_a_value_was_evaluated_to_is_not_the_next_ones() {
    let mut bench = Bench::new();
    let name = Location::new("Me.x");
    bench.reload(&adding(&name, ItemKind::Value, 1), &state(1));
    bench.stranger().execute_batch("UPDATE package_values SET rt_dval = x'01', value_type = x'02'").unwrap();
    let mut plan = adding(&name, ItemKind::Value, 2);
    plan.drop_rows = vec![(ItemKind::Value, hash(1))];
    bench.reload(&plan, &state(2));
    let row = "SELECT substr(hash, 1, 2) || quote(rt_dval) || quote(value_type) FROM package_values";
    assert_eq!(bench.texts(row), ["02NULLNULL"]);
}

#[test]
fn dependency_rows_serve_for_the_item_that_comes_instead() {
    let mut bench = Bench::new();
    let name = Location::new("Me.x");
    bench.reload(&adding(&name, ItemKind::Fn, 1), &state(1));
    let row = |byte, location: Option<&str>| DependencyRow {
        hash: hash(byte),
        kind: ItemKind::Fn,
        location: location.map(Location::new),
    };
    // The name stays and means another hash; the row without a name goes, and another name comes.
    let rows = vec![row(210, Some("Me.x")), row(211, Some("Me.new"))];
    let plan = Plan {
        put_dependencies: vec![Dependencies { item: hash(2), instead_of: Some(hash(1)), rows }],
        ..Plan::default()
    };
    let applied = bench.reload(&plan, &state(2));
    assert_eq!(applied.rows_written, 3, "one is changed, one goes, one comes");
    let found = bench.texts(
        "SELECT substr(item_hash, 1, 2) || ' ' || substr(depends_on_hash, 1, 2) || ' ' || depends_on_name \
         FROM package_dependencies ORDER BY 1",
    );
    assert_eq!(found, ["02 d2 x", "02 d3 new"]);
}

#[test]
fn no_row_refers_to_a_branch_that_is_missing() {
    let mut bench = Bench::new();
    bench.reload(&Plan::default(), &state(1));
    bench.stranger().execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM branches").unwrap();
    for rows in [1, 1_000] {
        let plan = functions(1..3);
        let mut database = bench.open();
        let failed = database
            .write(Size { rows, ..Size::default() }, |apply| apply.finish(&plan, &state(2), bench.now()));
        assert!(matches!(failed, Err(DbError::NoMain { .. })), "{failed:?}");
    }
    assert_eq!(bench.texts("SELECT id FROM package_ops"), [""; 0]);
}
