//! The lines that say how a run ended, and the amounts of work.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Report, Volume, line, plural, status};
use crate::commands::Mode;
use crate::commands::outcome::{BuildOutcome, CleanOutcome, Counts, InvalidSidecar, LeftOut, Miss, Outcome};

/// How many names that somebody else has bound are listed.
const NAMES_SHOWN: usize = 5;
/// How many uses of older versions are listed; the rest is for machines to read.
const USES_SHOWN: usize = 1;

impl Report {
    /// The last line of a reload.
    pub fn reload(&mut self, outcome: &Outcome, mode: Mode) {
        for note in &outcome.notes {
            line(&mut self.text, format_args!("{note}"));
        }
        if let Some(difference) = &outcome.difference {
            line(&mut self.text, format_args!("difference: {difference}"));
        }
        let (word, end) = reload_word(outcome, mode);
        self.left_out(outcome.left_out);
        let counts = reload_counts(&outcome.counts, outcome.timings.total());
        self.end(format_args!("{word}: {counts}{end}"));
    }

    /// How the users' own work relates to what changed.
    pub fn work_of_others(&mut self, outcome: &Outcome) {
        match outcome.overridden.as_slice() {
            [] => {}
            [name] => line(
                &mut self.text,
                format_args!("warning: {name} was left as it is, because a user has bound it on main"),
            ),
            names => line(
                &mut self.text,
                format_args!(
                    "warning: {} names were left as they are, because a user has bound them on main: {}",
                    names.len(),
                    first_of(names.iter().map(String::as_str), NAMES_SHOWN)
                ),
            ),
        }
        let items: BTreeSet<(&str, &str)> =
            outcome.older_uses.iter().map(|used| (&*used.branch, &*used.item)).collect();
        if items.is_empty() {
            return;
        }
        let use_one = if items.len() == 1 { "uses" } else { "use" };
        let items = plural(items.len(), "item");
        let uses = outcome.older_uses.iter().map(|used| format!("{} → {}", used.item, used.uses));
        let uses = first_of(uses, USES_SHOWN);
        let words = format_args!("{items} of yours {use_one} an older version of what changed: {uses}");
        line(&mut self.text, words);
    }

    /// The last line of a build.
    pub fn build(&mut self, outcome: &BuildOutcome, check: bool) {
        let word = match (check, outcome.failures.is_empty()) {
            (true, _) => "checked",
            (false, true) => "built",
            (false, false) => "not built",
        };
        let counts = if check {
            check_counts(outcome, outcome.timings.total())
        } else {
            build_counts(&outcome.counts, outcome.timings.total())
        };
        self.left_out(outcome.left_out);
        self.end(format_args!("{word}: {counts}"));
    }

    /// The command that mends what a check of sidecars or of the index found.
    pub fn how_to_mend(&mut self, outcome: &BuildOutcome, staged: bool) {
        let errors = !outcome.failures.is_empty();
        let mend = match (errors, outcome.has_invalid(), staged) {
            (true, _, true) => {
                "mend the errors and git add the files; `git commit --no-verify` skips this check"
            }
            (false, true, true) => "`darkc build --staged` makes and stages the sidecars",
            (_, true, false) => "`darkc build` brings the sidecars up to date",
            (true, false, false) | (false, false, _) => return,
        };
        line(&mut self.text, format_args!("to mend: {mend}"));
    }

    /// How many files are no sources for their names.
    fn left_out(&mut self, left_out: LeftOut) {
        if let Some(words) = status::left_out(left_out) {
            line(&mut self.text, format_args!("note: {words}"));
        }
    }

    /// The list that `--check` is for: what is not as it should be, with the path and why.
    pub fn invalid_sidecars(&mut self, outcome: &BuildOutcome) {
        for InvalidSidecar { path, miss, why } in &outcome.invalid {
            line(&mut self.data, format_args!("{miss}  {path}: {why}"));
        }
        for path in &outcome.orphans {
            line(&mut self.data, format_args!("orphan  {path}: its source is gone"));
        }
    }

    /// What was removed, listed where that is asked for, and what was left alone.
    pub fn clean(&mut self, outcome: &CleanOutcome, dry_run: bool) {
        if dry_run || self.volume == Volume::Verbose {
            for path in &outcome.removed {
                line(&mut self.data, format_args!("{path}"));
            }
        }
        for path in &outcome.spared {
            line(&mut self.text, format_args!("left alone: {path} is not a sidecar"));
        }
        let word = if dry_run { "would clean" } else { "cleaned" };
        let removed = plural(outcome.removed.len(), "file");
        self.end(format_args!("{word}: {removed} removed, {} left alone", outcome.spared.len()));
    }

