//! What plans do to the rows.

use super::*;
use crate::db::{DbError, Shapes, Size};
use crate::diff::ValueColumns;
use crate::ops::read::OpHead;

#[test]
fn a_store_is_made_with_its_first_rows_and_read_back() {
    let mut bench = Bench::new();
    assert!(!bench.open().exists());
    let name = Location::new("Me.List.map");
    let mut plan = adding(&name, ItemKind::Fn, 1);
    plan.put_files = vec![
        StoredFile { path: "b.dark".into(), items: vec![2] },
        StoredFile { path: "a.dark".into(), items: vec![1] },
    ];
    let applied = bench.reload(&plan, &state(7));
    // 1 item, 2 dependencies, 2 ops, 1 name; a commit and two branch ops.
    assert_eq!((applied.rows_written, applied.own_rows_written), (9, 3));

    let mut database = bench.open();
    let stamp = database.stamp().unwrap().unwrap();
    assert_eq!((stamp.tool, stamp.sources, stamp.untouched), (Fingerprint(1), Fingerprint(7), true));
    assert_eq!(database.manifest().unwrap(), [1, 2, 3]);
    let files = database.files().unwrap();
    assert_eq!(files.iter().map(|file| &*file.path).collect::<Vec<_>>(), ["a.dark", "b.dark"]);
    let owned = database.owned(&Shapes::new()).unwrap();
    assert_eq!(owned.ops[0].head, OpHead::Add(ItemKind::Fn, hash(1)));
    assert_eq!(owned.ops[1].head, OpHead::SetName(name.clone(), ItemKind::Fn, hash(1)));
    assert_eq!(owned.ops[1].id, plan.add_ops[1].id);
    assert_eq!((&owned.locations[0].location, owned.locations[0].hash), (&name, hash(1)));
    assert_eq!(owned.rows[0].fingerprint, crate::diff::row_fingerprint(&[1], &[1, 1], ""));
    let edges = [(hash(201), ItemKind::Type, ""), (hash(200), ItemKind::Fn, "Me.List.map")];
    assert_eq!(owned.dependencies, [(hash(1), crate::diff::dependencies_fingerprint(edges))].into());
}

#[test]
fn a_reload_that_brings_nothing_new_writes_nothing() {
    let mut bench = Bench::new();
    let name = Location::new("Me.x");
    bench.reload(&adding(&name, ItemKind::Value, 1), &state(1));
    let before = std::fs::read(&bench.path).unwrap();
    assert_eq!(bench.reload(&Plan::default(), &state(1)), Applied::default());
    assert_eq!(std::fs::read(&bench.path).unwrap(), before);
    assert_eq!(entries(bench.path.parent().unwrap()), ["data.db"]);

    let applied = bench.reload(&Plan::default(), &state(2));
    assert_eq!((applied.rows_written, applied.own_rows_written, applied.commit), (0, 1, None));
    assert!(bench.untouched());
}

#[test]
fn a_name_moves_in_place_and_goes() {
    let mut bench = Bench::new();
    let name = Location::new("Me.x");
    bench.reload(&adding(&name, ItemKind::Value, 1), &state(1));
    let first = bench.texts("SELECT location_id FROM locations");
    // The same name becomes a function, and the value and its ops go.
    let mut plan = adding(&name, ItemKind::Fn, 2);
    plan.drop_rows = vec![(ItemKind::Value, hash(1))];
    plan.drop_dependencies = vec![hash(1)];
    plan.drop_ops = vec![add_op(ItemKind::Value, 1).id, Op::set_name(&name, ItemKind::Value, hash(1)).id];
    let applied = bench.reload(&plan, &state(2));
    assert_eq!(bench.texts("SELECT location_id FROM locations"), first);
    let expected = format!("fn{}{}", hash(2), applied.commit.unwrap());
    assert_eq!(bench.texts("SELECT item_type || item_hash || commit_hash FROM locations"), [expected]);
    let timestamps = "SELECT l.origin_ts = o.origin_ts FROM locations l, package_ops o WHERE o.rowid = 2";
    assert_eq!(bench.texts(&format!("SELECT CAST(({timestamps}) AS TEXT)")), ["1"]);
    assert_eq!(bench.texts("SELECT message FROM commits ORDER BY rowid")[1], "Reload: 1 changed");
    assert_eq!(bench.texts("SELECT CAST(count(*) AS TEXT) FROM package_values"), ["0"]);
    assert_eq!(bench.texts("SELECT CAST(count(*) AS TEXT) FROM package_dependencies"), ["2"]);
    assert_eq!(bench.texts("SELECT CAST(count(*) AS TEXT) FROM package_ops"), ["2"]);

    bench.reload(&Plan { unbind: vec![name.clone()], ..Plan::default() }, &state(3));
    assert_eq!(bench.texts("SELECT location_id FROM locations"), [""; 0]);
    assert!(bench.untouched());
}

