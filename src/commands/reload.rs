//! `darkc reload`: makes the database say what the sources say, in the ten steps of ARCHITECTURE.md.

use std::collections::HashSet;

use super::outcome::Outcome;
use super::package_refs::{self, PackageRefs};
use super::proof;
use super::settings::{Mode, NodeIdMode, Settings};
use super::{Failure, builtin_sources, changes as told, load_options, unless_passing};
use crate::base::parallel::{self, HandOver};
use crate::db::{Database, Millis, NewState, Watched, sealed};
use crate::diff::{Plan, changes};
use crate::discover::checkout::RefsPlace;
use crate::discover::{self, Found};
use crate::incremental::planning::{self, Stored};
use crate::incremental::values;
use crate::incremental::{
    Basis, BuiltinLookup, PackageSet, STATE_DIGEST, Sources, StoredForms, affected, next_files,
};
use crate::program::lookup::ItemId;
use crate::state::around::Around;
use crate::state::{Remembered, Stamp};

/// One try to bring the database up to date.
pub struct Run<'s> {
    settings: &'s Settings,
    /// What the store shall stand at; how many items there are is found out on the way.
    goal: Stamp,
    /// Where the file of package references is to be, if anywhere.
    refs_place: Option<RefsPlace>,
    /// What that file and its registry were before anything was read.
    watched: Watched,
    /// What the last reload remembered of the checkout; nothing where that does not count.
    around: Around,
    pub outcome: Outcome,
}

/// What is to be written, and the place of the file that follows.
type Write = (Plan, NewState, Option<RefsPlace>);

/// A run of which only the writing is left, and what to write, if anything.
type Prepared = Result<(Database, Outcome, Option<Write>), Failure>;

impl<'s> Run<'s> {
    /// Looks at the sources, and at the database from outside: where a seal tells that there is nothing to do, its
    /// stamp is known.
    pub fn start(settings: &'s Settings) -> Result<(Self, Found, Option<Stamp>), Failure> {
        let mut outcome = Outcome::default();
        // 1. Discover: find and hash the sources.
        let find = || discover::find(&settings.packages, settings.threads);
        let found = outcome.timings.time("discover", find)?;
        let zero_ids = settings.node_ids == NodeIdMode::Zero;
        let sources = found.digest();
        let goal = Stamp { tool: STATE_DIGEST, sources, untouched: true, zero_ids, ..Stamp::default() };
        let refs_place = package_refs::place(settings);
        let watched = refs_place.iter().flat_map(|place| [&*place.file, &*place.registry]);
        let watched = Watched::look(watched);
        let sealed = || sealed(&settings.database, &goal, &watched);
        let sealed = if settings.mode.is_full() { None } else { outcome.timings.time("seal", sealed) };
        Ok((Run { settings, goal, refs_place, watched, around: Around::default(), outcome }, found, sealed))
    }

    /// Decides how much of the last reload's result counts, and looks for built-ins that have come or gone since.
    pub fn decide(
        &mut self,
        database: &mut Database,
        known: Remembered,
    ) -> Result<(Basis, BuiltinLookup), Failure> {
        let full = proof::is_due(database)? || self.settings.mode.is_full();
        let (around, mut lookup) = (&mut self.around, BuiltinLookup::new(builtin_sources(self.settings)));
        let other_builtins = |database: &Database| {
            *around = Around::decode(database.around());
            lookup.look(around);
            lookup.changed().next().is_some()
        };
        let timings = &mut self.outcome.timings;
        let basis = Basis::decide(database, &self.goal, full, known, timings, other_builtins)?;
        Ok((basis, lookup))
    }

