//! An edit of the package set as the ground truth records it, applied to a tree and taken back.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::Tree;

/// How many differing lines of an edit are shown.
const SHOWN: usize = 6;

pub struct Edit {
    pub name: String,
    pub delete: Vec<String>,
    pub write: Vec<(String, Vec<u8>)>,
    pub expect: Expect,
}

/// What a full load of the edited set gives.
pub enum Expect {
    /// Lines of `items.tsv`, each after its `-` or `+`.
    Items { vanish: Vec<String>, appear: Vec<String> },
    /// The load fails with this message.
    Error(String),
}

/// What an edit replaced: a path and its former bytes, if it had any.
pub struct Undo(Vec<(String, Option<Vec<u8>>)>);

impl Edit {
    pub fn read(folder: &Path) -> Edit {
        let text = fs::read_to_string(folder.join("edit.json")).expect("edit.json");
        let json: serde_json::Value = serde_json::from_str(&text).expect("edit.json is JSON");
        let paths = |key: &str| -> Vec<String> {
            let list =
                json[key].as_array().unwrap_or_else(|| panic!("no list {key} in {}", folder.display()));
            list.iter().map(|path| path.as_str().expect("a path").to_owned()).collect()
        };
        let contents = |path: String| {
            let bytes = fs::read(folder.join("files").join(&path)).expect("the new contents of a file");
            (path, bytes)
        };
        Edit {
            name: folder.file_name().and_then(|name| name.to_str()).expect("a name").to_owned(),
            delete: paths("delete"),
            write: paths("write").into_iter().map(contents).collect(),
            expect: Expect::read(folder),
        }
    }

    /// Every edit below a folder, in order of name.
    pub fn all(folder: &Path) -> Vec<Edit> {
        let mut folders: Vec<PathBuf> = fs::read_dir(folder)
            .expect("a folder of edits")
            .map(|entry| entry.expect("a folder entry").path())
            .filter(|path| path.join("edit.json").is_file())
            .collect();
        folders.sort();
        folders.iter().map(|folder| Edit::read(folder)).collect()
    }

    pub fn apply(&self, tree: &Tree) -> Undo {
        let touched: BTreeSet<&String> =
            self.delete.iter().chain(self.write.iter().map(|(path, _)| path)).collect();
        let undo = Undo(touched.into_iter().map(|path| (path.clone(), tree.read(path))).collect());
        self.delete.iter().for_each(|path| tree.remove(path));
        self.write.iter().for_each(|(path, bytes)| tree.write(path, bytes));
        undo
    }

    /// The items after the edit; `None` where the load fails.
    pub fn expected_items(&self, before: &BTreeSet<String>) -> Option<BTreeSet<String>> {
        let Expect::Items { vanish, appear } = &self.expect else { return None };
        let mut items = before.clone();
        for line in vanish {
            assert!(items.remove(line), "{} takes away what was not there: {line}", self.name);
        }
        items.extend(appear.iter().cloned());
        Some(items)
    }

    /// Lists the items of the edited tree; returns how they differ from what Darklang made of it. `before` are the
    /// items before the edit.
    pub fn check_items(&self, tree: &Tree, before: &BTreeSet<String>) -> Option<String> {
        let run = tree.darkc("items", &[]);
        match (&self.expect, self.expected_items(before)) {
            (Expect::Error(message), _) => (run.code != 1).then(|| {
                format!("{}: exit code {} where Darklang says {message}\n{}", self.name, run.code, run.stderr)
            }),
            (_, None) => None,
            (_, Some(_)) if run.code != 0 => {
                Some(format!("{}: exit code {}\n{}", self.name, run.code, run.stderr))
            }
            (_, Some(expected)) => {
                let found = super::item_lines(&run.stdout);
                super::items_differ(&expected, &found, SHOWN).map(|lines| format!("{}: {lines}", self.name))
            }
        }
    }
}

impl Expect {
    fn read(folder: &Path) -> Expect {
        if let Ok(message) = fs::read_to_string(folder.join("expect-error.txt")) {
            return Expect::Error(message);
        }
        let text = fs::read_to_string(folder.join("expect.tsv")).expect("expect.tsv");
        let marked = |mark: &str| -> Vec<String> {
            text.lines().filter_map(|line| line.strip_prefix(mark)).map(str::to_owned).collect()
        };
        Expect::Items { vanish: marked("-\t"), appear: marked("+\t") }
    }
}

impl Undo {
    pub fn undo(self, tree: &Tree) {
        for (path, bytes) in self.0 {
            match bytes {
                Some(bytes) => tree.write(&path, &bytes),
                None => tree.remove(&path),
            }
        }
    }
}

#[test]
fn an_edit_can_be_taken_back() {
    let tree = Tree::empty();
    tree.write("a.dark", b"old");
    tree.write("b/c.dark", b"moved");
    let edit = Edit {
        name: "edit".to_owned(),
        delete: vec!["b/c.dark".to_owned()],
        write: vec![("a.dark".to_owned(), b"new".to_vec()), ("d/e.dark".to_owned(), b"moved".to_vec())],
        expect: Expect::Error(String::new()),
    };
    let undo = edit.apply(&tree);
    assert_eq!(super::files_below(&tree.packages()), ["a.dark", "d/e.dark"]);
    assert_eq!(tree.read("a.dark").as_deref(), Some(&b"new"[..]));
    undo.undo(&tree);
    assert_eq!(super::files_below(&tree.packages()), ["a.dark", "b/c.dark"]);
    assert_eq!(tree.read("a.dark").as_deref(), Some(&b"old"[..]));
}
