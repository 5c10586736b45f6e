//! How sources, sidecars and database stand to each other: a screen, or one JSON object.

use serde::Serialize;

use super::{Report, json_line, line, plural, thousands};
use crate::commands::Reason;
use crate::commands::outcome::LeftOut;
use crate::commands::status::{
    ChangedFiles, Known, NextReload, RefsState, SidecarCounts, StatusOutcome, StoreFacts, StoreStatus,
};

/// How many names or paths a line lists.
const SHOWN: usize = 3;
/// Enough of a schema's hash to tell it.
const SHORT_SCHEMA: usize = 8;
/// The version of the JSON shape.
const VERSION: u32 = 1;

impl Report {
    /// One line a subject, the subject in front.
    pub fn status_text(&mut self, outcome: &StatusOutcome) {
        let mut say = |subject: &str, words: &str| {
            line(&mut self.data, format_args!("{:<11}{words}", format!("{subject}:")));
        };
        let sources = plural(outcome.sources, "source");
        let left_out = left_out(outcome.left_out).map(|words| format!("; {words}")).unwrap_or_default();
        say("packages", &format!("{} ({sources}{left_out})", outcome.packages.display()));
        let SidecarCounts { fresh, stale, missing, orphaned } = outcome.sidecars;
        let mend = if outcome.sidecars.are_fresh() { "" } else { "; `darkc build` brings them up to date" };
        say(
            "sidecars",
            &format!("{fresh} fresh, {stale} stale, {missing} missing, {orphaned} orphaned{mend}"),
        );
        let database = outcome.database.display();
        match &outcome.store {
            StoreStatus::Missing => say("store", &format!("{database}, which does not exist yet")),
            StoreStatus::Unusable(why) => say("store", why),
            StoreStatus::Found(facts) => {
                say("store", &format!("{database} ({})", bytes(facts.bytes)));
                store_lines(facts, &mut say);
            }
        }
        if let Some(refs) = &outcome.refs {
            say("refs file", &format!("{}: {}", refs.path, refs_words(&refs.state)));
        }
        for file in outcome.failures.iter().take(SHOWN) {
            let Some(first) = file.diagnostics.first() else { continue };
            say("error", &format!("{}:{}: {}", file.path, first.start.row + 1, first.message));
        }
        if outcome.failures.len() > SHOWN {
            let more = plural(outcome.failures.len() - SHOWN, "more file");
            say("error", &format!("{more} with errors; `darkc check` shows all"));
        }
        say("next", &next_words(&outcome.next, !outcome.failures.is_empty()));
    }

    /// One object (docs/json.md).
    pub fn status_json(&mut self, outcome: &StatusOutcome) {
        json_line(&mut self.data, &JsonStatus::of(outcome));
    }
}

fn store_lines(facts: &StoreFacts, say: &mut impl FnMut(&str, &str)) {
    let survey = &facts.survey;
    let known = match survey.known {
        Known::MadeFor => "which this darkc is made for",
        Known::Proved => "which darkc was proved equal to in this store",
        Known::New => "which is new to darkc",
    };
    let schema = survey.identity.schema.get(..SHORT_SCHEMA).unwrap_or(&survey.identity.schema);
    say("Darklang", &format!("Release {}, schema {schema}, {known}", survey.identity.release));
    let load = survey.last_load.as_ref().map(|load| format!("{} UTC ({})", load.time, load.message));
    let load = load.unwrap_or_else(|| "never".to_owned());
    say("items", &format!("{}; last loaded {load}", thousands(facts.items)));
    let commits = survey.later.iter().map(|later| {
        let commits = plural(later.commits, "commit");
        format!("{} ({commits} on {})", later.account, later.branch)
    });
    let work = survey.uncommitted.iter();
    let work = work.map(|work| format!("{} without a commit on {}", plural(work.ops, "op"), work.branch));
    say("written", &list(commits.chain(work), "nothing by others since then"));
    say("bound", &list_names(&survey.bound, "by users on main", "nothing by users on main"));
    say(
        "kept",
        &list_names(&survey.retained, "without a source, for others' work", "nothing for others' work"),
    );
    match facts.unresolved {
        None => {}
        Some(0) => say("names", "all mean something"),
        Some(1) => say("names", "1 use of a name means nothing; `darkc check` shows it"),
        Some(count) => {
            say(
                "names",
                &format!("{} uses of names mean nothing; `darkc check` shows them", thousands(count)),
            );
        }
    }
}

fn list(words: impl Iterator<Item = String>, none: &str) -> String {
    let words: Vec<String> = words.collect();
    if words.is_empty() { none.to_owned() } else { words.join(", ") }
}

