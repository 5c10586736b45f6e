//! What `docs/questions.md` shows is what darkc prints.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::diff::{committed, edit};
use crate::common::Tree;

#[test]
fn the_document_shows_what_is_printed() {
    let tree = committed(Tree::examples());
    let folder = tree.packages().parent().expect("a folder").to_owned();
    let document = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/questions.md"));
    let document = document.expect("the document");
    let blocks: Vec<&str> = document.split("```console\n").skip(1).collect();
    assert_eq!(blocks.len(), 6);
    for block in blocks {
        let (typed, shown) = block.split_once("```").expect("an end").0.split_once('\n').expect("a command");
        let typed = typed.strip_prefix("$ darkc ").expect("a command");
        if typed.starts_with("diff") {
            edit(&tree, "darklang/stdlib/option.dark", &[("  | None\n", "  | None\n  | Maybe\n")]);
        }
        let output = Command::new(env!("CARGO_BIN_EXE_darkc"))
            .args(typed.split(' '))
            .current_dir(&folder)
            .env_remove("DARK_CONFIG_RUNDIR")
            .env_remove("DARK_CONFIG_DB_NAME")
            .output()
            .expect("darkc starts");
        let whole = folder.canonicalize().expect("a path");
        let printed = String::from_utf8(output.stdout).expect("UTF-8");
        let printed = printed.replace(&format!("{}/", whole.display()), "");
        assert_eq!(printed.trim_end(), shown.trim_end(), "darkc {typed}");
    }
}
