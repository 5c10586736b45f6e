//! The integration tests: one program, one file a claim.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "a test makes files, prints figures and fails by a panic"
)]

/// Trees, runs of `darkc`, and the tools that compare what it makes.
mod common;

/// Item hashes, verdicts and diagnostics equal Darklang's.
mod parity;
/// Verdicts, items, stores and edits of `conformance/` equal Darklang's; runs on every clone.
mod conformance;
/// Blobs, hashes and ops from trees read back out of Darklang's store.
mod stored_form;
/// The digests of the sources, in every sidecar and every store.
mod digests;
/// The whole package set through its sidecars: bytes that follow from sources alone, and damage is a miss.
mod sidecars;
/// Sidecars in a git repository.
mod git;
/// What can be asked about a program: `deps`, `explain` and `diff`.
mod questions;
/// What each command and option does, as scripts see it.
mod commands;
/// The options that every command takes, completions, manual pages and the version.
mod manners;
/// All that each command prints, word for word.
mod outputs;
/// How everything stands, on one screen.
mod status;
/// Whether all that darkc needs is there.
mod doctor;
/// What the next commit will hold, and the hook that judges it.
mod staged;
/// The editors' rules read what darkc writes.
mod editors;
/// What is said of sources: each place once, and the same one in every format.
mod diagnostics;
/// Names that mean nothing are reported, each with its place.
mod names;
/// What the documents say, where the source can tell.
mod documents;
/// Every edit and every commit of the history, loaded whole.
mod histories;
/// A reload fills the tables as Darklang's own loader does.
mod database;
/// Values are evaluated as Darklang evaluates them, once each.
mod evaluation;
/// Incremental equals fresh, over real edits.
mod incremental;
/// Incremental equals fresh, over random scripts and whatever others do meanwhile.
mod random_scripts;
/// What others did to a store is repaired.
mod repairs;
/// A store that people live in: their work stays, and what Darklang loaded is adopted.
mod at_home;
/// A reload that is killed leaves the old state or the new one.
mod crashes;
/// A power cut leaves a state that a reload has left.
mod power_loss;
/// Faults, kills and other actors at every call that reaches the disk.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod faults;
/// A first load never takes the place, or the log, of somebody else's store.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod publication;
/// Hostile bytes: of sources, sidecars, stores and checkouts.
mod hostile;
/// Reloads, builds and cleans that race with others.
mod races;
/// Where nothing can be written.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod read_only;
/// One call that fails, and the words for it.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod failing_calls;
/// What this user may not read or write.
#[cfg(unix)]
mod permissions;
/// Odd files, locked stores, full disks and closed pipes.
mod surroundings;
/// A store that was not touched is not opened; one that was is.
mod seal;
/// The file of hashes that F# code reads is in step with the store.
mod package_refs;
/// Built-ins that only the checkout has are found there.
mod builtins;
/// A Darklang that is new to darkc is proved equal or refused.
mod compatibility;
/// One edit costs one edit.
mod work;
/// How many system calls, syncs and pages a reload takes.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod system_calls;
/// The same bytes whatever the thread count and the order on disk.
mod determinism;
/// What the check of types reports, and what it does not.
mod check;
/// What changes is applied as it is saved.
mod watch;
/// The package set in `examples/` loads without a finding.
mod examples;
/// The rules that the source keeps.
mod tidy;
