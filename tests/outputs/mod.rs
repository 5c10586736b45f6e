//! All that each command prints, word for word: a line that changes is seen in review.
//!
//! `SNAPSHOTS=overwrite cargo test --test tests outputs` writes what the commands print now into these files.
//! Read the difference before you keep it.

mod questions;
mod stores;
mod usage;

use snapbox::assert_data_eq;
use snapbox::data::Inline;

use crate::common::{Tree, darkc_in};

const BED: &str = "\
module Garden.Bed

/// Litres a week
let water (beds: Int64) : Int64 =
  beds * 7L

let isEven (n: Int64) : Bool =
  if n == 0L then true else isOdd n

let isOdd (n: Int64) : Bool =
  if n == 0L then false else isEven n
";
const PATH: &str = "\
module Garden.Path

val width = 3L

let walk (beds: Int64) : Int64 =
  Bed.water beds
";
const BROKEN: &str = "module Garden.Path\n\nlet walk (beds: Int64) : Int64 =\n  Bed.water (beds\n";
const ILL_TYPED: &str = "module Garden.Path\n\nlet walk (beds: Int64) : Int64 =\n  Bed.water true\n";

fn garden() -> Tree {
    let tree = Tree::empty();
    tree.write("garden/bed.dark", BED.as_bytes());
    tree.write("garden/path.dark", PATH.as_bytes());
    tree
}

fn loaded() -> Tree {
    let tree = garden();
    darkc_in(tree.root(), &["reload"], &[]).expect_code(0);
    tree
}

/// Runs `darkc` beside the packages and compares its exit code and all that it prints.
#[track_caller]
fn prints(tree: &Tree, arguments: &[&str], code: i32, expected: Inline) {
    let run = darkc_in(tree.root(), arguments, &[]);
    let mut all = format!("exit code {}\n", run.code);
    for (name, text) in [("stdout", &run.stdout), ("stderr", &run.stderr)] {
        if !text.is_empty() {
            all += &format!("--- {name}\n{text}");
        }
    }
    assert_data_eq!(redacted(&all), expected);
    assert_eq!(run.code, code, "{arguments:?}");
}

/// The text without what differs from run to run: the milliseconds that a run took.
fn redacted(text: &str) -> String {
    let line = |line: &str| {
        let (rest, end) = line.rsplit_once(", ")?;
        let (number, after) = end.split_once(" ms")?;
        number.parse::<u64>().ok().map(|_| format!("{rest}, TIME{after}"))
    };
    text.lines().map(|text| line(text).unwrap_or_else(|| text.to_owned()) + "\n").collect()
}
