//! Built-ins that the compiled list lacks: they are looked for in the checkout when something asks for one.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use crate::base::hash::Fingerprint;
use crate::base::location::ItemKind;
use crate::base::text;
use crate::checkout::builtins::{Builtin, of_source, of_table};
use crate::checkout::package_refs::registered;
use crate::discover::checkout::{self, BuiltinSources};
use crate::link::Builtins;
use crate::link::builtins::{is_listed, listed};
use crate::state::around::Around;

/// How many built-ins that a checkout does not have a warning lists.
const SHOWN: usize = 5;

/// The kinds and versions in which a checkout has a built-in, by its name.
type Found = BTreeMap<String, Vec<(ItemKind, u32)>>;

/// What is known of built-ins beyond the compiled list.
#[derive(Debug, Default)]
pub struct BuiltinLookup {
    sources: Option<BuiltinSources>,
    /// All that the sources define, once they have been read.
    read: Option<Found>,
    /// Those of them that the compiled list lacks, with their signatures as far as those can be read.
    pub extra: Vec<Builtin>,
    /// Names that items of the last reload asked for and the list lacks, and what there was of them then.
    before: Found,
    /// The same for this run, and names that it was the first to ask for.
    now: Found,
    /// The state of the sources before they were read, if it tells whether one changes later.
    state: Option<Fingerprint>,
    pub warnings: Vec<String>,
    /// How many files were read.
    pub files_read: usize,
}

impl BuiltinLookup {
    /// Returns a lookup that knows the compiled list alone.
    pub fn new(sources: Option<BuiltinSources>) -> Self {
        BuiltinLookup { sources, ..BuiltinLookup::default() }
    }

    /// Takes over what the last reload remembered. Sources are looked at only where that one asked for a built-in
    /// that the list lacks, and read only if one of them may have changed since.
    pub fn look(&mut self, around: &Around) {
        self.before = around.builtins.clone();
        self.now = self.before.clone();
        if self.before.is_empty() {
            return;
        }
        self.state = self.sources.as_ref().and_then(|sources| checkout::state(&sources.files()));
        if self.state.is_none() || self.state != around.builtin_sources {
            self.learn(&self.before.keys().cloned().collect());
        }
    }

    /// The names of which there is something else than at the last reload.
    pub fn changed(&self) -> impl Iterator<Item = &str> {
        let differs = |name: &&String| self.before.get(*name) != self.now.get(*name);
        self.before.keys().filter(differs).map(String::as_str)
    }

    /// Looks for names that items ask for and the list lacks. Returns whether one was found that was not known.
    pub fn find(&mut self, names: BTreeSet<String>) -> bool {
        let new: BTreeSet<String> = names.into_iter().filter(|name| !self.now.contains_key(name)).collect();
        if new.is_empty() {
            return false;
        }
        self.learn(&new);
        new.iter().any(|name| self.now.get(name).is_some_and(|found| !found.is_empty()))
    }

    fn learn(&mut self, names: &BTreeSet<String>) {
        self.read_sources();
        for name in names {
            let found = self.read.as_ref().and_then(|read| read.get(name)).cloned();
            self.now.insert(name.clone(), found.unwrap_or_default());
        }
    }

    /// Reads all sources, and warns of built-ins of the list that they do not define.
    pub fn read_sources(&mut self) {
        let Some(sources) = self.sources.as_ref().filter(|_| self.read.is_none()) else { return };
        let files = sources.files();
        self.state = checkout::state(&files);
        let is_extra = |kind: ItemKind, name: &str, version: u32| !is_listed(kind, name, version);
        let types = sources.registry().map(|path| types_of(&path)).unwrap_or_default();
        let type_of = |path: &str| types.get(path).cloned();
        let mut read = Found::new();
        let mut complete = true;
        for path in files {
            self.files_read += 1;
            let text = match checkout::read(&path) {
                Ok(Some(bytes)) => text::decode(&bytes).into_owned(),
                Ok(None) => {
                    complete = false;
                    if matches!(sources, BuiltinSources::Table(_)) {
                        self.warnings
                            .push(format!("{}: there is no such table of built-ins", checkout::shown(&path)));
                    }
                    continue;
                }
                Err(error) => {
                    complete = false;
                    let path = checkout::shown(&path);
                    self.warnings
                        .push(format!("{path} cannot be read, so its built-ins are unknown: {error}"));
                    continue;
                }
            };
            let builtins = match sources {
                BuiltinSources::Checkout(_) => of_source(&text, is_extra, &type_of),
                BuiltinSources::Table(_) => {
                    let (builtins, unreadable) = of_table(&text);
                    if unreadable > 0 {
                        let path = checkout::shown(&path);
                        self.warnings.push(format!(
                            "{path}: lines that are no built-in are left out ({unreadable} of them)"
                        ));
                    }
                    builtins
                }
            };
            for builtin in builtins {
                let Builtin { kind, name, version, .. } = &builtin;
                let versions = read.entry(name.clone()).or_default();
                if versions.contains(&(*kind, *version)) {
                    continue;
                }
                versions.push((*kind, *version));
                versions.sort_unstable();
                if is_extra(*kind, name, *version) {
                    self.extra.push(builtin);
                }
            }
        }
        if complete {
            self.warnings.extend(absent_warning(&read));
        }
        self.read = Some(read);
    }