fn list_names(names: &[String], what: &str, none: &str) -> String {
    match names {
        [] => none.to_owned(),
        names => format!("{} {what}: {}", plural(names.len(), "name"), first_of(names)),
    }
}

fn first_of(names: &[String]) -> String {
    let more = if names.len() > SHOWN { ", …" } else { "" };
    format!("{}{more}", names[..names.len().min(SHOWN)].join(", "))
}

/// `2 files and 1 folder with _ in their names are left out`.
pub(super) fn left_out(left_out: LeftOut) -> Option<String> {
    let LeftOut { files, folders } = left_out;
    let (files_said, folders_said) = (plural(files, "file"), plural(folders, "folder"));
    let what = match (files, folders) {
        (0, 0) => return None,
        (_, 0) => files_said,
        (0, _) => folders_said,
        (_, _) => format!("{files_said} and {folders_said}"),
    };
    Some(if files + folders == 1 {
        format!("{what} with `_` in its name is left out")
    } else {
        format!("{what} with `_` in their names are left out")
    })
}

fn refs_words(state: &RefsState) -> String {
    match state {
        RefsState::InStep => "in step with the store".to_owned(),
        RefsState::Missing => "missing; the next reload writes it".to_owned(),
        RefsState::Behind(first) => format!("not what the store says, first at {first}"),
        RefsState::Unknown => "there is no store to compare it with".to_owned(),
    }
}

fn next_words(next: &NextReload, has_errors: bool) -> String {
    let words = match next {
        NextReload::StoreIsSource => {
            return "nothing: DARK_CONFIG_PACKAGES_SOURCE is `seed`, so the store is its own source"
                .to_owned();
        }
        NextReload::Nothing => return "a reload has nothing to do".to_owned(),
        NextReload::WriteRefs => return "a reload writes the refs file".to_owned(),
        NextReload::Refused(why) => return format!("a reload is refused: {why}"),
        NextReload::CompareAll(reason) => {
            format!("a reload loads and compares everything: {}", reason_words(*reason))
        }
        NextReload::Load(files) => format!("a reload loads {}", changed_words(files)),
    };
    if has_errors { format!("{words}; it is kept from that by the errors above") } else { words }
}

fn changed_words(files: &ChangedFiles) -> String {
    let ChangedFiles { added, changed, removed, builtins } = files;
    let counted = [(changed, "changed"), (added, "added"), (removed, "removed")];
    let said = counted.iter().filter(|(files, _)| !files.is_empty());
    let mut said: Vec<String> = said
        .map(|(files, how)| format!("{} {how} ({})", plural(files.len(), "file"), first_of(files)))
        .collect();
    if !builtins.is_empty() {
        said.push(format!("what uses built-ins that came or went ({})", first_of(builtins)));
    }
    if said.is_empty() { "its files in another order".to_owned() } else { said.join(", ") }
}

fn reason_words(reason: Reason) -> &'static str {
    match reason {
        Reason::Asked => "it is asked to",
        Reason::NoStamp => "darkc has not loaded this store yet",
        Reason::OtherBuild => "another build of darkc loaded the store last",
        Reason::OtherNodeIds => "its node ids were made in another way",
        Reason::Touched => "somebody has changed what darkc loaded",
        Reason::Unreadable => "what darkc remembers in the store cannot be read",
    }
}

/// `12 MB`, in units of 1000.
pub(super) fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{} kB", count / 1_000),
        1_000_000..10_000_000_000 => format!("{} MB", count / 1_000_000),
        _ => format!("{} GB", count / 1_000_000_000),
    }
}

#[derive(Serialize)]
struct JsonStatus<'o> {
    version: u32,
    packages: String,
    sources: usize,
    left_out: JsonLeftOut,
    sidecars: JsonSidecars,
    store: JsonStore<'o>,
    refs: Option<JsonRefs<'o>>,
    errors: Vec<JsonError<'o>>,
    next: JsonNext<'o>,
    work: bool,
}

#[derive(Serialize)]
struct JsonLeftOut {
    files: usize,
    folders: usize,
}

#[derive(Serialize)]
struct JsonSidecars {
    fresh: usize,
    stale: usize,
    missing: usize,
    orphaned: usize,
}

#[derive(Serialize)]
struct JsonStore<'o> {
    path: String,
    state: &'static str,
    why: Option<&'o str>,
    #[serde(flatten)]
    facts: Option<JsonFacts<'o>>,
}

