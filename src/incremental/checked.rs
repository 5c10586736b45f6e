//! Checks the types of what an edit touched, in a package set of which this run has loaded a part.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, OnceLock};

use darkc_cache_format::model::ItemKind;

use super::package_set::{PackageSet, builtin_location};
use crate::base::diagnostic::FileDiagnostics;
use crate::check::{self, Linked, Program, Signatures, Texts};
use crate::link;
use crate::load::FileContent;
use crate::program::lookup::ItemId;
use crate::program::resolve::{Header, Resolution, header};
use crate::program::tree::{Target, TypeRef};
use crate::state::keys::{CandidateKey, ItemKey, KeyHasher, name_key};

/// What the check of types has to say after an edit.
#[derive(Debug, Default)]
pub struct TypeFindings {
    /// Those in the bodies that the run has checked, file by file.
    pub files: Vec<FileDiagnostics>,
    /// How many there are in bodies that it did not have to check.
    pub elsewhere: usize,
    /// How many there are in all.
    pub all: usize,
}

impl PackageSet {
    /// Checks the bodies that an edit can have made wrong, and those that were never checked; of the others the
    /// findings of an earlier run count. `changed` and `moved` are as for [`PackageSet::due_for_check`]. Without
    /// `is_wanted` nothing is checked, and it is noted which bodies are yet to be.
    pub fn check_edit(&mut self, changed: &[ItemId], moved: &[ItemId], is_wanted: bool) -> TypeFindings {
        let mut due = self.due_for_check(changed, moved);
        let built_ins = self.changed_signatures(&due, is_wanted);
        let types: HashSet<&str> = self.changed_types(changed, moved);
        due.extend(self.due_for_built_ins(built_ins, &types));
        let mut is_due = vec![false; self.inventory.len()];
        due.iter().for_each(|id| is_due[id.index()] = true);
        let mut elsewhere = 0;
        for id in self.inventory.live().filter(|id| self.inventory.kind(*id) != ItemKind::Type) {
            match self.inventory.known(id).and_then(|known| known.findings()) {
                Some(findings) if !is_due[id.index()] => elsewhere += findings as usize,
                _ => is_due[id.index()] = true,
            }
        }
        let due: Vec<ItemId> =
            (0..).map(ItemId).zip(is_due).filter(|(_, is_due)| *is_due).map(|(id, _)| id).collect();
        if !is_wanted {
            self.findings.extend(due.into_iter().map(|id| (id, None)));
            return TypeFindings { files: Vec::new(), elsewhere, all: elsewhere };
        }
        let (files, counts) = self.check_bodies(due);
        let all = elsewhere + counts.iter().map(|(_, count)| *count as usize).sum::<usize>();
        self.findings.extend(counts.into_iter().map(|(id, count)| (id, Some(count))));
        TypeFindings { files, elsewhere, all }
    }

    /// Checks the bodies of the given items, which are in ascending order.
    pub fn check_types(&mut self, due: Vec<ItemId>) -> Vec<FileDiagnostics> {
        self.check_bodies(due).0
    }

    /// The findings in the bodies of the given items, and how many each body has.
    fn check_bodies(&mut self, mut due: Vec<ItemId>) -> (Vec<FileDiagnostics>, Vec<(ItemId, u32)>) {
        due.retain(|id| self.inventory.kind(*id) != ItemKind::Type && !self.inventory.is_shadowed(*id));
        let program = OnDemand::new(&*self);
        let checked = check::check(&program, &self.signatures(), &due, self.sources.threads());
        let counts =
            due.iter().zip(&checked).map(|(id, checked)| (*id, checked.findings.len() as u32)).collect();
        let findings = due.iter().zip(&checked).filter(|(_, checked)| !checked.findings.is_empty());
        let findings = findings.map(|(id, checked)| (*id, checked.findings.as_slice()));
        let found = check::diagnostics(&program, &program, findings);
        let opened = program.contents.iter().filter(|content| content.get().is_some()).count();
        self.counts.sidecars_read += opened;
        self.counts.bodies_checked += due.len();
        (found, counts)
    }

