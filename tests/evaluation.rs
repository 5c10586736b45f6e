//! Values are evaluated as Darklang evaluates them.

use std::collections::BTreeMap;

use crate::common::ground_truth::{conformance, package_sets};
use crate::common::{self, Tree, compare, counters, dval};

/// `rt_dval` and `value_type` by hash.
type Results = BTreeMap<String, (Option<Vec<u8>>, Option<Vec<u8>>)>;
/// Those that are both there.
type WholeResults = BTreeMap<String, (Vec<u8>, Vec<u8>)>;

/// How many of a store's values are equal, how many are NULL, and which are otherwise.
fn count(expected: &WholeResults, found: &Results) -> (usize, usize, Vec<String>) {
    let (mut equal, mut left, mut other) = (0, 0, Vec::new());
    for (hash, (rt_dval, value_type)) in expected {
        match found.get(hash) {
            Some((Some(dval), Some(typ))) if dval == rt_dval && typ == value_type => equal += 1,
            Some((None, None)) => left += 1,
            _ => other.push(hash.clone()),
        }
    }
    (equal, left, other)
}

fn results(store: &rusqlite::Connection) -> Results {
    let mut table = store.prepare("SELECT hash, rt_dval, value_type FROM package_values").expect("values");
    let rows = table.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?)))).expect("rows");
    rows.map(|row| row.expect("a row")).collect()
}

fn whole(results: Results) -> WholeResults {
    let both = |(hash, (rt_dval, value_type)): (String, _)| Some((hash, (rt_dval?, value_type?)));
    results.into_iter().filter_map(both).collect()
}

#[test]
fn every_value_of_the_conformance_sets_is_equal() {
    for (set, values) in package_sets().into_iter().zip([101, 137]) {
        let tree = Tree::copy_of(&set.packages);
        let run = tree.reload("new.db", &["--node-ids", "zero", "--stats"]).expect_code(0);
        let work = counters(&run.stderr);
        assert_eq!((work["values evaluated"], work["values left to Darklang"]), (values, 0), "{}", set.name);
        let records = conformance().join(set.name).join("values.tsv");
        let hex = |text: &str| -> Vec<u8> {
            (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
        };
        let text = std::fs::read_to_string(&records).expect("values.tsv");
        let expected = text.lines().map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            (fields[0].to_owned(), (hex(fields[1]), hex(fields[2])))
        });
        let expected: BTreeMap<_, _> = expected.collect();
        let found = results(&compare::open(&tree.beside("new.db")));
        assert_eq!(count(&expected, &found), (values as usize, 0, Vec::new()), "{}", set.name);
    }
}

#[test]
fn values_of_the_real_set_are_equal_but_for_those_that_read_the_environment() {
    let Some(oracle) = common::oracle() else { return };
    let tree = Tree::copy_of(&oracle.join("packages"));
    let run = tree.reload("new.db", &["--node-ids", "zero", "--stats", "--explain"]).expect_code(0);
    let work = counters(&run.stderr);
    assert_eq!((work["values evaluated"], work["values left to Darklang"]), (417, 5));
    let left: Vec<&str> = run.stderr.lines().filter(|line| line.starts_with("left to Darklang")).collect();
    assert_eq!(left.len(), 5, "{left:?}");
    for built_in in ["cliGetLogDir", "environmentGet", "fileExists"] {
        assert!(left.iter().any(|line| line.contains(&format!("`{built_in}`"))), "{left:?}");
    }
    let expected = whole(results(&compare::open_immutable(&oracle.join("loaded.db"))));
    let found = results(&compare::open(&tree.beside("new.db")));
    assert_eq!(expected.len(), 422);
    assert_eq!(count(&expected, &found), (417, 5, Vec::new()));
}

/// A package file, and what becomes of its values.
const SOURCE: &str = "\
module Acme.Test

type Named = { name: String; items: List<Int64> }
type Box<'t> = { item: List<'t>; tag: String }
type Boxed<'u> = Box<'u>
type Lists<'x> = List<'x>
type Maybe<'a> =
  | Just of 'a
  | Nothing

