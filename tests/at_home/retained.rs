//! Nothing that anybody still uses is deleted: after any edit, what others' work mentions is there, with all that it
//! depends on, and nothing else of the past is.

use std::collections::BTreeSet;

use super::work::{self, MAIN, POND};
use super::{Home, number, texts};
use crate::common::edits::{Edit, Undo};
use crate::common::invariants::Fresh;
use crate::common::loader::{InProcess, Loader, ReloadOptions};
use crate::common::random::Random;
use crate::common::script::State;
use crate::common::{self, Tree, compare, files_below};

/// Edits of the real package set in one run of the random test; `DARKC_HOME_EDITS` asks for more.
const EDITS: usize = 16;
/// Steps of one script over the synthetic package set, and how many scripts there are; `DARKC_HOME_SCRIPTS` asks for
/// more.
const STEPS: usize = 30;
const SCRIPTS: usize = 12;

/// Goes from one edit of the package set to another, while somebody does things in the store.
fn random_edits(oracle: &std::path::Path, store: &str, seed: u64) {
    let home = Home::of(oracle, store);
    let items = common::read_items(&oracle.join("items.tsv"));
    home.reload(&[]);
    home.check(&items, "the first reload");
    let edits: Vec<Edit> = Edit::all(&oracle.join("edits"));
    let edits: Vec<&Edit> = edits.iter().filter(|edit| edit.expected_items(&items).is_some()).collect();
    let mut random = Random::new(seed);
    let mut undo: Option<Undo> = None;
    let steps = common::number_from_env("DARKC_HOME_EDITS", EDITS);
    for _ in 0..steps {
        if let Some(undo) = undo.take() {
            undo.undo(&home.tree);
        }
        let (name, expected) = if random.chance(20) {
            ("taking back all edits", items.clone())
        } else {
            let edit = random.pick(&edits).expect("edits");
            undo = Some(edit.apply(&home.tree));
            (edit.name.as_str(), edit.expected_items(&items).expect("an edit that loads"))
        };
        for _ in 0..random.below(3) {
            work::do_something(&home.store(), &mut random);
        }
        home.reload(if random.chance(15) { &["--full"] } else { &[] });
        home.check(&expected, &format!("{name} (seed {seed})"));
    }
    println!("at home: {steps} random edits on {store} keep the invariants");
}

#[test]
fn random_edits_of_the_real_set_keep_what_is_used() {
    let Some(oracle) = common::oracle() else { return };
    let seed = common::number_from_env("DARKC_SEED", 1) as u64;
    random_edits(&oracle, "lived-in.db", seed);
    random_edits(&oracle, "lived-in-2.db", seed);
}

const DOUBLE: &str = "SELECT count(*) FROM package_dependencies d JOIN locations l USING (item_hash) \
     JOIN package_functions f ON f.hash = d.depends_on_hash WHERE l.name = 'double' AND l.owner = 'Feriel'";

