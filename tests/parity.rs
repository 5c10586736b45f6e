//! The items of the real package set, and the verdicts on small and on damaged files, equal Darklang's.

use std::fs;

use crate::common;
use crate::common::verdicts::{self, Verdict};

/// How many differing lines are shown.
const SHOWN: usize = 10;

#[test]
fn every_item_has_darklangs_hash() {
    let Some(oracle) = common::oracle() else { return };
    let tree = common::Tree::copy_of(&oracle.join("packages"));
    let expected = common::read_items(&oracle.join("items.tsv"));
    let run = tree.darkc("items", &[]).expect_code(0);
    let found = common::item_lines(&run.stdout);
    println!("{} of {} items", expected.intersection(&found).count(), expected.len());
    if let Some(difference) = common::items_differ(&expected, &found, SHOWN) {
        panic!("{difference}");
    }
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines.len(), expected.len(), "no line comes twice");
    let sorted = fs::read_to_string(oracle.join("items.tsv")).expect("items.tsv");
    assert_eq!(lines, sorted.lines().collect::<Vec<_>>(), "the lines come in the order of items.tsv");
}

#[test]
fn snippets_get_darklangs_verdict() {
    let Some(oracle) = common::oracle() else { return };
    let class = |name: &str| match name.as_bytes()[0] {
        b'd' => "declarations".to_owned(),
        _ => "expressions".to_owned(),
    };
    verdicts::check(&oracle.join("snippets"), "snippets", class);
}

#[test]
fn mutations_get_darklangs_verdict() {
    let Some(oracle) = common::oracle() else { return };
    // `0002-tab.dark` is damage of the class `tab`.
    let class = |name: &str| {
        let damage = name.split_once('-').map_or(name, |(_, damage)| damage);
        damage.trim_end_matches(".dark").to_owned()
    };
    verdicts::check(&oracle.join("mutations"), "mutations", class);
}

#[test]
fn the_verdicts_of_the_ground_truth_are_understood() {
    let Some(oracle) = common::oracle() else { return };
    for what in ["snippets", "mutations"] {
        let text = fs::read_to_string(oracle.join(what).join("verdicts.tsv")).expect("verdicts.tsv");
        for line in text.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            let verdict = Verdict::from_tsv(&fields[1..]);
            assert_eq!(verdict.verdict == "error", verdict.first().is_some(), "{line}");
            assert!(oracle.join(what).join("cases").join(fields[0]).is_file(), "{line}");
        }
    }
}
