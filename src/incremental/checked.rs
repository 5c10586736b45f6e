//! Checks the types of what an edit touched, in a package set of which this run has loaded a part.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use darkc_cache_format::model::ItemKind;

use super::package_set::PackageSet;
use crate::base::diagnostic::FileDiagnostics;
use crate::check::{self, Linked, Program, Signatures, Texts};
use crate::checkout::builtins::Builtin;
use crate::link;
use crate::load::FileContent;
use crate::program::lookup::ItemId;
use crate::program::resolve::{Header, Resolution, header};
use crate::program::tree::{Target, TypeRef};
use crate::state::keys::ItemKey;

impl PackageSet {
    /// Checks the bodies of the given items, which are in ascending order.
    pub fn check_types(&mut self, mut due: Vec<ItemId>) -> Vec<FileDiagnostics> {
        due.retain(|id| self.inventory.kind(*id) != ItemKind::Type && !self.inventory.is_shadowed(*id));
        let program = OnDemand::new(&*self);
        let checked = check::check(&program, &self.signatures(), &due, self.sources.threads());
        let findings = due.iter().zip(&checked).filter(|(_, checked)| !checked.findings.is_empty());
        let findings = findings.map(|(id, checked)| (*id, checked.findings.as_slice()));
        let found = check::diagnostics(&program, &program, findings);
        let opened = program.contents.iter().filter(|content| content.get().is_some()).count();
        self.counts.sidecars_read += opened;
        self.counts.bodies_checked += due.len();
        found
    }

    /// Returns the signatures of all built-ins.
    fn signatures(&self) -> Cow<'static, Signatures> {
        let (compiled_in, extra) = (Signatures::compiled_in(), &self.lookup.extra);
        match extra.is_empty() {
            true => Cow::Borrowed(compiled_in),
            false => Cow::Owned(compiled_in.clone().with(extra.iter().filter_map(row))),
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
    pub fn due_for_check(&self, changed: &[ItemId], moved: &[ItemId]) -> Vec<ItemId> {
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

/// A built-in of the checkout as a row of the table that the check reads; `None` where its signature cannot be read.
fn row(builtin: &Builtin) -> Option<check::Signature> {
    let signature = builtin.signature.as_ref()?;
    Some(check::Signature {
        kind: builtin.kind,
        name: builtin.name.clone().into(),
        version: builtin.version,
        type_params: signature.type_parameters.join(",").into(),
        params: signature.parameters.join("; ").into(),
        result: signature.result.clone().into(),
    })
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