    pub fn builtins(&self) -> Builtins {
        Builtins::with(&self.now)
    }

    /// Puts what is to be remembered into `around`: the names for which `is_tried` says that a live item asks.
    pub fn remember(&self, around: &mut Around, is_tried: impl Fn(&str) -> bool) {
        let tried = self.now.iter().filter(|(name, _)| is_tried(name));
        around.builtins = tried.map(|(name, found)| (name.clone(), found.clone())).collect();
        around.builtin_sources = self.state.filter(|_| !around.builtins.is_empty());
    }
}

/// The package types that F# refers to, fully qualified, by the path of the reference.
fn types_of(registry: &Path) -> HashMap<String, String> {
    let source = checkout::read(registry).ok().flatten().unwrap_or_default();
    let types = registered(&text::decode(&source)).into_iter().filter_map(|found| {
        let name = found.key.strip_prefix("type/")?;
        Some((found.path, format!("Darklang.{name}")))
    });
    types.collect()
}

/// One sentence on the built-ins of the compiled list that the checkout does not define.
fn absent_warning(found: &Found) -> Option<String> {
    let absent = |(kind, name, version): &(ItemKind, &str, u32)| {
        found.get(*name).is_none_or(|versions| !versions.contains(&(*kind, *version)))
    };
    let absent: Vec<&str> = listed().filter(absent).map(|(_, name, _)| name).collect();
    if absent.is_empty() {
        return None;
    }
    let shown = absent[..absent.len().min(SHOWN)].join(", ");
    let more = match absent.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let count = match absent.len() {
        1 => "1 built-in that darkc knows is".to_owned(),
        count => format!("{count} built-ins that darkc knows are"),
    };
    Some(format!("{count} not in this checkout: {shown}{more}; names are bound to them all the same"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_the_list_lacks_comes_with_its_signature() {
        let root = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
            fs::write(path, text).expect("a file");
        };
        write(
            "backend/src/LibExecution/PackageRefs.fs",
            "module Type =\n  let private p modules name = name\n  let bed = p [ \"Garden\" ] \"Bed\"\n",
        );
        write(
            "backend/src/Builtins/Garden.fs",
            "let bed () = TCustomType(NR.ok (FQTypeName.fqPackage (PackageRefs.Type.bed ())), [])\n\
             let fns () =\n  [ { name = fn \"gardenWater\" 0\n      typeParams = []\n\
             \x20     parameters = [ Param.make \"bed\" (bed ()) \"\" ]\n      returnType = TUnit }\n\
             \x20   { name = fn \"int64Add\" 0\n      typeParams = [] } ]\n",
        );
        let sources = BuiltinSources::Checkout(root.path().to_owned());
        let mut lookup = BuiltinLookup::new(Some(sources));
        assert_eq!(lookup.files_read, 0, "nothing asks yet");
        assert!(lookup.find(BTreeSet::from(["gardenWater".to_owned()])));
        assert!(!lookup.find(BTreeSet::from(["gardenWatre".to_owned()])));
        assert_eq!(lookup.files_read, 2, "they are read once");
        let signature = lookup.extra.iter().map(|builtin| builtin.signature.clone()).collect::<Vec<_>>();
        assert_eq!(signature.len(), 1, "{signature:?}");
        let signature = signature[0].as_ref().expect("a signature");
        assert_eq!(
            (&*signature.parameters, &*signature.result),
            (&["Darklang.Garden.Bed".to_owned()][..], "Unit")
        );
    }
}
