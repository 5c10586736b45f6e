//! `darkc reload`: makes the database say what the sources say, in the ten steps of ARCHITECTURE.md.

use std::collections::HashSet;

use super::outcome::Outcome;
use super::patience::Patience;
use super::settings::{Mode, NodeIdMode, Settings};
use super::{Failure, Wait, changes as told, load_options, unless_passing};
use crate::base::hash::{ContentHash, Fingerprint};
use crate::base::parallel::{self, HandOver};
use crate::db::{Database, Millis, NewState, sealed_items};
use crate::diff::{Plan, changes, full};
use crate::discover::{self, Found};
use crate::incremental::affected::affected;
use crate::incremental::basis::Basis;
use crate::incremental::package_set::PackageSet;
use crate::incremental::planning::{self, Stored};
use crate::incremental::remembered::next_files;
use crate::incremental::sources::Sources;
use crate::incremental::values;
use crate::program::world::ItemId;
use crate::state::{NextFile, Remembered, Stamp};

/// Of all that decides what a state means: another digest may hash or compile otherwise, so everything is
/// rebuilt and compared.
const STATE_DIGEST: Fingerprint = Fingerprint(include!(concat!(env!("OUT_DIR"), "/state_digest.rs")));

/// As [`reload_announcing`], waiting in silence.
pub fn reload(settings: &Settings, remembered: Remembered) -> Result<(Outcome, Remembered), Failure> {
    reload_announcing(settings, remembered, &mut |_| {})
}

/// Makes the database say what the sources say. A process that reloads again passes what it got back, so that
/// nothing but the stamp is read from a store that nobody else has changed; the first time that is an empty value.
///
/// Other reloads of the same database are waited for, and a run under which something changed is started over;
/// `announce` is told of a wait that takes long.
///
/// # Errors
/// Why the run did not finish. Errors in the sources are part of the outcome; nothing was applied then.
pub fn reload_announcing(
    settings: &Settings,
    mut remembered: Remembered,
    announce: &mut dyn FnMut(&Wait),
) -> Result<(Outcome, Remembered), Failure> {
    let mut lock = None;
    Patience::new(settings.lock_timeout, announce).until_done(|patience| {
        loop {
            let (run, found, sealed) = Run::start(settings)?;
            if let Some(items) = sealed {
                let outcome = run.outcome.unchanged(found.sources, items, settings.explain);
                return Ok((outcome, std::mem::take(&mut remembered)));
            }
            if lock.is_none() && settings.mode.writes() {
                let waited;
                (lock, waited) = patience.lock(&settings.database)?;
                if waited {
                    // The other one has most likely done the work.
                    continue;
                }
            }
            return run.finish(found, std::mem::take(&mut remembered));
        }
    })
}

struct Run<'s> {
    settings: &'s Settings,
    /// What the store shall stand at; how many items there are is to be found out.
    goal: Stamp,
    outcome: Outcome,
}

/// A run of which only the writing is left, and what to write, if anything.
type Prepared = Result<(Database, Outcome, Option<(Plan, NewState)>), Failure>;

impl<'s> Run<'s> {
    /// Looks at the sources, and at the database from outside: where a seal tells that there is nothing to do, how many
    /// items it has is known.
    fn start(settings: &'s Settings) -> Result<(Self, Found, Option<usize>), Failure> {
        let mut outcome = Outcome::default();
        // 1. Discover: find and hash the sources.
        let found =
            outcome.timings.time("discover", || discover::find(&settings.packages, settings.threads))?;
        if settings.mode.writes() {
            discover::remove(&settings.packages, &found.residue);
        }
        let zero_ids = settings.node_ids == NodeIdMode::Zero;
        let sources = found.digest();
        let goal = Stamp { tool: STATE_DIGEST, sources, untouched: true, zero_ids, items: 0 };
        let sealed = || sealed_items(&settings.database, &goal);
        let sealed = if settings.mode.is_full() { None } else { outcome.timings.time("seal", sealed) };
        Ok((Run { settings, goal, outcome }, found, sealed))
    }

    /// Opens the database and does what there is to do.
    fn finish(mut self, found: Found, remembered: Remembered) -> Result<(Outcome, Remembered), Failure> {
        let Settings { database: path, mode, .. } = self.settings;
        let timings = &mut self.outcome.timings;
        let mut database = timings.time("open", || match mode.writes() {
            true => Database::open_in(path, self.settings.make_folder),
            false => Database::open_read_only(path),
        })?;
        // 2. Decide how much of the last reload's result counts.
        let (before, trusted) =
            match Basis::decide(&mut database, &self.goal, mode.is_full(), remembered, timings)? {
                Basis::Unchanged(stamp, remembered) => {
                    if mode.writes() {
                        timings.time("close", || database.seal(&stamp));
                    } else {
                        database.close()?;
                    }
                    let explain = self.settings.explain;
                    return Ok((self.outcome.unchanged(found.sources, stamp.items, explain), remembered));
                }
                Basis::Trusted(remembered) => (remembered, true),
                Basis::Untrusted(reason) => {
                    self.outcome.untrusted = Some(reason);
                    (Remembered::default(), false)
                }
            };
        let (settings, sources) = (self.settings, self.goal.sources);
        let options = load_options(settings, mode.sidecars());
        let set = PackageSet::new(Sources::new(settings.packages.clone(), found, options), before);
        let prepare = |give: HandOver<_>| self.prepare(set, database, trusted, give);
        let (outcome, remembered) = parallel::hand_over(prepare, carry_out).map_err(Failure::Thread)?;
        let outcome = outcome?;
        unless_passing(settings, sources, &outcome.failures)?;
        Ok((outcome, remembered))
    }