    /// The names of built-ins whose types are others than the last run knew. The checkout is looked at where a body
    /// that is due mentions a built-in.
    fn changed_signatures(&mut self, due: &[ItemId], is_wanted: bool) -> BTreeSet<String> {
        let is_built_in = |resolution: &Resolution| match resolution {
            Resolution::Term { value, function } => {
                [value, function].iter().any(|found| matches!(found, Ok(Target::Builtin { .. })))
            }
            Resolution::Type(_) => false,
        };
        let mentions_one =
            |id: &ItemId| self.fresh(*id).is_some_and(|fresh| fresh.resolutions.iter().any(is_built_in));
        if is_wanted && due.iter().any(mentions_one) {
            self.lookup.look_at_signatures()
        } else {
            BTreeSet::new()
        }
    }

    /// The names of types that changed, began or ceased to exist.
    fn changed_types(&self, changed: &[ItemId], moved: &[ItemId]) -> HashSet<&str> {
        let is_type = |id: &&ItemId| self.inventory.kind(**id) == ItemKind::Type;
        let mut names: HashSet<&str> =
            changed.iter().chain(moved).filter(is_type).map(|id| self.inventory.name(*id)).collect();
        let before = self.inventory.before();
        let gone =
            self.inventory.touched().into_iter().filter_map(|(had, has)| had.filter(|_| has.is_none()));
        names.extend(gone.filter(|had| before.kind(*had) == ItemKind::Type).map(|had| before.location(had)));
        names
    }

    /// The items that mention one of the given built-ins, or one whose types mention one of the given package types:
    /// such a type stands in no body that it may make wrong.
    fn due_for_built_ins(&self, mut built_ins: BTreeSet<String>, types: &HashSet<&str>) -> Vec<ItemId> {
        if !types.is_empty() && !self.inventory.before().is_empty() {
            let signatures = self.signatures();
            built_ins
                .extend(signatures.mentioning(|name| types.contains(name)).into_iter().map(str::to_owned));
        }
        if built_ins.is_empty() {
            return Vec::new();
        }
        let keys: HashSet<CandidateKey, KeyHasher> =
            built_ins.iter().map(|name| CandidateKey::from(name_key(&builtin_location(name)))).collect();
        let mentions_one = |id: &ItemId| match (self.fresh(*id), self.inventory.known(*id)) {
            (Some(fresh), _) => fresh.candidates.iter().any(|key| keys.contains(key)),
            (None, Some(known)) => known.candidates().any(|key| keys.contains(&key)),
            (None, None) => false,
        };
        self.inventory.live().filter(mentions_one).collect()
    }

    /// Returns the signatures of all built-ins: the compiled table, and what the checkout has beyond it or otherwise.
    fn signatures(&self) -> Cow<'static, Signatures> {
        let (compiled_in, others) = (Signatures::compiled_in(), self.lookup.signatures());
        match others.is_empty() {
            true => Cow::Borrowed(compiled_in),
            false => Cow::Owned(compiled_in.clone().with(others.iter().cloned())),
        }
    }

    /// Returns the type of a value as an editor shows it, as far as it is known.
    pub fn type_of_value(&self, item: ItemId) -> Option<String> {
        let types = check::expression_types(&OnDemand::new(self), &self.signatures(), item);
        types.into_iter().find(|(node, _)| *node == 0).map(|(_, typ)| typ)
    }

    /// Returns the items whose bodies an edit can have made wrong, ascending: those that changed, and those that
    /// mention a type, function or value of which the declaration changed. `changed` and `moved` are the items
    /// whose links, and those whose hash, differ from the last run. Whatever mentions an item whose declaration changed
    /// has a new hash too, so this run has looked into it.
    fn due_for_check(&self, changed: &[ItemId], moved: &[ItemId]) -> Vec<ItemId> {
        let mut declares_anew = vec![false; self.inventory.len()];
        for id in moved.iter().filter(|id| self.inventory.kind(**id) == ItemKind::Type) {
            declares_anew[id.index()] = true;
        }
        for id in changed {
            let known = self.inventory.known(*id).map(|known| known.signature());
            declares_anew[id.index()] = match self.inventory.kind(*id) {
                ItemKind::Fn => known != self.fresh(*id).map(|fresh| fresh.signature),
                ItemKind::Type => true,
                // A value's type follows from its body.
                ItemKind::Value => true,
            };
        }
        let is_fn = |id: &&ItemId| self.inventory.kind(**id) == ItemKind::Fn;
        let signatures =
            moved.iter().filter(is_fn).filter(|id| self.signature_mentions(**id, &declares_anew));
        for id in signatures.copied().collect::<Vec<_>>() {
            declares_anew[id.index()] = true;
        }
        let mentions_anew = |id: ItemId, declares_anew: &[bool]| {
            let fresh = self.fresh(id);
            fresh.is_some_and(|fresh| fresh.dependencies.iter().any(|item| declares_anew[item.index()]))
        };
        // A value whose type may have changed counts as a changed declaration for those that mention it.
        loop {
            let anew: Vec<ItemId> = moved
                .iter()
                .copied()
                .filter(|id| self.inventory.kind(*id) == ItemKind::Value && !declares_anew[id.index()])
                .filter(|id| mentions_anew(*id, &declares_anew))
                .collect();
            if anew.is_empty() {
                break;
            }
            anew.iter().for_each(|id| declares_anew[id.index()] = true);
        }
        let mentions = moved.iter().copied().filter(|id| mentions_anew(*id, &declares_anew));
        let mut due: Vec<ItemId> = changed.iter().copied().chain(mentions).collect();
        due.sort_unstable();
        due.dedup();
        due
    }

    fn signature_mentions(&self, item: ItemId, marked: &[bool]) -> bool {
        let (Some(fresh), Some(written)) = (self.fresh(item), self.inventory.written(item)) else {
            return false;
        };
        match header(&written.item.code, &fresh.resolutions) {
            Header::Fn { params, return_type, .. } => {
                params.iter().map(|(_, typ)| typ).chain([&return_type]).any(|typ| mentions(typ, marked))
            }
            _ => false,
        }
    }
}