    /// Opens the database and does what there is to do.
    pub fn finish(mut self, found: Found, known: Remembered) -> Result<(Outcome, Remembered), Failure> {
        let Settings { database: path, mode, explain, .. } = self.settings;
        let timings = &mut self.outcome.timings;
        let mut database = timings.time("open", || match mode.writes() {
            true => Database::open_in(path, self.settings.make_folder),
            false => Database::open_read_only(path),
        })?;
        // 2. Decide how much of the last reload's result counts.
        let (basis, mut lookup) = self.decide(&mut database, known)?;
        let (before, trusted) = match basis {
            Basis::Unchanged(stamp, remembered) => {
                self.keep(&stamp, database, lookup)?;
                return Ok((self.outcome.unchanged(found.sources, &stamp, *explain), remembered));
            }
            Basis::Trusted(remembered) => (remembered, true),
            Basis::Untrusted(reason) => {
                self.outcome.untrusted = Some(reason);
                (Remembered::default(), false)
            }
        };
        let (settings, sources) = (self.settings, self.goal.sources);
        let files = Sources::new(settings.packages.clone(), found, load_options(settings, mode.sidecars()));
        if mode.is_full() {
            lookup.read_sources();
        }
        let set = PackageSet::new(files, before, lookup);
        let prepare = |give: HandOver<_>| self.prepare(set, database, trusted, give);
        let (outcome, remembered) = parallel::hand_over(prepare, carry_out).map_err(Failure::Thread)?;
        let outcome = outcome?;
        unless_passing(settings, sources, &outcome.failures)?;
        Ok((outcome, remembered))
    }

    /// Ends a run that finds nothing to do: sees to it that the file of package references says what the store says.
    fn keep(
        &mut self,
        stamp: &Stamp,
        mut database: Database,
        mut lookup: BuiltinLookup,
    ) -> Result<(), Failure> {
        let (outcome, mut around) = (&mut self.outcome, self.around.clone());
        outcome.warnings.append(&mut lookup.warnings);
        outcome.counts.builtin_sources_read = lookup.files_read;
        lookup.remember(&mut around, |_| true);
        if !self.settings.mode.writes() {
            return Ok(database.close()?);
        }
        let refs = self.refs_place.as_ref().map(PackageRefs::read);
        if let Some(refs) = refs.filter(|refs| !refs.are_in_step(&around)) {
            refs.bring_up_to_date(&mut database, &around, outcome)?;
        } else if around != self.around {
            database.remember_around(&[], |_| (Some(around.encode()), ()))?;
        } else if around.builtins.is_empty() {
            outcome.timings.time("close", || database.seal(stamp, &self.watched));
            return Ok(());
        }
        Ok(database.close()?)
    }

    /// What is to be remembered of the checkout once the plan is carried out.
    fn next_around(&self, plan: &Plan, set: &PackageSet) -> Around {
        let mut around = self.around.clone();
        // What the last reload kept in step stays so only if no item of the file changes.
        let refs = self.refs_place.as_ref().filter(|_| around.refs.is_some()).map(PackageRefs::read);
        if !refs.is_some_and(|refs| refs.are_in_step(&around) && !refs.are_touched_by(plan, &around)) {
            around.refs = None;
        }
        set.lookup.remember(&mut around, |name| set.tries_builtin(name));
        around
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
        self.outcome.warnings.append(&mut set.lookup.warnings);
        self.outcome.counts.builtin_sources_read = set.lookup.files_read;
        let mut plan = None;
        match planned {
            Ok(planned) => plan = Some(planned).filter(|_| self.settings.mode.writes()),
            Err(Failure::Sources(failures)) => self.outcome.failures = failures,
            Err(failure) => {
                give.give(Err(failure));
                return Remembered::default();
            }
        }
        self.goal.items = self.outcome.counts.items;
        self.goal.unresolved = self.outcome.unresolved;
        let next = plan.is_some().then(|| std::mem::take(&mut set.next));
        let write = plan.map(|plan| {
            let around = self.next_around(&plan, &set).encode();
            let proof = proof::of(&database, self.goal.items);
            let files = next.as_deref().unwrap_or_default();
            (plan, planning::new_state(&self.goal, files, around, proof), self.refs_place.clone())
        });
        give.give(Ok((database, self.outcome, write)));
        set.remember(self.goal, next)
    }