/// The story that the issue tells, as far as rows can tell it.
#[test]
fn an_edit_of_what_a_garden_uses() {
    let Some(oracle) = common::oracle() else { return };
    let items = common::read_items(&oracle.join("items.tsv"));
    let home = Home::of(&oracle, "lived-in-2.db");
    home.reload(&[]);
    let multiply = "SELECT item_hash || (unlisted_at IS NULL) FROM locations WHERE name = 'multiply' \
         AND modules = 'Stdlib.Int64' ORDER BY unlisted_at IS NULL";
    let old = texts(&home.store(), multiply).pop().expect("a name");
    home.edit("darklang/stdlib/int64.dark", "Builtin.int64Multiply a b", "Builtin.int64Multiply b a");
    let run = home.reload(&[]);
    let says = "3 items of yours use an older version of what changed: \
         Feriel.Garden.double → Darklang.Stdlib.Int64.multiply, …";
    assert!(run.stderr.contains(says), "{}", run.stderr);
    let names = texts(&home.store(), multiply);
    assert_eq!(names[0], format!("{}0", &old[..64]), "set aside, as an update leaves it");
    assert_eq!(names.len(), 2);
    assert_eq!(number(&home.store(), DOUBLE), 1);
    let expected = edited(&home);
    home.check(&expected, "an edit of multiply");

    // On pond the old one is used too, by a commit and by work in progress.
    home.edit("darklang/stdlib/option.dark", "type Option<'v> =", "type Option<'v> =\n  | Perhaps of 'v");
    let run = home.reload(&[]);
    assert!(run.stderr.contains("of yours use an older version of what changed: "), "{}", run.stderr);
    assert!(!run.stderr.contains("multiply"), "what changed before is not said again: {}", run.stderr);
    home.check(&edited(&home), "an edit of Option");

    // What comes back is bound again, and what is not used any more goes.
    home.edit("darklang/stdlib/int64.dark", "Builtin.int64Multiply b a", "Builtin.int64Multiply a b");
    home.edit("darklang/stdlib/option.dark", "\n  | Perhaps of 'v", "");
    home.reload(&[]);
    home.check(&items, "taking both back");
    assert_eq!(texts(&home.store(), multiply), [old]);
    assert_eq!(number(&home.store(), "SELECT count(*) FROM darkc_retained"), 0);
}

/// The items of a tree, from a run that knows no store.
fn edited(home: &Home) -> BTreeSet<String> {
    common::item_lines(&home.tree.darkc("items", &["--format", "tsv"]).expect_code(0).stdout)
}

/// A name that a user has bound on main stays theirs, in the tables and in the fold.
#[test]
fn a_name_that_a_user_has_bound_settles() {
    let Some(oracle) = common::oracle() else { return };
    let items = common::read_items(&oracle.join("items.tsv"));
    let home = Home::of(&oracle, "lived-in-2.db");
    home.reload(&[]);
    let garden =
        texts(&home.store(), "SELECT item_hash FROM locations WHERE owner = 'Feriel' AND name = 'double'");
    work::override_name(&home.store(), "Darklang.Stdlib.Int64.multiply", &garden[0]);
    let run = home.reload(&["--full", "--stats"]);
    let summary = common::summary(&run.stderr);
    assert_eq!((summary.added, summary.changed, summary.removed), (0, 0, 0), "{}", run.stderr);
    assert!(home.reload(&["--verify"]).stderr.contains("no difference"));
    home.check(&items, "a user's binding");

    for (from, to) in [("a b", "b a"), ("b a", "a b"), ("a b", "b a")] {
        let body = |order: &str| format!("Builtin.int64Multiply {order}");
        home.edit("darklang/stdlib/int64.dark", &body(from), &body(to));
        let run = home.reload(&[]);
        let says = "Darklang.Stdlib.Int64.multiply was left as it is, because a user has bound it on main";
        assert!(run.stderr.contains(says), "{}", run.stderr);
        assert_eq!(common::summary(&run.stderr).changed, 0, "{}", run.stderr);
        home.check(&edited(&home), "an edit below a user's binding");
        assert!(home.reload(&["--verify"]).stderr.contains("no difference"));
    }
    // Discarded, the name means what the sources say.
    work::discard_on_main(&home.store());
    let live = "SELECT item_hash FROM locations WHERE name = 'multiply' AND modules = 'Stdlib.Int64' \
         AND unlisted_at IS NULL";
    let expected = edited(&home);
    let hash = texts(&home.store(), live);
    assert_eq!(hash.len(), 1);
    assert!(expected.contains(&format!("fn\tDarklang.Stdlib.Int64.multiply\t{}", hash[0])), "{hash:?}");
    home.reload(&[]);
    home.check(&expected, "discarding the user's binding");
}

/// A home that every clone can have: a small set, and somebody's work that was made against it.
fn small_home(sources: &[(&str, &str)]) -> Home {
    let tree = Tree::in_memory();
    sources.iter().for_each(|(path, text)| tree.write(path, text.as_bytes()));
    let database = tree.beside("home.db");
    let home = Home { tree, database };
    home.reload(&[]);
    work::settle_in(&home.store());
    home
}

