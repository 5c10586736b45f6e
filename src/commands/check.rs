//! `darkc check`: what is wrong with a package set, before anything runs; touches no database.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use darkc_cache_format::store;

use super::Failure;
use super::program::{Stage, ask};
use super::settings::Settings;
use crate::base::diagnostic::{Diagnostic, FileDiagnostics, merge};
use crate::base::timing::Timings;
use crate::check::Code;
use crate::discover;
use crate::incremental::{Counts, PackageSet};
use crate::link::diagnose::code as name_codes;
use crate::program::find;
use crate::program::lookup::ItemId;

/// What is to be checked, and which findings count.
#[derive(Clone, Debug, Default)]
pub struct Checks {
    /// Paths and names; none means everything.
    pub targets: Vec<String>,
    /// Codes that are left out.
    pub allow: Vec<String>,
    /// A list of accepted findings, made where it is missing.
    pub baseline: Option<PathBuf>,
}

#[derive(Debug, Default)]
pub struct CheckOutcome {
    /// Errors of the sources. Where there is one, nothing was checked.
    pub failures: Vec<FileDiagnostics>,
    /// What was found, file by file.
    pub findings: Vec<FileDiagnostics>,
    pub warnings: Vec<String>,
    /// Findings that the baseline accepts.
    pub accepted: usize,
    /// The baseline was missing and has been made.
    pub made_baseline: bool,
    pub counts: Counts,
    pub timings: Timings,
}

/// Checks a package set.
///
/// # Errors
/// What was typed means nothing, or a file cannot be read or written.
pub fn check(settings: &Settings, checks: &Checks) -> Result<CheckOutcome, Failure> {
    if let Some(code) = checks.allow.iter().find(|code| !is_code(code)) {
        return Err(unknown_code(code));
    }
    let answered = ask(settings, Stage::Linked, |set, timings| findings(set, checks, timings))?;
    let mut outcome = CheckOutcome {
        failures: answered.failures,
        findings: answered.answer.unwrap_or_default(),
        warnings: answered.warnings,
        counts: answered.counts,
        timings: answered.timings,
        ..CheckOutcome::default()
    };
    for file in &mut outcome.findings {
        file.diagnostics.retain(|diagnostic| !checks.allow.iter().any(|code| code == diagnostic.code));
    }
    if let Some(path) = checks.baseline.as_ref().filter(|_| outcome.failures.is_empty()) {
        apply_baseline(path, &mut outcome)?;
    }
    outcome.findings.retain(|file| !file.diagnostics.is_empty());
    Ok(outcome)
}

/// Whether findings can have this code.
pub fn is_code(code: &str) -> bool {
    name_codes::ALL.contains(&code) || Code::ALL.iter().any(|known| known.name() == code)
}

/// Whether a code is that of a name that means nothing: the codes that `--deny unresolved` means.
pub fn is_unresolved(code: &str) -> bool {
    name_codes::UNRESOLVED_NAMES.contains(&code)
}

pub fn unknown_code(code: &str) -> Failure {
    Failure::Unknown(format!("no finding has the code `{code}`; docs/check.md lists the codes"))
}

/// Returns what is wrong with types and names.
fn findings(
    set: &mut PackageSet,
    checks: &Checks,
    timings: &mut Timings,
) -> Result<Vec<FileDiagnostics>, Failure> {
    let due = match checks.targets.is_empty() {
        true => set.inventory.live().collect(),
        false => targets(set, &checks.targets)?,
    };
    let names = timings.time("names", || names(set, checks, &due))?;
    set.lookup.look_at_signatures();
    Ok(merge(timings.time("check", || set.check_types(due)), names))
}

/// Returns what is wrong with names: in the items that were asked for, or everywhere.
fn names(set: &mut PackageSet, checks: &Checks, due: &[ItemId]) -> Result<Vec<FileDiagnostics>, Failure> {
    let mut found = merge(set.duplicates(), set.unresolved_names(|_, _| true)?.files);
    if !checks.targets.is_empty() {
        let due: HashSet<&str> = due.iter().map(|id| set.inventory.name(*id)).collect();
        for file in &mut found {
            file.diagnostics.retain(|found| found.item.as_deref().is_some_and(|item| due.contains(item)));
        }
    }
    Ok(found)
}

/// Returns the items that were asked for, and those that mention one of them.
fn targets(set: &PackageSet, targets: &[String]) -> Result<Vec<ItemId>, Failure> {
    let mut wanted: HashSet<ItemId> = HashSet::new();
    for target in targets {
        let inside: Vec<ItemId> = set.inventory.live().filter(|id| is_in(set, *id, target)).collect();
        wanted.extend(match inside.is_empty() {
            true => {
                let named = find::find(&set.inventory, target).map_err(|error| {
                    Failure::Unknown(format!(
                        "{error}; there is no package file or folder of this path either"
                    ))
                })?;
                named.items(&set.inventory)
            }
            false => inside,
        });
    }
    let mentions = |id: &ItemId| {
        let fresh = set.fresh(*id);
        fresh.is_some_and(|fresh| fresh.dependencies.iter().any(|item| wanted.contains(item)))
    };
    Ok(set.inventory.live().filter(|id| wanted.contains(id) || mentions(id)).collect())
}

/// Whether an item is declared in the file of a path, or in a file below the folder of it.
fn is_in(set: &PackageSet, item: ItemId, path: &str) -> bool {
    let file = set.inventory.file(item);
    let path = Path::new(path.strip_prefix("./").unwrap_or(path));
    Path::new(&set.sources.shown_path(file)).starts_with(path)
        || Path::new(set.sources.path(file)).starts_with(path)
}

/// Takes the accepted findings out; where the file is missing, all are accepted and it is made.
fn apply_baseline(path: &Path, outcome: &mut CheckOutcome) -> Result<(), Failure> {
    let line = |diagnostic: &Diagnostic| {
        let item = diagnostic.item.as_deref().unwrap_or("");
        format!("{item}\t{}\t{}", diagnostic.code, diagnostic.message)
    };
    let text = match discover::read_file(path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let diagnostics = outcome.findings.iter().flat_map(|file| &file.diagnostics);
            let mut lines: Vec<String> = diagnostics.map(line).collect();
            lines.sort();
            let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
            store::write(path, text.as_bytes())
                .map_err(|error| Failure::NotWritten(path.to_owned(), error))?;
            outcome.made_baseline = true;
            text
        }
        Err(error) => return Err(Failure::Unreadable(path.to_owned(), error)),
    };
    // A finding that is accepted once is accepted once.
    let mut accepted: BTreeMap<&str, usize> = BTreeMap::new();
    for line in text.lines() {
        *accepted.entry(line).or_default() += 1;
    }
    let before = outcome.findings.iter().map(|file| file.diagnostics.len()).sum::<usize>();
    for file in &mut outcome.findings {
        file.diagnostics.retain(|diagnostic| match accepted.get_mut(line(diagnostic).as_str()) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        });
    }
    outcome.accepted = before - outcome.findings.iter().map(|file| file.diagnostics.len()).sum::<usize>();
    let gone: usize = accepted.values().sum();
    if gone > 0 {
        outcome.warnings.push(format!(
            "{gone} of the findings that {} accepts are gone; remove it and run this again to make it anew",
            path.display()
        ));
    }
    Ok(())
}