    /// Returns the rows that must change.
    fn plan(
        &mut self,
        set: &mut PackageSet,
        database: &mut Database,
        trusted: bool,
    ) -> Result<Plan, Failure> {
        let Outcome {
            timings,
            difference,
            counts,
            values_left,
            findings,
            notes,
            names,
            unresolved,
            unresolved_elsewhere,
            ..
        } = &mut self.outcome;
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
        // Check the types of what the edit can have made wrong. A first load is no edit.
        if self.settings.check && trusted {
            let due = set.due_for_check(&changed, &moved);
            *findings = timings.time("check", || set.check_types(due));
        }
        // 7. Collect the content hashes at which anything may differ.
        let mut dirty: HashSet<ItemId> = changed.into_iter().chain(moved).collect();
        dirty.extend(set.redescribed());
        let (affected, removed) = timings.time("compare items", || affected(set, &dirty));
        // 8. Compile the items of those hashes.
        let due = changes::to_compile(&affected, &dirty, set);
        timings.time("look into", || set.look_into(&due))?;
        let mut compiled = timings.time("compile", || set.compile(&due, self.settings.node_ids));
        let mut forms: StoredForms =
            compiled.values().map(|item| (item.id, (item.fingerprint(), item.add_op.id))).collect();
        // Say which names mean nothing, in full those of what the edit touched.
        let stale = set.stale.clone();
        let is_touched = |file: usize, relinked| relinked || stale.binary_search(&file).is_ok();
        let found = timings.time("names", || set.unresolved_names(is_touched))?;
        (*names, *unresolved, *unresolved_elsewhere) = (found.files, found.all, found.elsewhere);
        set.sources.check_unchanged()?;
        // 9. Evaluate the values that are new, and plan the rows that must change.
        let mut stored = match trusted {
            true => None,
            false => {
                let shapes = planning::shapes(&affected, &compiled, self.settings.node_ids, database)?;
                timings.time("compare", || Stored::read(database, &shapes, &affected))?
            }
        };
        let actual = stored.as_ref().map(|stored| &stored.actual);
        let evaluate =
            || values::evaluate(set, &mut compiled, &affected, actual, database, self.settings.node_ids);
        let values = timings.time("evaluate", evaluate)?;
        (counts.values_evaluated, counts.values_left) = (values.evaluated, values.left.len());
        *values_left = values.left;
        let plan =
            || planning::plan(set, &affected, compiled, &removed, stored.as_mut(), &mut forms, database);
        let (mut plan, work) = timings.time("diff", plan)?;
        let actual = stored.as_ref().map(|stored| &stored.actual);
        proof::prove(database, actual, &plan, set.inventory.live().count(), notes)?;
        set.next = timings.time("own rows", || next_files(set, &forms));
        planning::plan_own_rows(&mut plan, set.inventory.before(), stored.as_ref(), &set.next);
        plan.changed_items =
            told::note_changes(set, actual, &work.others, &forms, &dirty, &removed, &mut self.outcome);
        self.outcome.older_uses = told::older_uses(&plan, &work);
        told::judge(&plan, &set.sources, database, self.settings, &mut self.outcome)?;
        if let (Mode::Verify, None, Some(place)) =
            (self.settings.mode, &self.outcome.difference, &self.refs_place)
        {
            self.outcome.difference = PackageRefs::read(place).difference(database)?;
        }
        Ok(plan)
    }
}

/// 10. Carries out the plan, in one transaction.
fn carry_out(prepared: Prepared) -> Result<Outcome, Failure> {
    let (mut database, mut outcome, write) = prepared?;
    if let Some((plan, state, place)) = write {
        let applied = outcome.timings.time("apply", || database.apply(&plan, &state, Millis::now()))?;
        outcome.note_applied(&applied);
        let (around, mut timings) = (Around::decode(&state.around), std::mem::take(&mut outcome.timings));
        let refs = place.as_ref().map(PackageRefs::read).filter(|refs| !refs.are_in_step(&around));
        if let Some(refs) = refs {
            timings.time("package refs", || refs.bring_up_to_date(&mut database, &around, &mut outcome))?;
        }
        outcome.timings = timings;
    }
    outcome.warnings.extend(database.take_warnings());
    // The last connection moves what was written from the log into the database.
    outcome.timings.time("close", || database.close())?;
    Ok(outcome)
}