let make (x: 'a) : 'r = fun y -> x
let inner (x: 'a) : 'a = x
let text (x: Int64) : String = x
let number (x: Int64) : Int64 = x
let lists (x: Lists<Int64>) : Int64 = 1L
let around (x: 'a) : String = inner \"s\"
let half (x: 'a) : 'r = fun y -> y
let halfAround (x: 'a) : 'r = half []
let plain (x: Int64) : 'r = fun y -> y
let plainAround (x: 'b) : 'r = plain 1L
let twice (x: 'a) : 'r = fun y -> (fun z -> z)
let call (f: Int64 -> 'c) (x: 'a) : 'c = f 1L
let pair (x: 'a) (y: 'b) : ('a * 'b) = (x, y)
let just (x: 'a) : Maybe<String> = Maybe.Just \"s\"
let forever (x: Int64) : Int64 = (forever x) + 1L
let grow (x: 'a) (n: Int64) : 'r = if n == 0L then x else grow (x, x) (n - 1L)

val integer = number 5L
val learned = Maybe.Just 5L
val nothing = Maybe.Nothing
val nested = [ []; [ 1L ] ]
val notOneType = [ 1L; \"a\" ]
val inferred = half 5L
val halfKnown = half []
val halfWithin = halfAround 5L
val inherited = plainAround \"s\"
val callersWin = call (twice 5L) \"s\"
val shadowed = around 5L
val ownParameters = just 5L
val partial = pair 5L
val record = Named { name = \"n\"; items = [ 1L ] }
val wrongField = Named { name = 1L; items = [] }
val lacksField = Named { name = \"n\" }
val emptyBox = Box { item = []; tag = \"t\" }
val fullBox = { emptyBox with item = [ 1L ] }
val wrongBox = { fullBox with item = [ \"s\" ] }
val throughAlias = Boxed { item = [ 1L ]; tag = \"t\" }
val wrongParameter = number \"s\"
val wrongResult = text 5L
val aliasFits = lists [ 5L ]
val aliasDoesNotFit = lists [ \"s\" ]
val captured = (let a = 1L in let b = \"two\" in fun x -> (b, a, x))
val notABool = true && 5L
val decided = false && 5L
val unlike = 1L == \"a\"
val alike = [ 1L ] == [ 2L ]
val order = Builtin.dictSetOverridingDuplicates (Builtin.dictSetOverridingDuplicates (Dict { a = 1L }) \"\u{FFFD}\" 2L) \"\u{1F600}\" 3L
val unknownName = Nowhere.atAll
val divided = 1L / 0L
val reads = Builtin.environmentGet \"HOME\"
val needsWhatReads = [ reads ]
val called = (make 5L) 1L
val stored = make 5L
val callsStored = stored 1L
val endless = forever 1L
val doubled = grow 1L 60L
";

/// Each value as [`dval::show`] shows it, or why it is left.
const VALUES: &[(&str, &str)] = &[
    ("integer", "5L"),
    ("learned", "Maybe<Int64>.Just(5L)"),
    ("nothing", "Maybe<_>.Nothing()"),
    ("nested", "List<List<Int64>>[List<_>[]; List<Int64>[1L]]"),
    ("notOneType", "it fails in Darklang: a list or dict of several types"),
    // Only what is fully known is inferred, and a function's own variables hide the caller's.
    ("inferred", "lambda [] with 'a = Int64"),
    ("halfKnown", "lambda []"),
    ("halfWithin", "lambda []"),
    ("inherited", "lambda [] with 'b = String"),
    ("callersWin", "lambda [] with 'a = String"),
    ("shadowed", "\"s\""),
    ("ownParameters", "Maybe<String>.Just(\"s\")"),
    ("partial", "fn pair with 'a = Int64 given 5L"),
    ("record", "Named { items = List<Int64>[1L]; name = \"n\" }"),
    ("wrongField", "it fails in Darklang: a field of another type"),
    ("lacksField", "it fails in Darklang: a record that lacks a field"),
    ("emptyBox", "Box<_> { item = List<_>[]; tag = \"t\" }"),
    ("fullBox", "Box<Int64> { item = List<Int64>[1L]; tag = \"t\" }"),
    // As in Darklang: type arguments that are known already are not compared with the update.
    ("wrongBox", "Box<Int64> { item = List<String>[\"s\"]; tag = \"t\" }"),
    ("throughAlias", "Boxed=Box<Int64> { item = List<Int64>[1L]; tag = \"t\" }"),
    ("wrongParameter", "it fails in Darklang: an argument of another type"),
    ("wrongResult", "it fails in Darklang: a result of another type"),
    ("aliasFits", "1L"),
    ("aliasDoesNotFit", "it fails in Darklang: an argument of another type"),
    ("captured", "lambda [1 = 1L; 2 = \"two\"]"),
    ("notABool", "it fails in Darklang: `&&` or `||` of values that are no Bools"),
    ("decided", "false"),
    ("unlike", "it fails in Darklang: an equality of values of different types"),
    ("alike", "false"),
    ("order", "Dict<Int64>{ a = 1L; \u{1F600} = 3L; \u{FFFD} = 2L }"),
    ("unknownName", "it fails in Darklang: a name that means nothing"),
    ("divided", "it fails in Darklang: a division by zero"),
    ("reads", "it calls the built-in `environmentGet`, which darkc does not run"),
    ("needsWhatReads", "it calls the built-in `environmentGet`, which darkc does not run"),
    ("called", "5L"),
    ("stored", "lambda [1 = 5L] with 'a = Int64"),
    ("callsStored", "5L"),
    ("endless", "its calls are nested too deeply"),
    ("doubled", "it takes too many steps"),
];

#[test]
fn values_follow_darklangs_rules() {
    let tree = Tree::empty();
    tree.write("acme/test.dark", SOURCE.as_bytes());
    let run = tree.reload("store.db", &["--explain"]).expect_code(0);
    let store = compare::open(&tree.beside("store.db"));
    let shown = shown(&store, &run.stderr);
    let missing: Vec<_> = VALUES.iter().filter(|(name, _)| !shown.contains_key(*name)).collect();
    assert!(missing.is_empty(), "{missing:?} in {}", run.stderr);
    let other: Vec<String> = VALUES
        .iter()
        .filter(|(name, expected)| shown[*name] != *expected)
        .map(|(name, expected)| format!("{name}: {}\n  not {expected}", shown[*name]))
        .collect();
    assert!(other.is_empty(), "{}", other.join("\n"));
}

/// All values by name: what they are, or why they are left.
fn shown(store: &rusqlite::Connection, stderr: &str) -> BTreeMap<String, String> {
    let mut items = store.prepare("SELECT item_hash, name FROM locations WHERE unlisted_at IS NULL").unwrap();
    let items = items.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let names: BTreeMap<String, String> = items.map(|item| item.unwrap()).collect();
    let mut shown = BTreeMap::new();
    for (hash, (rt_dval, value_type)) in results(store) {
        if let (Some(rt_dval), Some(value_type)) = (rt_dval, value_type) {
            dval::show_type(&value_type, &names);
            shown.insert(names[&hash].clone(), dval::show(&rt_dval, &names));
        }
    }
    for line in stderr.lines() {
        if let Some((name, reason)) =
            line.strip_prefix("left to Darklang  value ").and_then(|line| line.split_once(": "))
        {
            let name = name.rsplit('.').next().unwrap_or(name);
            assert_eq!(shown.insert(name.to_owned(), reason.to_owned()), None);
        }
    }
    shown
}

#[test]
fn only_new_values_are_evaluated() {
    let tree = Tree::empty();
    let source = |constant: &str, doc: &str| {
        format!(
            "module Acme.Work\n\nlet add (x: Int64) : Int64 =\n  x + {constant}\n\n{doc}val one = 1L\n\n\
             val sum = add one\n\nval made = (fun x -> add x)\n\nval uses = made one\n"
        )
    };
    let work = |arguments: &[&str]| {
        let work = counters(&tree.reload("store.db", arguments).expect_code(0).stderr);
        (work["values evaluated"], work["values left to Darklang"])
    };
    let show = || {
        let store = compare::open(&tree.beside("store.db"));
        shown(&store, "")
    };
    tree.write("acme/work.dark", source("1L", "").as_bytes());
    assert_eq!(work(&["--stats"]), (4, 0));
    assert_eq!(show()["sum"], "2L");
    assert_eq!(work(&["--stats", "--full"]), (0, 0), "nothing lacks its result");
    tree.write("acme/work.dark", source("1L", "/// First\n").as_bytes());
    assert_eq!(work(&["--stats"]), (0, 0), "a description is in no result");
    // What depends on the function has another hash; what does not is not evaluated again.
    tree.write("acme/work.dark", source("2L", "/// First\n").as_bytes());
    assert_eq!(work(&["--stats"]), (3, 0));
    assert_eq!((show()["sum"].as_str(), show()["uses"].as_str()), ("3L", "3L"));
}

/// Darklang's runtime does not call what is deprecated as harmful on main.
#[test]
fn a_call_of_what_is_deprecated_as_harmful_fails() {
    const DEPRECATE: &str = "INSERT INTO deprecations (deprecation_id, branch_id, item_hash, item_kind, state, \
         annotation_blob) SELECT 'd', '89282547-e4e6-4986-bcb6-db74bc6a8c0f', item_hash, 'fn', 'deprecated', x'02' \
         FROM locations WHERE name = 'twice'";
    let tree = Tree::empty();
    let mut number = 0;
    let mut next = |sql: &str| {
        if !sql.is_empty() {
            compare::open(&tree.beside("store.db")).execute_batch(sql).expect("a deprecation");
        }
        number += 1;
        let source = format!(
            "module Acme.One\n\nlet twice (x: Int64) : Int64 = x + x\n\nlet around (x: Int64) : Int64 = twice x\n\n\
             val double = around {number}L\n"
        );
        tree.write("acme/one.dark", source.as_bytes());
        let run = tree.reload("store.db", &["--explain"]).expect_code(0);
        shown(&compare::open(&tree.beside("store.db")), &run.stderr)["double"].clone()
    };
    let refused = "it fails in Darklang: a call of a function that is deprecated as harmful";
    assert_eq!(next(""), "2L");
    assert_eq!(next(DEPRECATE), "4L", "obsolete is not harmful");
    assert_eq!(next("UPDATE deprecations SET annotation_blob = x'01'"), refused);
    assert_eq!(next("UPDATE deprecations SET state = 'undeprecated'"), "8L");
    assert_eq!(next("UPDATE deprecations SET state = 'deprecated', unlisted_at = datetime('now')"), "10L");
    assert_eq!(next("UPDATE deprecations SET unlisted_at = NULL, item_kind = 'value'"), "12L");
    assert_eq!(next("UPDATE deprecations SET item_kind = 'fn', annotation_blob = NULL"), "14L");
    assert_eq!(next("UPDATE deprecations SET annotation_blob = x'0100'"), refused);
}

#[test]
fn what_a_new_value_needs_is_read_from_the_store() {
    let tree = Tree::empty();
    let rest = "module Acme.Rest\n\ntype Pair = { a: Int64; b: List<Int64> }\n\n\
                let twice (x: Int64) : Int64 = x + x\n\nval one = 1L\n\nval adds = fun x -> x + one\n";
    tree.write("acme/rest.dark", rest.as_bytes());
    tree.write("acme/more.dark", b"module Acme.More\n\nval none = 0L\n");
    tree.reload("store.db", &[]).expect_code(0);
    let more = "module Acme.More\n\nval pair = Rest.Pair { a = Rest.twice Rest.one; b = [ Rest.adds 4L ] }\n";
    tree.write("acme/more.dark", more.as_bytes());
    let run = tree.reload("store.db", &["--stats"]).expect_code(0);
    let work = counters(&run.stderr);
    assert_eq!((work["values evaluated"], work["values left to Darklang"]), (1, 0));
    let store = compare::open(&tree.beside("store.db"));
    assert_eq!(shown(&store, "")["pair"], "Pair { a = 2L; b = List<Int64>[5L] }");
}

#[test]
fn a_result_that_is_lost_comes_back_with_a_full_comparison() {
    let tree = Tree::empty();
    tree.write(
        "acme/one.dark",
        b"module Acme.One\n\nval one = 1L\n\nval home = Builtin.environmentGet \"HOME\"\n",
    );
    tree.reload("store.db", &[]).expect_code(0);
    let store = compare::open(&tree.beside("store.db"));
    store.execute_batch("UPDATE package_values SET rt_dval = NULL, value_type = NULL").unwrap();
    let work = counters(&tree.reload("store.db", &["--full", "--stats"]).expect_code(0).stderr);
    assert_eq!((work["values evaluated"], work["values left to Darklang"], work["rows written"]), (1, 1, 1));
    assert_eq!(shown(&store, "")["one"], "1L");
    tree.reload("store.db", &["--verify"]).expect_code(0);
}

/// The result of a value that is a lambda holds node ids. They are those of its row, also after a reload with others.
#[test]
fn a_result_has_the_node_ids_of_its_row() {
    let tree = Tree::empty();
    tree.write("acme/one.dark", b"module Acme.One\n\nval one = 1L\n\nval add = fun x -> x + one\n");
    let load = |database: &str, options: &[&str]| {
        tree.reload(database, options).expect_code(0);
        results(&compare::open(&tree.beside(database)))
    };
    let zero = load("zero.db", &["--node-ids", "zero"]);
    let derived = load("derived.db", &[]);
    assert_ne!(zero, derived, "the lambda's ids are in its result");
    assert_eq!(load("derived.db", &["--node-ids", "zero"]), zero);
    assert_eq!(load("derived.db", &[]), derived);
}