#[derive(Serialize)]
struct JsonFacts<'o> {
    bytes: u64,
    release: i64,
    schema: &'o str,
    known: &'static str,
    items: usize,
    unresolved: Option<usize>,
    last_load: Option<JsonLoad<'o>>,
    commits_since: Vec<JsonCommits<'o>>,
    uncommitted: Vec<JsonUncommitted<'o>>,
    bound_by_users: &'o [String],
    kept_for_others: &'o [String],
}

#[derive(Serialize)]
struct JsonLoad<'o> {
    time: &'o str,
    message: &'o str,
}

#[derive(Serialize)]
struct JsonCommits<'o> {
    account: &'o str,
    branch: &'o str,
    commits: usize,
}

#[derive(Serialize)]
struct JsonUncommitted<'o> {
    branch: &'o str,
    ops: usize,
}

#[derive(Serialize)]
struct JsonRefs<'o> {
    path: &'o str,
    state: &'static str,
    first: Option<&'o str>,
}

#[derive(Serialize)]
struct JsonError<'o> {
    path: &'o str,
    errors: usize,
}

#[derive(Default, Serialize)]
struct JsonNext<'o> {
    reload: &'static str,
    why: Option<&'o str>,
    changed: &'o [String],
    added: &'o [String],
    removed: &'o [String],
    builtins: &'o [String],
}

impl<'o> JsonStatus<'o> {
    fn of(outcome: &'o StatusOutcome) -> Self {
        let SidecarCounts { fresh, stale, missing, orphaned } = outcome.sidecars;
        let LeftOut { files, folders } = outcome.left_out;
        let errors = outcome.failures.iter();
        let refs = outcome.refs.as_ref().map(|refs| {
            let (state, first) = match &refs.state {
                RefsState::InStep => ("in-step", None),
                RefsState::Missing => ("missing", None),
                RefsState::Behind(first) => ("behind", Some(first.as_str())),
                RefsState::Unknown => ("unknown", None),
            };
            JsonRefs { path: &refs.path, state, first }
        });
        JsonStatus {
            version: VERSION,
            packages: outcome.packages.display().to_string(),
            sources: outcome.sources,
            left_out: JsonLeftOut { files, folders },
            sidecars: JsonSidecars { fresh, stale, missing, orphaned },
            store: JsonStore::of(outcome),
            refs,
            errors: errors
                .map(|file| JsonError { path: &file.path, errors: file.diagnostics.len() })
                .collect(),
            next: JsonNext::of(&outcome.next),
            work: outcome.has_work(),
        }
    }
}

impl<'o> JsonStore<'o> {
    fn of(outcome: &'o StatusOutcome) -> Self {
        let path = outcome.database.display().to_string();
        match &outcome.store {
            StoreStatus::Missing => JsonStore { path, state: "missing", why: None, facts: None },
            StoreStatus::Unusable(why) => JsonStore { path, state: "unusable", why: Some(why), facts: None },
            StoreStatus::Found(facts) => {
                JsonStore { path, state: "found", why: None, facts: Some(JsonFacts::of(facts)) }
            }
        }
    }
}

impl<'o> JsonFacts<'o> {
    fn of(facts: &'o StoreFacts) -> Self {
        let survey = &facts.survey;
        let commits = survey.later.iter();
        let work = survey.uncommitted.iter();
        JsonFacts {
            bytes: facts.bytes,
            release: survey.identity.release,
            schema: &survey.identity.schema,
            known: match survey.known {
                Known::MadeFor => "made-for",
                Known::Proved => "proved",
                Known::New => "new",
            },
            items: facts.items,
            unresolved: facts.unresolved,
            last_load: survey
                .last_load
                .as_ref()
                .map(|load| JsonLoad { time: &load.time, message: &load.message }),
            commits_since: commits
                .map(|one| JsonCommits { account: &one.account, branch: &one.branch, commits: one.commits })
                .collect(),
            uncommitted: work.map(|one| JsonUncommitted { branch: &one.branch, ops: one.ops }).collect(),
            bound_by_users: &survey.bound,
            kept_for_others: &survey.retained,
        }
    }
}

impl<'o> JsonNext<'o> {
    fn of(next: &'o NextReload) -> Self {
        let only = |reload| JsonNext { reload, ..JsonNext::default() };
        match next {
            NextReload::StoreIsSource => only("store-is-source"),
            NextReload::Nothing => only("nothing"),
            NextReload::WriteRefs => only("write-refs"),
            NextReload::CompareAll(reason) => {
                JsonNext { why: Some(reason_words(*reason)), ..only("compare-all") }
            }
            NextReload::Refused(why) => JsonNext { why: Some(why), ..only("refused") },
            NextReload::Load(ChangedFiles { added, changed, removed, builtins }) => {
                JsonNext { changed, added, removed, builtins, ..only("load") }
            }
        }
    }
}