    /// The last line of a listing that errors in the sources prevented.
    pub fn not_listed(&mut self, counts: &Counts) {
        let (files, failed) = (plural(counts.files, "file"), counts.files_failed);
        line(&mut self.text, format_args!("not listed: {files}, {failed} failed"));
    }

    /// The amounts of work as lines of `name: N`.
    pub fn stats(&mut self, counts: &Counts) {
        let amounts = [
            ("files hit", counts.files_hit),
            ("files parsed", counts.files_parsed),
            ("files failed", counts.files_failed),
            ("sidecars read", counts.sidecars_read),
            ("sidecars written", counts.sidecars_written),
            ("items linked", counts.items_linked),
            ("items hashed", counts.items_hashed),
            ("items compiled", counts.items_compiled),
            ("values evaluated", counts.values_evaluated),
            ("values left to Darklang", counts.values_left),
            ("bodies checked", counts.bodies_checked),
            ("findings", counts.findings),
            ("rows written", counts.rows_written),
            ("own rows written", counts.own_rows_written),
            ("statements prepared", counts.statements_prepared),
            ("built-in sources read", counts.builtin_sources_read),
            ("package refs changed", counts.package_refs_changed),
        ];
        for (name, amount) in amounts {
            line(&mut self.text, format_args!("{name}: {amount}"));
        }
    }
}

/// How a reload went, and what to add.
pub(super) fn reload_word(outcome: &Outcome, mode: Mode) -> (&'static str, &'static str) {
    let failed = !outcome.failures.is_empty();
    match (mode, failed || outcome.difference.is_some()) {
        (Mode::Apply | Mode::ApplyFull, false) => ("reloaded", ""),
        (Mode::DryRun | Mode::DryRunFull, false) => ("would reload", ""),
        (Mode::Verify, false) => ("verified", "; no difference"),
        (Mode::Apply | Mode::ApplyFull, true) => ("not reloaded", "; nothing was applied"),
        (Mode::DryRun | Mode::DryRunFull, true) => ("would not reload", "; nothing would be applied"),
        (Mode::Verify, true) => ("not verified", ""),
    }
}

/// Scripts read this line: its words and their order stay.
pub(super) fn reload_counts(counts: &Counts, time: Duration) -> String {
    format!(
        "{} ({} hit, {} parsed, {} failed), {} ({} added, {} changed, {} removed), {} ms",
        plural(counts.files, "file"),
        counts.files_hit,
        counts.files_parsed,
        counts.files_failed,
        plural(counts.items, "item"),
        counts.items_added,
        counts.items_changed,
        counts.items_removed,
        time.as_millis()
    )
}

pub(super) fn build_counts(counts: &Counts, time: Duration) -> String {
    let Counts { files, files_hit, sidecars_written, files_failed, .. } = counts;
    let (sidecars, time) = (plural(*files, "sidecar"), time.as_millis());
    format!("{sidecars} ({files_hit} fresh, {sidecars_written} written), {files_failed} failed, {time} ms")
}

fn check_counts(outcome: &BuildOutcome, time: Duration) -> String {
    let Counts { files, files_hit, files_failed, .. } = outcome.counts;
    let missing = outcome.invalid.iter().filter(|sidecar| sidecar.miss == Miss::Missing).count();
    let stale = outcome.invalid.len() - missing;
    let (orphans, time) = (outcome.orphans.len(), time.as_millis());
    if !outcome.judges_sidecars {
        let sources = plural(files, "source");
        return format!("{sources}, {files_failed} failed, {time} ms; git has no sidecars to compare");
    }
    format!(
        "{} ({files_hit} fresh, {missing} missing, {stale} stale, {orphans} orphaned), {files_failed} failed, {time} ms",
        plural(files, "sidecar")
    )
}

/// The first ones, with commas, and a mark where there are more.
fn first_of(names: impl ExactSizeIterator<Item = impl AsRef<str>>, shown: usize) -> String {
    let more = names.len() > shown;
    let mut text = names.take(shown).map(|name| name.as_ref().to_owned()).collect::<Vec<_>>().join(", ");
    if more {
        text.push_str(", …");
    }
    text
}