#[test]
fn names_of_users_are_left_alone() {
    let mut bench = Bench::new();
    let (work, committed) = (Location::new("Me.work"), Location::new("Me.committed"));
    bench.reload(&adding(&work, ItemKind::Value, 1), &state(1));
    bench.reload(&adding(&committed, ItemKind::Value, 2), &state(2));
    bench
        .stranger()
        .execute_batch(
            "INSERT INTO commits (hash, message, branch_id, account_id) VALUES ('mine', 'Reload: mine', \
             '89282547-e4e6-4986-bcb6-db74bc6a8c0f', '00000000-0000-0000-0000-000000000003'); \
             UPDATE locations SET commit_hash = NULL, item_hash = 'work' WHERE name = 'work'; \
             UPDATE locations SET commit_hash = 'mine', item_hash = 'committed' WHERE name = 'committed';",
        )
        .unwrap();
    let applied = bench.reload(&adding(&work, ItemKind::Value, 3), &state(3));
    assert_eq!(applied.overridden, 1);
    let applied = bench.reload(&Plan { unbind: vec![committed.clone()], ..Plan::default() }, &state(4));
    assert_eq!(applied.overridden, 1);
    let names = bench.texts("SELECT item_hash FROM locations WHERE unlisted_at IS NULL ORDER BY name");
    assert_eq!(names, ["committed", "work"]);
    // Only loaders' names and ops are theirs to compare: what the name means once the work is discarded.
    let owned = bench.open().owned(&Shapes::new()).unwrap();
    let names: Vec<_> = owned.locations.iter().map(|name| (&name.location, name.hash, name.live)).collect();
    assert_eq!(names, [(&work, hash(3), false)]);
    bench.reload(&adding(&work, ItemKind::Value, 4), &state(5));
    let owned = bench.open().owned(&Shapes::new()).unwrap();
    let names: Vec<_> = owned.locations.iter().map(|name| (&name.location, name.hash, name.live)).collect();
    assert_eq!(names, [(&work, hash(4), false)]);
    bench.reload(&Plan { unbind: vec![work.clone()], ..Plan::default() }, &state(6));
    assert!(bench.open().owned(&Shapes::new()).unwrap().locations.is_empty());
}

#[test]
fn a_value_keeps_what_it_was_evaluated_to() {
    let mut bench = Bench::new();
    let name = Location::new("Me.x");
    bench.reload(&adding(&name, ItemKind::Value, 1), &state(1));
    bench.stranger().execute_batch("UPDATE package_values SET rt_dval = x'AA', value_type = x'BB'").unwrap();
    let plan = Plan { put_rows: vec![row(ItemKind::Value, 1, "described")], ..Plan::default() };
    bench.reload(&plan, &state(2));
    let kept = "SELECT hex(rt_dval) || hex(value_type) || description FROM package_values";
    assert_eq!(bench.texts(kept), ["AABBdescribed"]);
}

#[test]
fn an_amended_op_keeps_its_place() {
    let mut bench = Bench::new();
    let name = Location::new("Me.x");
    bench.reload(&adding(&name, ItemKind::Value, 1), &state(1));
    let (old, new) = (add_op(ItemKind::Value, 1), add_op(ItemKind::Value, 9));
    let place = "SELECT rowid || commit_hash || origin_ts FROM package_ops ORDER BY rowid";
    let before = bench.texts(place);
    bench.reload(&Plan { amend_ops: vec![(old.id, new.clone())], ..Plan::default() }, &state(2));
    assert_eq!(bench.texts(place), before);
    assert_eq!(bench.texts("SELECT id FROM package_ops ORDER BY rowid")[0], new.id.to_text());
}

#[test]
fn timestamps_are_strict_and_end_now() {
    let mut bench = Bench::new();
    let names: Vec<Location> = (0..4).map(|n| Location::new(format!("Me.x{n}"))).collect();
    for (byte, name) in names.iter().enumerate().take(3) {
        bench.reload(&adding(name, ItemKind::Value, byte as u8), &state(byte as u128));
    }
    let timestamps = bench.texts("SELECT origin_ts FROM package_ops ORDER BY rowid");
    assert!(timestamps.is_sorted_by(|one, other| one < other), "{timestamps:?}");
    assert_eq!(timestamps.last(), Some(&bench.now().timestamp()));

    // A timestamp of somebody else's that lies ahead is followed, also when it was put in before the last look.
    bench
        .stranger()
        .execute_batch(
            "INSERT INTO package_ops (id, op_blob, branch_id, origin_ts) VALUES ('ahead', x'', \
             '89282547-e4e6-4986-bcb6-db74bc6a8c0f', '2099-12-31T23:59:59.999Z')",
        )
        .unwrap();
    bench.reload(&adding(&names[3], ItemKind::Value, 3), &state(9));
    let timestamps = bench.texts("SELECT origin_ts FROM package_ops ORDER BY rowid DESC LIMIT 2");
    assert_eq!(timestamps, ["2100-01-01T00:00:00.001Z", "2100-01-01T00:00:00.000Z"]);
}