    /// Finds out what has to be written. All that was loaded for it is freed, and what is remembered is updated, only
    /// after the result has been handed over: beside the writing, that costs next to nothing.
    fn prepare(
        mut self,
        mut set: PackageSet,
        mut database: Database,
        trusted: bool,
        give: HandOver<Prepared>,
    ) -> Remembered {
        let planned = self.plan(&mut set, &mut database, trusted);
        told::tell(&mut set, self.settings.explain, &mut self.outcome);
        let (write, next) = match planned {
            Ok((plan, next)) if self.settings.mode.writes() => {
                let items = self.outcome.counts.items;
                let state = planning::new_state(&Stamp { items, ..self.goal }, &next);
                (Some((plan, state)), Some(next))
            }
            Ok(_) => (None, None),
            Err(Failure::Sources(failures)) => {
                self.outcome.failures = failures;
                (None, None)
            }
            Err(failure) => {
                give.give(Err(failure));
                return Remembered::default();
            }
        };
        give.give(Ok((database, self.outcome, write)));
        let before = set.inventory.into_before();
        match next {
            Some(files) => before.advance(self.goal, files),
            None => before,
        }
    }

    /// Returns the plan and the files of what is to be remembered once it is carried out.
    fn plan(
        &mut self,
        set: &mut PackageSet,
        database: &mut Database,
        trusted: bool,
    ) -> Result<(Plan, Vec<NextFile>), Failure> {
        let Outcome { timings, difference, counts, values_left, .. } = &mut self.outcome;
        if self.settings.mode == Mode::Verify {
            *difference = timings.time("integrity", || database.damage())?;
        }
        // 3. Load the files whose sources are not those of the last reload.
        timings.time("load", || set.load_stale())?;
        // 4. Declare: take stock of what is written and of what is remembered.
        timings.time("inventory", || set.declare());
        // 5. Link what was written anew, and what a changed name may have come to mean.
        let changed = timings.time("link", || set.link())?;
        // 6. Hash that, and level by level whatever mentions an item whose hash came out another.
        let moved = timings.time("hash", || set.hash_changed(&changed))?;
        // 7. Collect the content hashes at which anything may differ.
        let mut dirty: HashSet<ItemId> = changed.into_iter().chain(moved).collect();
        dirty.extend(set.redescribed());
        let (affected, removed) = timings.time("compare items", || affected(set, &dirty));
        // 8. Compile the items of those hashes.
        let due = changes::to_compile(&affected, &dirty, set);
        timings.time("look into", || set.look_into(&due))?;
        let mut compiled = timings.time("compile", || set.compile(&due, self.settings.node_ids));
        let forms = compiled.values().map(|item| (item.id, (item.fingerprint(), item.add_op.id))).collect();
        set.sources.check_unchanged()?;
        // 9. Evaluate the values that are new, and plan the rows that must change.
        let stored = if trusted { None } else { timings.time("compare", || Stored::read(database))? };
        let actual = stored.as_ref().map(|stored| &stored.actual);
        let lacks_result = |hash: ContentHash| match actual {
            Some(actual) => !actual.evaluated.contains(&hash),
            // What has the hash of before has the result of before.
            None => affected.get(&hash).is_none_or(|sharing| sharing.before.is_empty()),
        };
        let values = timings.time("evaluate", || {
            values::evaluate(set, &mut compiled, lacks_result, database, self.settings.node_ids)
        })?;
        counts.values_evaluated = values.evaluated;
        counts.values_left = values.left.len();
        *values_left = values.left;
        let mut plan = match actual {
            Some(actual) => timings.time("diff", || full::plan(actual, &affected, compiled, set)),
            None => {
                let kept = planning::kept(&affected, database)?;
                let unbind = removed.iter().map(|(_, location)| location.clone()).collect();
                timings.time("diff", || changes::plan(&affected, compiled, unbind, &kept, set))
            }
        };
        let next = timings.time("own rows", || next_files(set, &forms));
        planning::plan_own_rows(&mut plan, set.inventory.before(), stored.as_ref(), &next);
        plan.changed_items = told::note_changes(set, actual, &forms, &dirty, &removed, &mut self.outcome);
        told::judge(&plan, &set.sources, database, self.settings, &mut self.outcome)?;
        Ok((plan, next))
    }
}

/// 10. Carries out the plan, in one transaction.
fn carry_out(prepared: Prepared) -> Result<Outcome, Failure> {
    let (mut database, mut outcome, write) = prepared?;
    if let Some((plan, state)) = write {
        let applied = outcome.timings.time("apply", || database.apply(&plan, &state, Millis::now()))?;
        outcome.note_applied(&applied);
    }
    outcome.warnings.extend(database.take_warnings());
    // The last connection moves what was written from the log into the database.
    outcome.timings.time("close", || database.close())?;
    Ok(outcome)
}