const BASE: (&str, &str) =
    ("acme/base.dark", "module Acme.Base\n\nlet two (x: Int64) : Int64 =\n  (Builtin.int64Add x 2L)\n");
const LIBRARY: (&str, &str) = (
    "acme/library.dark",
    "module Acme.Library\n\nlet four (x: Int64) : Int64 =\n  Acme.Base.two (Acme.Base.two x)\n\n\
     val six =\n  (four 2L)\n",
);
const GARDEN: &str = "module Me.Garden\n\nlet double (x: Int64) : Int64 =\n  Acme.Library.four x\n";

fn small_check(home: &Home, after: &str) {
    home.check(&edited(home), after);
}

#[test]
fn what_a_garden_reaches_stays_and_then_goes() {
    let home = small_home(&[BASE, LIBRARY]);
    work::author(&home.tree, &home.store(), GARDEN, MAIN, Some(&work::mine()));
    small_check(&home, "the first reload");

    home.edit(BASE.0, "2L", "3L");
    let run = home.reload(&[]);
    let says =
        "1 item of yours uses an older version of what changed: Me.Garden.double → Acme.Library.four\n";
    assert!(run.stderr.contains(says), "{}", run.stderr);
    small_check(&home, "an edit two steps away");
    let retained = "SELECT location FROM darkc_retained ORDER BY location";
    assert_eq!(texts(&home.store(), retained), ["Acme.Base.two", "Acme.Library.four"]);

    home.edit(BASE.0, "3L", "2L");
    home.reload(&[]);
    home.edit(BASE.0, "2L", "3L");
    let run = home.reload(&["--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let used =
        serde_json::json!([{ "item": "Me.Garden.double", "branch": "main", "uses": "Acme.Library.four" }]);
    assert_eq!((&told["older_uses"], &told["overridden"]), (&used, &serde_json::json!([])));

    // Nobody uses the version in between.
    home.edit(BASE.0, "3L", "4L");
    let run = home.reload(&[]);
    assert!(!run.stderr.contains("of yours"), "{}", run.stderr);
    small_check(&home, "another edit");
    assert_eq!(texts(&home.store(), retained).len(), 2);

    // A name that no source has any more would come back in a fold, so its op goes and its content stays.
    home.tree.remove(LIBRARY.0);
    home.reload(&["--allow-removals"]);
    small_check(&home, "the library is gone");
    assert_eq!(texts(&home.store(), retained), ["Acme.Base.two", "Acme.Library.four"]);
    home.tree.write(LIBRARY.0, LIBRARY.1.as_bytes());
    home.reload(&[]);
    small_check(&home, "the library is back");

    // What was used once comes back as a source has it again.
    home.edit(BASE.0, "4L", "2L");
    home.reload(&[]);
    small_check(&home, "the base is back");
    assert_eq!(texts(&home.store(), retained), [""; 0]);

    home.edit(BASE.0, "2L", "5L");
    home.reload(&[]);
    work::move_out(&home.store());
    home.edit(BASE.0, "5L", "6L");
    home.reload(&[]);
    small_check(&home, "nobody lives there any more");
    let fresh = Fresh::of(&InProcess, &home.tree);
    let difference =
        compare::compare(&compare::open(&fresh.database()), &home.store(), compare::Profile::Fresh);
    assert_eq!(difference.map(|difference| difference.to_string()), None);
}

/// Each kind of row that can refer to an item keeps it.
#[test]
fn whatever_mentions_an_item_keeps_it() {
    let mentions = [
        "INSERT INTO deprecations (deprecation_id, branch_id, item_hash, item_kind, state)
             VALUES ('d', '89282547-e4e6-4986-bcb6-db74bc6a8c0f', ?1, 'fn', 'deprecated')",
        "INSERT INTO deprecations (deprecation_id, branch_id, item_hash, item_kind, state, annotation_blob)
             SELECT 'd', '89282547-e4e6-4986-bcb6-db74bc6a8c0f', hash, 'value', 'deprecated', CAST('@' || ?1 AS BLOB)
             FROM package_values",
        "INSERT INTO toplevels_v0 (tlid, digest, tipe, deleted, data) VALUES (1, '', 'db', 0, CAST('@' || ?1 AS BLOB))",
        "INSERT INTO user_data_v0 (id, table_tlid, user_version, dark_version, data, key) VALUES ('u', 1, 0, 0, ?1, 'k')",
        "INSERT INTO scripts_v0 VALUES ('s', 'run', 'call ' || ?1)",
        "INSERT INTO traces VALUES ('t', 1, '', '', '', CAST(?1 AS BLOB), NULL)",
        "INSERT INTO trace_fn_calls (trace_id, call_id, kind, args, result) VALUES ('t', 'c', 'function', x'', CAST(?1 AS BLOB))",
        "INSERT INTO sync_conflicts (id, branch_id, location, item_kind, local_hash, incoming_hash, chosen_hash, resolved_by)
             VALUES ('c', 'b', 'l', 'fn', ?1, '', '', '')",
        "INSERT INTO resolutions VALUES ('r', 'b', 'l', 'fn', ?1, '', '')",
        "CREATE TABLE of_a_later_darklang (item TEXT); INSERT INTO of_a_later_darklang VALUES (?1)",
    ];
    let retained = "SELECT count(DISTINCT hash) FROM darkc_retained";
    for mention in mentions {
        let home = small_home(&[BASE, LIBRARY]);
        let four = texts(&home.store(), "SELECT item_hash FROM locations WHERE name = 'four'").remove(0);
        let store = home.store();
        store
            .execute_batch(&mention.replace("?1", &format!("'{four}'")))
            .unwrap_or_else(|error| panic!("{mention}: {error}"));
        drop(store);
        home.edit(BASE.0, "2L", "3L");
        home.reload(&[]);
        let kept =
            number(&home.store(), &format!("SELECT count(*) FROM package_functions WHERE hash = '{four}'"));
        assert_eq!(kept, 1, "{mention}");
        assert!(number(&home.store(), retained) >= 2, "{mention}");
        assert_eq!(common::fold::check(&home.store()), None, "{mention}");
        home.reload(&["--full"]);
        assert!(number(&home.store(), retained) >= 2, "{mention}");
    }
}

/// Nothing of this is in a table that darkc counts changes of, and no source changes.
#[test]
fn what_nobody_reaches_goes_though_no_source_changed() {
    let home = small_home(&[BASE, LIBRARY]);
    let four = texts(&home.store(), "SELECT item_hash FROM locations WHERE name = 'four'").remove(0);
    let keep = format!("INSERT INTO scripts_v0 VALUES ('s', 'run', 'call {four}')");
    home.store().execute_batch(&keep).expect("a script");
    home.edit(BASE.0, "2L", "3L");
    home.reload(&[]);
    let retained = "SELECT count(*) FROM darkc_retained";
    assert_eq!(number(&home.store(), retained), 2);
    // As long as the script is there, a reload with nothing to do does nothing.
    for _ in 0..2 {
        let run = home.reload(&["--stats"]);
        assert!(run.stderr.contains("\nrows written: 0\nown rows written: 0\n"), "{}", run.stderr);
    }
    home.store().execute_batch("DELETE FROM scripts_v0").expect("no script");
    let dry = home.reload(&["--dry-run", "--stats"]);
    assert!(dry.stderr.contains("\nrows written: 0\nown rows written: 0\n"), "{}", dry.stderr);
    assert_eq!(number(&home.store(), retained), 2);
    let summary = common::summary(&home.reload(&[]).stderr);
    assert_eq!((summary.added, summary.changed, summary.removed), (0, 0, 0));
    assert_eq!(number(&home.store(), retained), 0);
    small_check(&home, "the script is gone");
    let run = home.reload(&["--stats"]);
    assert!(run.stderr.contains("\nrows written: 0\nown rows written: 0\n"), "{}", run.stderr);
}

/// Work on a branch is not counted as a change of what darkc owns, so it must be seen without.
#[test]
fn work_on_a_branch_counts() {
    let home = small_home(&[BASE, LIBRARY]);
    work::author(&home.tree, &home.store(), GARDEN, POND, None);
    home.edit(BASE.0, "2L", "3L");
    let run = home.reload(&[]);
    assert!(run.stderr.contains("1 item of yours uses an older version"), "{}", run.stderr);
    small_check(&home, "an edit of what is used on a branch");
    work::discard(&home.store(), POND);
    home.edit(BASE.0, "3L", "4L");
    home.reload(&["--full"]);
    small_check(&home, "the work was discarded");
    assert_eq!(number(&home.store(), "SELECT count(*) FROM darkc_retained"), 0);
}

/// Nobody but loaders wrote: then there is nothing to retain, whatever is edited.
#[test]
fn a_store_of_loaders_alone_retains_nothing() {
    let tree = Tree::in_memory();
    tree.write(BASE.0, BASE.1.as_bytes());
    tree.write(LIBRARY.0, LIBRARY.1.as_bytes());
    let database = tree.beside("home.db");
    let home = Home { tree, database };
    home.reload(&[]);
    home.edit(BASE.0, "2L", "3L");
    home.reload(&[]);
    assert_eq!(number(&home.store(), "SELECT count(*) FROM darkc_retained"), 0);
    assert_eq!(number(&home.store(), "SELECT count(*) FROM locations WHERE unlisted_at IS NOT NULL"), 0);
    small_check(&home, "an edit");
}

/// Random scripts over the synthetic set, with somebody at work in the store between the steps.
fn random_script(seed: u64) {
    let mut state = State::new(seed);
    let mut random = Random::new(!seed);
    let home = Home { tree: Tree::in_memory(), database: std::path::PathBuf::new() };
    let home = Home { database: home.tree.beside("home.db"), ..home };
    let mut lives_there = false;
    for step in 0..STEPS {
        if step > 0 {
            state.step(random.next());
        }
        for path in files_below(&home.tree.packages()).iter().filter(|path| path.ends_with(".dark")) {
            home.tree.remove(path);
        }
        let sources = state.set.sources();
        sources.iter().for_each(|(path, text)| home.tree.write(path, text.as_bytes()));
        let options = ReloadOptions { full: random.chance(15), ..ReloadOptions::default() };
        if InProcess.reload(&home.tree.packages(), &home.database, options).code != 0 {
            continue;
        }
        let items = work::items_of_fresh(&home.tree);
        home.check(&items, &format!("step {step} of seed {seed}"));
        let store = home.store();
        if !lives_there {
            work::settle_in(&store);
            lives_there = true;
        }
        if random.chance(40) {
            let terms: Vec<String> = items
                .iter()
                .filter_map(|line| line.strip_prefix("fn\t")?.split('\t').next().map(str::to_owned))
                .filter(|name| name.split('.').count() > 2)
                .collect();
            let Some(term) = random.pick(&terms) else { continue };
            let source =
                format!("module Me.Garden\n\nlet g{step} (x: Int64) : Int64 =\n  ({term} {step}L)\n");
            let (branch, commit) = match random.below(3) {
                0 => (MAIN, Some(work::mine())),
                1 => (POND, None),
                _ => (MAIN, None),
            };
            work::author(&home.tree, &store, &source, branch, commit.as_deref());
        }
        if random.chance(30) {
            work::do_something(&store, &mut random);
        }
    }
}

#[test]
fn random_scripts_keep_what_is_used() {
    let first = common::number_from_env("DARKC_SEED", 1) as u64;
    let scripts = common::number_from_env("DARKC_HOME_SCRIPTS", SCRIPTS) as u64;
    let seeds: Vec<u64> = (first..first + scripts).collect();
    common::in_parallel(&seeds, |seed| random_script(*seed));
    println!("at home: {} scripts of {STEPS} steps keep the invariants", seeds.len());
}
