//! What the check of types reports, and what it does not.

/// Darklang's own expressions, the real package set, and small changes of it.
mod ground_truth;
/// `darkc check` as scripts see it, and what a reload says of an edit.
mod commands;
/// Where findings point.
mod places;
/// What must not change the findings of whole package sets.
mod properties;
/// Every rule, both ways.
mod rules;
/// What must not change the findings, and what must not take for ever.
mod robust;

use std::collections::BTreeMap;
use std::path::Path;

use bumpalo::Bump;
use darkc::internals::base::location::ItemKind;
use darkc::internals::base::parallel;
use darkc::internals::check::{self, Finding, Signatures, Whole};
use darkc::internals::link;
use darkc::internals::load::{self, Content, FileContent};
use darkc::internals::program::inventory::{FileDeclarations, Inventory};
use darkc::internals::program::lookup::ItemId;
use darkc::internals::state::Remembered;
use darkc_cache_format::model::UnlinkedFile;

use crate::common::files_below;

/// What the check says of a package set.
#[derive(Debug, Default)]
struct Findings {
    /// By item, in order of name.
    by_item: BTreeMap<String, Vec<Finding>>,
    functions: usize,
    compared: u64,
    unknown: u64,
    /// What the check itself took.
    took: std::time::Duration,
}

impl Findings {
    /// `Item CODE message`, one a finding.
    fn lines(&self) -> Vec<String> {
        let lines = self.by_item.iter().flat_map(|(item, findings)| {
            findings.iter().map(move |finding| format!("{item} {} {}", finding.code.name(), finding.message))
        });
        lines.collect()
    }
}

const THREADS: usize = 2;

/// Makes another file of a parsed one.
type Change = for<'a> fn(&'a Bump, UnlinkedFile<'a>) -> UnlinkedFile<'a>;

/// Checks a package set given as texts; none of them may have errors.
fn check_texts<'t>(texts: impl IntoIterator<Item = &'t str>) -> Findings {
    check_changed(texts, |_, file| file)
}

/// As [`check_texts`], with each file changed once it is parsed.
fn check_changed<'t>(texts: impl IntoIterator<Item = &'t str>, change: Change) -> Findings {
    let texts: Vec<&str> = texts.into_iter().collect();
    on_changed_program(&texts, change, |program, inventory, live| {
        let signatures = Signatures::compiled_in();
        let start = std::time::Instant::now();
        let checked = check::check(program, signatures, live, THREADS);
        let mut findings = Findings { took: start.elapsed(), ..Findings::default() };
        for (id, checked) in live.iter().zip(checked) {
            findings.functions += usize::from(inventory.kind(*id) == ItemKind::Fn);
            findings.compared += u64::from(checked.compared);
            findings.unknown += u64::from(checked.unknown);
            if !checked.findings.is_empty() {
                findings.by_item.insert(inventory.name(*id).to_owned(), checked.findings);
            }
        }
        findings
    })
}

/// Parses and links texts without errors, and hands over the program and its live items.
fn on_program<T: Send>(
    texts: &[&str],
    work: impl FnOnce(&Whole<'_>, &Inventory, &[ItemId]) -> T + Send,
) -> T {
    on_changed_program(texts, |_, file| file, work)
}

fn on_changed_program<T: Send>(
    texts: &[&str],
    change: Change,
    work: impl FnOnce(&Whole<'_>, &Inventory, &[ItemId]) -> T + Send,
) -> T {
    parallel::on_large_stack(|| {
        let files = texts.iter().map(|text| {
            let content = FileContent::new(|memory| {
                let file = change(memory.arena(), load::parse(text, memory.arena())?);
                Ok(Content { file, code_fingerprints: &[] })
            });
            let content = content.unwrap_or_else(|failure| panic!("{failure:?} in {text}"));
            FileDeclarations { before: None, content: Some(content.into()) }
        });
        let inventory = Inventory::new(Remembered::default(), files);
        let live: Vec<_> = inventory.live().collect();
        let linked = link::link(&inventory, &inventory, &link::Builtins::default(), &live, THREADS);
        work(&Whole::new(&inventory, &linked), &inventory, &live)
    })
    .expect("a thread")
}

/// The texts of all package files below a folder that Darklang loads, by path.
fn package_texts(folder: &Path) -> BTreeMap<String, String> {
    let paths = files_below(folder).into_iter().filter(|path| path.ends_with(".dark") && !path.contains('_'));
    paths
        .map(|path| {
            let text = std::fs::read_to_string(folder.join(&path)).expect("a readable source");
            (path, text)
        })
        .collect()
}
