//! Built-ins that only the checkout has are found there, and a new one links again what asked for it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::common::{self, Run, Tree};

const STORE: &str = "store.db";
const SOURCE: &str = "backend/src/Builtins/Garden/Libs/Water.fs";
const ASKS: &str = "module Acme.Base\n\nlet f (x: Int64) : Int64 =\n  Builtin.gardenWater x\n";
const LISTED: &str = "module Acme.Listed\n\nlet g (x: Int64) : Int64 =\n  Builtin.int64Add x x\n";
const DEFINES: &str = "let fns () =\n  [ { name = fn \"gardenWater\" 0\n      parameters = [] } ]\n";
const TABLE: &str = "fn\tgardenWater\t0\t1\n";

fn write(tree: &Tree, name: &str, bytes: impl AsRef<[u8]>) {
    let path = tree.beside(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    fs::write(path, bytes).expect("a writable folder");
}

fn asking() -> Tree {
    let tree = Tree::empty();
    tree.write("acme/base.dark", ASKS.as_bytes());
    tree.write("acme/listed.dark", LISTED.as_bytes());
    tree
}

fn reload(tree: &Tree, arguments: &[&str]) -> Run {
    tree.reload(STORE, &[&["--stats"], arguments].concat()).expect_code(0)
}

#[track_caller]
fn amount(run: &Run, name: &str) -> usize {
    let start = format!("{name}: ");
    let line = run
        .stderr
        .lines()
        .find_map(|line| line.strip_prefix(&start))
        .unwrap_or_else(|| panic!("{}", run.stderr));
    line.parse().expect("a number")
}

/// The hash of what asks for the built-in, in the store.
fn stored(tree: &Tree) -> String {
    let store = rusqlite::Connection::open(tree.beside(STORE)).expect("a store");
    store.query_row("SELECT item_hash FROM locations WHERE name = 'f'", [], |row| row.get(0)).expect("a name")
}

/// The same, of a load of everything.
fn fresh(tree: &Tree, arguments: &[&str]) -> String {
    let run = tree.darkc("items", arguments).expect_code(0);
    let items: BTreeSet<String> = common::item_lines(&run.stdout);
    let line = items.into_iter().find(|line| line.contains("\tAcme.Base.f\t")).expect("the item");
    line.rsplit('\t').next().expect("a hash").to_owned()
}

#[test]
fn a_built_in_that_begins_to_exist_links_what_asked_for_it() {
    let tree = asking();
    reload(&tree, &[]);
    let unknown = stored(&tree);
    write(&tree, SOURCE, DEFINES);
    let known = fresh(&tree, &[]);
    assert_ne!(known, unknown);

    let run = reload(&tree, &["--explain"]);
    assert_eq!((amount(&run, "items linked"), amount(&run, "files parsed")), (1, 0), "{}", run.stderr);
    assert_eq!(stored(&tree), known);
    assert!(
        run.stdout.contains("Builtin.gardenWater") || run.stderr.contains("Builtin.gardenWater"),
        "{}",
        run.stderr
    );
    tree.reload(STORE, &["--verify"]).expect_code(0);

    fs::remove_file(tree.beside(SOURCE)).expect("a source");
    assert_eq!(amount(&reload(&tree, &[]), "items linked"), 1);
    assert_eq!(stored(&tree), unknown);
}

#[test]
fn sources_are_read_when_something_asks_and_they_may_have_changed() {
    let tree = Tree::empty();
    tree.write("acme/listed.dark", LISTED.as_bytes());
    write(&tree, SOURCE, DEFINES);
    assert_eq!(amount(&reload(&tree, &["--no-check"]), "built-in sources read"), 0, "nothing asks");
    tree.write("acme/base.dark", ASKS.as_bytes());
    assert_eq!(amount(&reload(&tree, &[]), "built-in sources read"), 2, "the one, and that of tests");
    assert_eq!(stored(&tree), fresh(&tree, &[]));

    thread::sleep(Duration::from_millis(4_100));
    let read = amount(&reload(&tree, &[]), "built-in sources read");
    assert_eq!(read, 2, "the file had changed so lately that its times did not tell");
    for _ in 0..2 {
        let run = reload(&tree, &[]);
        assert_eq!((amount(&run, "built-in sources read"), amount(&run, "own rows written")), (0, 0));
    }
    tree.write("acme/more.dark", LISTED.replace("Listed", "More").as_bytes());
    assert_eq!(amount(&reload(&tree, &[]), "built-in sources read"), 0, "an edit that asks for nothing new");

    // Another built-in is none of anybody's business.
    write(&tree, "backend/src/Builtins/Other.fs", DEFINES.replace("Water", "Dig"));
    let run = reload(&tree, &[]);
    assert_eq!(
        (amount(&run, "built-in sources read"), amount(&run, "items linked"), amount(&run, "rows written")),
        (3, 0, 0)
    );

    // When nothing asks any more, nothing is looked at.
    tree.remove("acme/base.dark");
    reload(&tree, &[]);
    write(&tree, SOURCE, "");
    assert_eq!(amount(&reload(&tree, &[]), "built-in sources read"), 0);
}

/// Two of Darklang's own built-ins, with the types that these sources give to them.
fn sources_of_types(first: &str) -> String {
    let define = |name: &str, typ: &str| {
        format!(
            "{{ name = fn \"{name}\" 0\n      typeParams = []\n      parameters = [ Param.make \"a\" {typ} \"\"; \
             Param.make \"b\" TInt64 \"\" ]\n      returnType = TInt64 }}"
        )
    };
    format!("let fns () =\n  [ {}\n    {} ]\n", define("int64Add", first), define("int64Subtract", "TInt64"))
}

#[test]
fn types_that_the_checkout_gives_to_a_built_in_count() {
    let short = |tree: &Tree| tree.darkc("check", &["--format", "short"]).expect_code(0).stdout;
    let wrong = "warning[TYPE-ARGUMENT]: argument 1 of Builtin.int64Add: wanted String, found Int64";
    let tree = Tree::empty();
    tree.write("acme/listed.dark", LISTED.as_bytes());
    let run = reload(&tree, &[]);
    assert_eq!((amount(&run, "bodies checked"), amount(&run, "findings")), (1, 0));
    assert_eq!(short(&tree), "");

    write(&tree, SOURCE, sources_of_types("TString"));
    assert!(short(&tree).contains(wrong), "{}", short(&tree));
    let run = reload(&tree, &[]);
    assert_eq!(
        (amount(&run, "bodies checked"), amount(&run, "built-in sources read")),
        (0, 0),
        "nothing changed"
    );
    tree.write("acme/other.dark", b"module Acme.Other\n\nlet h (x: Int64) : Int64 =\n  x\n");
    let run = reload(&tree, &[]);
    assert_eq!(
        (amount(&run, "bodies checked"), amount(&run, "built-in sources read")),
        (1, 0),
        "it mentions none"
    );

    // The first body that mentions a built-in has the sources read; those that mention one of other types are due.
    let other = "module Acme.Other\n\nlet h (x: Int64) : Int64 =\n  Builtin.int64Subtract x x\n";
    tree.write("acme/other.dark", other.as_bytes());
    let run = reload(&tree, &[]);
    assert_eq!((amount(&run, "bodies checked"), amount(&run, "findings")), (2, 1), "{}", run.stderr);
    assert!(run.stderr.contains(wrong), "{}", run.stderr);
    assert_eq!(amount(&run, "built-in sources read"), 2);
    let run = reload(&tree, &[]);
    assert!(run.stderr.contains("warning: 1 finding elsewhere: darkc check lists it"), "{}", run.stderr);

    write(&tree, SOURCE, sources_of_types("TInt64"));
    tree.write("acme/other.dark", other.replace("x x", "x 1L").as_bytes());
    let run = reload(&tree, &[]);
    assert_eq!((amount(&run, "bodies checked"), amount(&run, "findings")), (2, 0), "{}", run.stderr);
    assert_eq!(short(&tree), "");
    tree.reload(STORE, &["--verify"]).expect_code(0);

    // A table says the types as well.
    let rows = "fn\tint64Add\t0\t\tString; Int64\tInt64\n";
    assert!(
        tree.darkc("check", &["--format", "short", "--builtins", table(&tree, rows)]).stdout.contains(wrong)
    );
}

#[test]
fn a_table_replaces_a_checkout() {
    let tree = asking();
    write(&tree, "more.tsv", TABLE);
    let path = tree.beside("more.tsv");
    let option = ["--builtins", path.to_str().expect("a UTF-8 path")];
    reload(&tree, &option);
    assert_eq!(stored(&tree), fresh(&tree, &option));
    assert_ne!(stored(&tree), fresh(&tree, &[]));
    // Without the table the built-in is gone.
    reload(&tree, &[]);
    assert_eq!(stored(&tree), fresh(&tree, &[]));
    write(&tree, SOURCE, DEFINES);
    reload(&tree, &[]);
    assert_eq!(stored(&tree), fresh(&tree, &option));
}

#[test]
fn a_version_counts() {
    let tree = asking();
    write(&tree, SOURCE, DEFINES.replace("gardenWater\" 0", "gardenWater\" 1"));
    reload(&tree, &[]);
    let without = stored(&tree);
    write(&tree, SOURCE, DEFINES);
    reload(&tree, &[]);
    assert_ne!(stored(&tree), without);
    tree.write("acme/base.dark", ASKS.replace("gardenWater", "gardenWater_v1").as_bytes());
    reload(&tree, &[]);
    assert_eq!(stored(&tree), fresh(&tree, &[]));
}

#[test]
fn what_the_list_has_and_the_checkout_has_not_is_a_warning() {
    let tree = asking();
    write(&tree, SOURCE, DEFINES);
    write(&tree, "backend/tests/TestUtils/LibTest.fs", "value \"testNan\" 0\nfn \"int64Add\" 0\n");
    let run = reload(&tree, &["--full"]);
    assert!(
        run.stderr.contains("warning: 737 built-ins that darkc knows are not in this checkout: "),
        "{}",
        run.stderr
    );
}

#[test]
fn bad_files_are_a_warning() {
    let huge =
        |path: &Path| fs::File::create(path).and_then(|file| file.set_len(1 << 30)).expect("a sparse file");
    let tree = asking();
    write(&tree, SOURCE, DEFINES);
    let folder = tree.beside("backend/src/Builtins");
    fs::write(folder.join("Bytes.fs"), b"\xff\xfe fn \"\xff\" 0 (* \"").expect("a file");
    huge(&folder.join("Huge.fs"));
    std::os::unix::fs::symlink("nowhere", folder.join("Gone.fs")).expect("a link");
    std::os::unix::fs::symlink("..", folder.join("Loop.fs")).expect("a link");
    let run = reload(&tree, &[]);
    assert_eq!(stored(&tree), fresh(&tree, &["--builtins", table(&tree, TABLE)]));
    assert!(
        run.stderr.contains("Huge.fs cannot be read, so its built-ins are unknown: it is larger"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("Loop.fs cannot be read"), "{}", run.stderr);

    let tree = asking();
    let run = reload(&tree, &["--builtins", "/no/such/table.tsv"]);
    assert!(run.stderr.contains("there is no such table of built-ins"), "{}", run.stderr);
    let run = reload(&tree, &["--builtins", table(&tree, "fn\tgardenWater\t0\nnonsense\n\u{0}\n")]);
    assert!(run.stderr.contains("lines that are no built-in are left out (2 of them)"), "{}", run.stderr);
    assert_eq!(stored(&tree), fresh(&tree, &["--builtins", table(&tree, TABLE)]));
}

/// The path of a table with this text.
fn table(tree: &Tree, text: &str) -> &'static str {
    write(tree, "table.tsv", text);
    tree.beside("table.tsv").to_str().expect("a UTF-8 path").to_owned().leak()
}