#[test]
fn an_error_leaves_the_store_as_it_was() {
    let mut bench = Bench::new();
    let (name, other) = (Location::new("Me.x"), Location::new("Me.other"));
    // The first load fails: no store comes to be.
    let mut broken = adding(&other, ItemKind::Value, 2);
    broken.bind[0].op = add_op(ItemKind::Fn, 99).id;
    let failed = bench.open().apply(&broken, &state(1), bench.now());
    assert!(matches!(failed, Err(DbError::UnknownOp { .. })));
    assert_eq!(entries(bench.path.parent().unwrap()), [""; 0]);

    bench.reload(&adding(&name, ItemKind::Value, 1), &state(1));
    let before = std::fs::read(&bench.path).unwrap();
    let failed = bench.open().apply(&broken, &state(2), bench.now());
    assert!(matches!(failed, Err(DbError::UnknownOp { .. })));
    let stopped = bench.open().write(Size { rows: 1, new_names: 1, ..Size::default() }, |mut apply| {
        apply.put_row(&row(ItemKind::Value, 2, ""))?;
        Err(DbError::Changed { path: bench.path.clone() })
    });
    assert!(stopped.is_err());
    assert_eq!(std::fs::read(&bench.path).unwrap(), before);
}

#[test]
fn dependencies_given_twice_are_stored_once() {
    let mut bench = Bench::new();
    let name = Location::new("Me.x");
    for _ in 0..2 {
        let edge = || DependencyRow { hash: hash(3), kind: ItemKind::Fn, location: None };
        let edges = [vec![edge(), edge()], vec![edge()]];
        let edges = edges.map(|rows| Dependencies { item: hash(1), instead_of: None, rows }).into();
        bench.reload(&Plan { put_dependencies: edges, ..adding(&name, ItemKind::Fn, 1) }, &state(1));
        assert_eq!(bench.texts("SELECT depends_on_item_type FROM package_dependencies"), ["fn"]);
    }
}

#[test]
fn the_number_of_statements_does_not_follow_the_number_of_rows() {
    let names: Vec<Location> = (0..100).map(|n| Location::new(format!("Me.x{n}"))).collect();
    let count = |names: &[Location]| {
        let mut bench = Bench::new();
        bench.reload(&Plan::default(), &state(1));
        let mut plan = Plan::default();
        for (byte, name) in names.iter().enumerate() {
            let one = adding(name, ItemKind::Fn, byte as u8);
            plan.put_rows.extend(one.put_rows);
            plan.put_dependencies.extend(one.put_dependencies);
            plan.add_ops.extend(one.add_ops);
            plan.bind.extend(one.bind);
        }
        bench.reload(&plan, &state(2)).statements_prepared
    };
    assert_eq!(count(&names), count(&names[..1]));
}

/// Larger than what is bound to a statement.
#[test]
fn large_blobs_are_stored_as_they_are() {
    let mut bench = Bench::new();
    let large = |byte: u8| (0..3_000_000_u32).map(|at| (at % 251) as u8 ^ byte).collect::<Vec<u8>>();
    let blob = |bench: &Bench, sql: &str| -> Vec<u8> {
        bench.stranger().query_row(sql, [], |row| row.get(0)).unwrap()
    };
    let plan = |kind: ItemKind, old: Option<u8>, byte: u8| {
        let mut plan = adding(&Location::new("Me.it"), kind, byte);
        let row = &mut plan.put_rows[0];
        (row.pt_def, row.runtime) =
            (large(byte), if kind == ItemKind::Value { vec![] } else { large(!byte) });
        if kind == ItemKind::Value {
            row.result = Some(ValueColumns { rt_dval: large(!byte), ids: Vec::new(), value_type: vec![7] });
        }
        let mut payload = crate::binary::writer::Writer::new();
        payload.byte(crate::binary::tags::reference(kind));
        payload.hash(hash(byte));
        payload.raw(&large(byte));
        plan.add_ops[0] = Op::of(payload.bytes());
        plan.drop_rows = old.map(|old| (kind, hash(old))).into_iter().collect();
        plan
    };
    let columns = [
        (ItemKind::Type, "package_types", "rt_def"),
        (ItemKind::Fn, "package_functions", "rt_instrs"),
        (ItemKind::Value, "package_values", "rt_dval"),
    ];
    // Into a draft, into a store, and into the place of another row.
    for (byte, (kind, table, runtime)) in (1..).step_by(2).zip(columns) {
        for (old, byte) in [(None, byte), (Some(byte), byte + 1)] {
            let plan = plan(kind, old, byte);
            bench.reload(&plan, &state(u128::from(byte)));
            assert!(blob(&bench, &format!("SELECT pt_def FROM {table}")) == large(byte));
            assert!(blob(&bench, &format!("SELECT {runtime} FROM {table}")) == large(!byte));
            let newest =
                "SELECT op_blob FROM package_ops ORDER BY length(op_blob) DESC, created_at DESC LIMIT 1";
            assert!(blob(&bench, newest) == *plan.add_ops[0].blob);
        }
    }
    assert!(bench.untouched());
}
