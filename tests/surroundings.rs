//! Odd files, locked stores, full disks and closed pipes: an exit code and words for each, and nothing lost.

use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::common::{Run, Tree, darkc, files_below, summary};

const STORE: &str = "store.db";
const A: &str = "garden/a.dark";
const B: &str = "garden/b.dark";
const C: &str = "garden/c.dark";

/// Three files, of which the last calls the other two.
fn sources() -> Tree {
    let tree = Tree::empty();
    tree.write(A, b"module Garden.A\n\nlet f (x: Int64) : Int64 =\n  x + 1L\n");
    tree.write(B, b"module Garden.B\n\nlet f (x: Int64) : Int64 =\n  x + 2L\n");
    tree.write(C, b"module Garden.C\n\nlet g (x: Int64) : Int64 =\n  Garden.A.f (Garden.B.f x)\n");
    tree
}

fn loaded() -> Tree {
    let tree = sources();
    tree.reload(STORE, &[]).expect_code(0);
    tree
}

/// Runs a command line of the shell in which `$DARKC`, `$PACKAGES` and `$DB` stand for what they say.
fn shell(tree: &Tree, script: &str) -> Run {
    let output = Command::new("sh")
        .args(["-c", script])
        .env("DARKC", env!("CARGO_BIN_EXE_darkc"))
        .env("PACKAGES", tree.packages())
        .env("DB", tree.beside(STORE))
        .env_remove("DARK_CONFIG_PACKAGES_SOURCE")
        .stdin(Stdio::null())
        .output()
        .expect("a shell");
    Run {
        code: output.status.code().unwrap_or_else(|| panic!("{script}: {}", output.status)),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn make_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo").success());
}

#[track_caller]
fn says(run: &Run, what: &str) {
    assert!(run.stderr.contains(what), "'{what}' is not in:\n{}", run.stderr);
}

/// What stands in the place of a sidecar, and whether a new one can take the place.
type Oddity = fn(&Path);

#[test]
fn a_sidecar_that_is_no_ordinary_file_is_a_miss_and_is_replaced() {
    let oddities: [(&str, Oddity); 12] = [
        ("a pipe", make_pipe),
        ("a link to a pipe", |path| {
            let pipe = path.with_extension("pipe");
            make_pipe(&pipe);
            symlink(pipe, path).expect("a link");
        }),
        ("a link to a device without end", |path| symlink("/dev/zero", path).expect("a link")),
        ("a link to a device without content", |path| symlink("/dev/null", path).expect("a link")),
        ("a device", |path| {
            // Devices can be made by root alone, and not everywhere.
            let made = Command::new("mknod").arg(path).args(["c", "1", "5"]).stderr(Stdio::null()).status();
            if !made.is_ok_and(|made| made.success()) {
                symlink("/dev/zero", path).expect("a link");
            }
        }),
        ("a socket", |path| drop(UnixListener::bind(path).expect("a socket"))),
        ("a hard link to the sidecar of another file", |path| {
            fs::hard_link(path.with_file_name("b.darkc"), path).expect("a link");
        }),
        ("a link to itself", |path| symlink(path, path).expect("a link")),
        ("a link to nothing", |path| symlink("nothing", path).expect("a link")),
        ("10 GB of nothing", |path| {
            File::create(path).and_then(|file| file.set_len(10 << 30)).expect("a sparse file");
        }),
        ("nothing", |path| drop(File::create(path).expect("a file"))),
        ("the sidecar of another file", |path| {
            fs::copy(path.with_file_name("b.darkc"), path).expect("a copy");
        }),
    ];
    for (what, make) in oddities {
        let tree = loaded();
        let sidecar = tree.packages().join("garden/a.darkc");
        let sound = fs::read(&sidecar).expect("a sidecar");
        fs::remove_file(&sidecar).expect("a sidecar");
        make(&sidecar);
        let started = Instant::now();
        let run = tree.reload("other.db", &["--explain"]).expect_code(0);
        assert!(started.elapsed() < Duration::from_secs(5), "{what}: {:?}", started.elapsed());
        let done = summary(&run.stderr);
        assert_eq!((done.hit, done.parsed), (2, 1), "{what}: {}", run.stderr);
        assert!(fs::read(&sidecar).expect("a sidecar") == sound, "{what} is replaced");
        assert!(fs::symlink_metadata(&sidecar).expect("a sidecar").is_file(), "{what}: not what it leads to");
        let run = tree.reload("third.db", &[]).expect_code(0);
        assert_eq!(summary(&run.stderr).hit, 3, "{what}");
    }
}

/// What stands in the database is not loaded again, so nobody misses the sidecars.
#[test]
fn a_reload_after_clean_writes_no_sidecar_and_a_build_writes_all() {
    let tree = loaded();
    tree.darkc("clean", &[]).expect_code(0);
    let run = tree.reload(STORE, &[]).expect_code(0);
    assert_eq!((summary(&run.stderr).hit, tree.sidecars().len()), (3, 0));
    tree.write(B, b"module Garden.B\n\nlet f (x: Int64) : Int64 =\n  x + 3L\n");
    tree.reload(STORE, &[]).expect_code(0);
    let written: Vec<String> = tree.sidecars().into_keys().collect();
    assert!(written.contains(&"garden/b.darkc".to_owned()), "{written:?}");
    tree.darkc("build", &[]).expect_code(0);
    assert_eq!(tree.sidecars().len(), 3);
}

#[test]
fn a_folder_in_the_place_of_a_sidecar_is_reported_in_one_line() {
    let tree = sources();
    for folder in ["garden/a.darkc", "garden/b.darkc"] {
        fs::create_dir(tree.packages().join(folder)).expect("a folder");
    }
    let run = tree.reload(STORE, &[]).expect_code(0);
    says(&run, "warning: 2 sidecars were not written; the first, of ");
    assert_eq!(run.stderr.lines().count(), 2, "{}", run.stderr);
    let run = tree.darkc("build", &[]).expect_code(1);
    says(&run, "a.dark: ");
    assert_eq!(run.stderr.lines().count(), 2, "{}", run.stderr);
}

#[test]
fn a_seal_that_is_no_ordinary_file_is_none() {
    let oddities: [(&str, Oddity); 3] = [
        ("a pipe", make_pipe),
        ("a device without end", |path| symlink("/dev/zero", path).expect("a link")),
        ("900 MB of nothing", |path| {
            File::create(path).and_then(|file| file.set_len(900 << 20)).expect("a sparse file");
        }),
    ];
    for (what, make) in oddities {
        let tree = loaded();
        make(&tree.beside("store.db-darkc"));
        let started = Instant::now();
        let run = tree.reload(STORE, &[]).expect_code(0);
        assert_eq!(summary(&run.stderr).hit, 3, "{what}");
        assert!(started.elapsed() < Duration::from_secs(3), "{what}: {:?}", started.elapsed());
    }
}

#[test]
fn a_name_that_is_not_text_is_reported_and_the_rest_is_checked() {
    let tree = loaded();
    let folder = tree.packages().join(std::ffi::OsStr::from_bytes(b"f\xFFlder"));
    fs::create_dir(&folder).expect("a folder");
    tree.write(B, b"module Garden.B\n\nlet f (x: Int64 : Int64 =\n  x\n");
    for command in ["reload", "build", "items"] {
        let run = match command {
            "reload" => tree.reload(STORE, &[]).expect_code(1),
            _ => tree.darkc(command, &[]).expect_code(1),
        };
        says(&run, "the name is not UTF-8; rename it");
        says(&run, "b.dark:3");
    }
    // What can be no source is nobody's business.
    fs::remove_dir(&folder).expect("the folder");
    fs::write(tree.packages().join(std::ffi::OsStr::from_bytes(b"n\xFFtes.txt")), "").expect("a file");
    tree.write(B, b"module Garden.B\n\nlet f (x: Int64) : Int64 =\n  x + 2L\n");
    tree.reload(STORE, &[]).expect_code(0);
}

#[test]
fn a_deleted_current_folder_matters_only_to_relative_paths() {
    let tree = sources();
    let gone = "mkdir \"$PACKAGES/../gone\" && cd \"$PACKAGES/../gone\" && rmdir ../gone && ";
    shell(&tree, &format!("{gone} exec \"$DARKC\" reload --packages \"$PACKAGES\" --db \"$DB\""))
        .expect_code(0);
    let run = shell(&tree, &format!("{gone} exec \"$DARKC\" reload --db \"$DB\"")).expect_code(2);
    says(&run, "the current directory cannot be found; give --packages DIR");
}

#[test]
fn what_sqlite_takes_for_more_than_a_name_is_no_database() {
    let tree = sources();
    let packages = tree.packages();
    let before = files_below(&tree.beside(""));
    for name in [":memory:", "file:x?mode=ro"] {
        let run = darkc(&["reload", "--packages", packages.to_str().expect("text"), "--db", name], &[])
            .expect_code(2);
        says(&run, "is no file's name");
    }
    assert_eq!(files_below(&tree.beside("")), before);
}

#[test]
fn a_folder_that_is_missing_is_not_made_for_a_slip() {
    let tree = sources();
    let run = tree.reload("nope/x.db", &[]).expect_code(2);
    says(&run, "the folder of the database ");
    assert!(!tree.beside("nope").exists());
    // The folder beside the packages is darkc's own choice.
    let run = shell(&tree, "cd \"$PACKAGES\" && exec \"$DARKC\" reload").expect_code(0);
    assert!(tree.beside("rundir/data.db").is_file(), "{}", run.stderr);
}

#[test]
fn a_backup_without_a_log_is_loaded_at_once() {
    let tree = loaded();
    let backup = tree.beside("backup.db");
    let store = Connection::open(tree.beside(STORE)).expect("a store");
    store.execute("VACUUM INTO ?1", [backup.to_str().expect("text")]).expect("a backup");
    tree.write(B, b"module Garden.B\n\nlet f (x: Int64) : Int64 =\n  x + 3L\n");
    let run = tree.reload("backup.db", &[]).expect_code(0);
    assert_eq!(summary(&run.stderr).changed, 2);
    let mode = "SELECT journal_mode FROM pragma_journal_mode";
    let mode: String = Connection::open(&backup)
        .and_then(|store| store.query_row(mode, [], |row| row.get(0)))
        .expect("a mode");
    assert_eq!(mode, "wal");
}

#[test]
fn a_link_to_nothing_is_called_one() {
    let tree = sources();
    symlink("nowhere/at-all.db", tree.beside(STORE)).expect("a link");
    let run = tree.reload(STORE, &[]).expect_code(2);
    says(&run, "is a link to nowhere/at-all.db, which is missing");
}

#[test]
fn names_that_a_terminal_would_obey_are_escaped() {
    let tree = Tree::empty();
    tree.write("garden/a\n\u{1B}[31m.dark", b"module Garden.A\n\nlet f (x: Int64 : Int64 =\n  x\n");
    let run = tree.darkc("build", &["--check"]).expect_code(1);
    assert!(!run.stderr.contains('\u{1B}') && !run.stdout.contains('\u{1B}'), "{}", run.stderr);
    says(&run, "a\\n\\u{1b}[31m.dark");
}

#[test]
fn files_with_odd_names_have_sidecars_like_others() {
    let long = "l".repeat(250 - ".dark".len());
    let names = [".dark".to_owned(), "..dark".to_owned(), "a.b.dark".to_owned(), format!("{long}.dark")];
    let tree = Tree::empty();
    for (at, name) in names.iter().enumerate() {
        let source = format!("module Garden.N{at}\n\nlet f (x: Int64) : Int64 =\n  x\n");
        tree.write(&format!("garden/{name}"), source.as_bytes());
    }
    tree.reload(STORE, &[]).expect_code(0);
    let run = tree.darkc("build", &["--check"]).expect_code(0);
    assert_eq!(run.stdout, "");
    assert_eq!(tree.sidecars().len(), names.len());
    // One byte more than a name may have.
    let longest = "l".repeat(255 - ".dark".len());
    tree.write(&format!("garden/{longest}.dark"), b"module Garden.L\n\nlet f (x: Int64) : Int64 =\n  x\n");
    let run = tree.reload(STORE, &[]).expect_code(0);
    says(&run, "warning: the sidecar of ");
    assert_eq!(run.stderr.lines().count(), 2, "{}", run.stderr);
}

#[test]
fn a_reader_that_goes_away_is_no_error_and_a_full_disk_is_one() {
    let tree = loaded();
    let items = "\"$DARKC\" items --packages \"$PACKAGES\"";
    shell(&tree, &format!("{items} | true")).expect_code(0);
    let run = shell(&tree, &format!("({items}; echo $? >&2) | head -c 1")).expect_code(0);
    says(&run, "0");
    shell(&tree, &format!("{items} >&-")).expect_code(0);
    let run = shell(&tree, &format!("{items} > /dev/full")).expect_code(2);
    says(&run, "error: cannot write to standard output: No space left on device");
    shell(&tree, "\"$DARKC\" reload --packages \"$PACKAGES\" --db \"$DB\" 2> /dev/full").expect_code(0);
    shell(&tree, "\"$DARKC\" reload --packages \"$PACKAGES\" --db \"$DB\" 2>&-").expect_code(0);
}

#[test]
fn limits_of_memory_and_of_file_sizes_are_reported() {
    for mebibytes in [300, 540, 600, 640, 700, 800, 890, 900, 1000, 1500, 2000] {
        let tree = sources();
        let kib = mebibytes * 1024;
        let run = shell(
            &tree,
            &format!("ulimit -v {kib} && exec \"$DARKC\" reload --packages \"$PACKAGES\" --db \"$DB\""),
        );
        match run.code {
            0 => assert!(tree.beside(STORE).is_file()),
            2 => says(&run, "the limit of address space is "),
            code => panic!("{mebibytes} MiB: {code} {}", run.stderr),
        }
        assert_eq!(run.code == 0, mebibytes >= 900, "{mebibytes} MiB: {}", run.stderr);
    }
    let tree = sources();
    let run = shell(&tree, "ulimit -f 8 && exec \"$DARKC\" reload --packages \"$PACKAGES\" --db \"$DB\"");
    assert_eq!(run.code, 2, "{}", run.stderr);
    says(&run, "(ulimit -f)");
    assert_eq!(fs::metadata(tree.beside(STORE)).map_or(0, |file| file.len()), 0);
    tree.reload(STORE, &[]).expect_code(0);
}

#[test]
fn a_moved_file_is_verified() {
    let tree = loaded();
    fs::rename(tree.packages().join(A), tree.packages().join("garden/z.dark")).expect("a move");
    tree.reload(STORE, &[]).expect_code(0);
    tree.reload(STORE, &["--verify"]).expect_code(0);
    let left: Vec<String> = tree.sidecars().into_keys().collect();
    assert_eq!(left, ["garden/b.darkc", "garden/c.darkc", "garden/z.darkc"], "no sidecar is left behind");
    fs::rename(tree.packages().join("garden"), tree.packages().join("yard")).expect("a move");
    tree.reload(STORE, &[]).expect_code(0);
    tree.reload(STORE, &["--verify"]).expect_code(0);
    tree.darkc("build", &["--check"]).expect_code(0);
}

#[test]
fn sidecars_without_a_source_are_removed_by_build_and_reload() {
    for command in ["build", "reload"] {
        let tree = loaded();
        fs::create_dir(tree.packages().join("empty")).expect("a folder");
        fs::copy(tree.packages().join("garden/a.darkc"), tree.packages().join("empty/old.darkc"))
            .expect("a copy");
        tree.write("garden/mine.darkc", b"not a sidecar");
        fs::write(tree.packages().join("garden/.a.darkc.a1B2c3.tmp"), "left by a killed run")
            .expect("a file");
        let held = File::create(tree.packages().join("garden/.b.darkc.a1B2c3.tmp")).expect("a file");
        held.lock().expect("a lock");
        match command {
            "build" => tree.darkc("build", &[]).expect_code(0),
            _ => tree.reload(STORE, &[]).expect_code(0),
        };
        let mut left = files_below(&tree.packages());
        left.retain(|path| !path.ends_with(".dark"));
        let expected = [
            "garden/.b.darkc.a1B2c3.tmp",
            "garden/a.darkc",
            "garden/b.darkc",
            "garden/c.darkc",
            "garden/mine.darkc",
        ];
        assert_eq!(left, expected, "{command}");
        tree.darkc("clean", &[]).expect_code(0);
        assert!(tree.packages().join("garden/.b.darkc.a1B2c3.tmp").exists(), "another run is at work on it");
    }
}

#[test]
fn a_load_that_removes_most_of_a_store_has_to_be_asked_for() {
    let tree = loaded();
    for path in [A, B, C] {
        tree.remove(path);
    }
    let before = fs::read(tree.beside(STORE)).expect("a store");
    let run = tree.reload(STORE, &[]).expect_code(2);
    says(&run, "would remove 3 of the 3 items in the database (1 of Garden.A, 1 of Garden.B, 1 of Garden.C)");
    says(&run, "--allow-removals");
    assert!(fs::read(tree.beside(STORE)).expect("a store") == before, "nothing is applied");
    tree.reload(STORE, &["--dry-run"]).expect_code(0);
    let run = tree.reload(STORE, &["--allow-removals"]).expect_code(0);
    assert_eq!(summary(&run.stderr).removed, 3);
}

#[test]
fn damage_that_only_sqlite_sees_and_rows_of_others_are_found_by_verify() {
    let tree = loaded();
    let store = Connection::open(tree.beside(STORE)).expect("a store");
    let foreign = "INSERT INTO package_dependencies (item_hash, depends_on_hash, depends_on_item_type) \
         SELECT item_hash, item_hash, 'fn' FROM locations WHERE modules = 'C' AND name = 'g'";
    assert_eq!(store.execute(foreign, []).expect("a row"), 1);
    drop(store);
    let run = tree.reload(STORE, &["--verify"]).expect_code(1);
    says(&run, "difference: ");
    tree.reload(STORE, &["--full"]).expect_code(0);
    tree.reload(STORE, &["--verify"]).expect_code(0);

    let store = Connection::open(tree.beside(STORE)).expect("a store");
    let place = "SELECT rootpage * (SELECT page_size FROM pragma_page_size) - 1 FROM sqlite_schema \
         WHERE name = 'idx_locations_commit_hash'";
    let place: u64 = store.query_row(place, [], |row| row.get(0)).expect("an index");
    drop(store);
    // The last byte of the index's first entry, which darkc itself never reads.
    let mut bytes = fs::read(tree.beside(STORE)).expect("a store");
    bytes[place as usize] ^= 1;
    fs::write(tree.beside(STORE), bytes).expect("a damaged store");
    let run = tree.reload(STORE, &["--verify"]).expect_code(1);
    says(&run, "difference: SQLite finds ");
}

/// The line is announced once, while the run still waits.
#[test]
fn a_reload_waits_for_another_one_and_says_for_whom() {
    let tree = loaded();
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(tree.beside("store.db-darkc-lock"))
        .expect("the lock's file");
    lock.lock().expect("a lock");
    let started = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a time");
    fs::write(tree.beside("store.db-darkc-lock"), format!("4711 {}\n", started.as_millis() - 12_300))
        .expect("the lock's file");

    tree.write(B, b"module Garden.B\n\nlet f (x: Int64) : Int64 =\n  x + 3L\n");
    let run = tree.reload(STORE, &["--lock-timeout", "0"]).expect_code(2);
    says(&run, "gave up waiting for another darkc (pid 4711, since 12 s)");
    let run = tree.reload(STORE, &["--lock-timeout", "1"]).expect_code(2);
    says(&run, "waiting for another darkc (pid 4711, since 12 s)\n");
    tree.reload(STORE, &["--dry-run"]).expect_code(0);

    let waits = std::thread::scope(|scope| {
        let waits = scope.spawn(|| tree.reload(STORE, &[]));
        std::thread::sleep(Duration::from_millis(600));
        lock.unlock().expect("the lock");
        waits.join().expect("a run")
    });
    assert_eq!(summary(&waits.expect_code(0).stderr).changed, 2);
}

#[test]
fn a_store_that_somebody_else_has_locked_is_waited_for() {
    let tree = loaded();
    tree.write(B, b"module Garden.B\n\nlet f (x: Int64) : Int64 =\n  x + 3L\n");
    let store = Connection::open(tree.beside(STORE)).expect("a store");
    store.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    let run = tree.reload(STORE, &["--lock-timeout", "1"]).expect_code(2);
    says(&run, "waiting for another process that has locked ");
    says(&run, &format!("(pid {}, since ", std::process::id()));
    let run = std::thread::scope(|scope| {
        let waits = scope.spawn(|| tree.reload(STORE, &[]));
        std::thread::sleep(Duration::from_millis(900));
        store.execute_batch("ROLLBACK").expect("the lock is given up");
        waits.join().expect("a run")
    });
    assert_eq!(summary(&run.expect_code(0).stderr).changed, 2);
}