fn mentions(typ: &TypeRef<'_>, marked: &[bool]) -> bool {
    let any = |types: &[TypeRef<'_>]| types.iter().any(|typ| mentions(typ, marked));
    match typ {
        TypeRef::Primitive(_) | TypeRef::Variable(_) => false,
        TypeRef::Stream(inner) | TypeRef::List(inner) | TypeRef::Dict(inner) | TypeRef::Db(inner) => {
            mentions(inner, marked)
        }
        TypeRef::Tuple(parts) => any(parts),
        TypeRef::Fn(args, result) => any(args) || mentions(result, marked),
        TypeRef::Custom(name, args) => {
            any(args) || matches!(name.resolved, Ok(Target::Item(item)) if marked[item.index()])
        }
    }
}

/// The package set as the check sees it. What this run has not loaded or linked is loaded when something first asks.
struct OnDemand<'p> {
    set: &'p PackageSet,
    contents: Vec<OnceLock<Option<Arc<FileContent>>>>,
    resolutions: Vec<OnceLock<Box<[Resolution]>>>,
}

impl<'p> OnDemand<'p> {
    fn new(set: &'p PackageSet) -> Self {
        let mut contents = Vec::new();
        contents.resize_with(set.sources.files().len(), OnceLock::new);
        let mut resolutions = Vec::new();
        resolutions.resize_with(set.inventory.len(), OnceLock::new);
        OnDemand { set, contents, resolutions }
    }
}

impl Program for OnDemand<'_> {
    fn len(&self) -> usize {
        self.set.inventory.len()
    }

    fn name(&self, item: ItemId) -> &str {
        self.set.inventory.name(item)
    }

    fn kind(&self, item: ItemId) -> ItemKind {
        self.set.inventory.kind(item)
    }

    fn find(&self, fully_qualified: &str) -> Option<ItemId> {
        self.set.inventory.find(ItemKey::of(fully_qualified))
    }

    fn linked(&self, item: ItemId) -> Option<Linked<'_>> {
        let inventory = &self.set.inventory;
        let code = match inventory.written(item) {
            Some(written) => &written.item.code,
            None => {
                let file = inventory.file(item);
                let content = self.contents[file].get_or_init(|| self.set.sources.content_alone(file));
                let written = content.as_ref()?.file().items.get(inventory.place(item) as usize)?;
                // A source that changed since it was found may hold other items.
                (written.location == inventory.name(item)).then_some(&written.code)?
            }
        };
        let resolutions: &[Resolution] = match self.set.fresh(item) {
            Some(fresh) => &fresh.resolutions,
            None => self.resolutions[item.index()].get_or_init(|| {
                let scope = inventory.location(item).scope();
                link::resolutions(inventory, &self.set.builtins, scope, code).into_boxed_slice()
            }),
        };
        Some(Linked { code, resolutions })
    }
}

impl Texts for OnDemand<'_> {
    fn path(&self, item: ItemId) -> String {
        self.set.sources.shown_path(self.set.inventory.file(item))
    }

    fn text(&self, item: ItemId) -> Option<String> {
        Some(self.set.sources.text(self.set.inventory.file(item)))
    }
}
