//! Built-ins that the compiled list lacks: they are looked for in the checkout when something asks for one.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use crate::base::hash::Fingerprint;
use crate::base::location::ItemKind;
use crate::base::text;
use crate::check::{Signature, Signatures};
use crate::checkout::builtins::{Builtin, of_source, of_table};
use crate::checkout::package_refs::registered;
use crate::discover::checkout::{self, BuiltinSources};
use crate::link::Builtins;
use crate::link::builtins::listed;
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
    /// Rows of built-ins that the sources give other types than the compiled table, or that it lacks; once the sources
    /// have been read.
    read_signatures: Vec<Signature>,
    /// The same as far as this run knows them. `None` where it has not asked.
    signatures: Option<Vec<Signature>>,
    /// What the last reload knew of them, and the state of the sources then.
    signatures_before: Vec<Signature>,
    signature_state: Option<Fingerprint>,
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
        self.signatures_before = around.signatures.iter().filter_map(|row| Signature::of_line(row)).collect();
        self.signature_state = around.signature_sources;
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

    /// Looks at the types that the sources give to built-ins; they are read only if one of them may have changed since
    /// the last reload that asked. Returns the names of built-ins whose types are others than then.
    pub fn look_at_signatures(&mut self) -> BTreeSet<String> {
        let state = self.sources.as_ref().and_then(|sources| checkout::state(&sources.files()));
        let is_known = self.sources.is_none() || (state.is_some() && state == self.signature_state);
        let now = if is_known && self.read.is_none() {
            if self.sources.is_some() { self.signatures_before.clone() } else { Vec::new() }
        } else {
            self.read_sources();
            self.signature_state = self.state;
            self.read_signatures.clone()
        };
        let before = &self.signatures_before;
        let gone = before.iter().filter(|row| !now.contains(row));
        let new = now.iter().filter(|row| !before.contains(row));
        let changed = gone.chain(new).map(|row| row.name.clone().into_owned()).collect();
        self.signatures = Some(now);
        changed
    }

    /// The rows of built-ins that the compiled table lacks, or has with other types, as far as this run knows them.
    pub fn signatures(&self) -> &[Signature] {
        self.signatures.as_ref().unwrap_or(&self.signatures_before)
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
        self.read_all();
        for name in names {
            let found = self.read.as_ref().and_then(|read| read.get(name)).cloned();
            self.now.insert(name.clone(), found.unwrap_or_default());
        }
    }

    /// Reads all sources, and warns of built-ins of the list that they do not define.
    pub fn read_all(&mut self) {
        if self.read.is_none() && self.read_sources() {
            self.warnings.extend(self.read.as_ref().and_then(absent_warning));
        }
    }

    /// Reads all sources, if they have not been read yet. Returns whether each of them could be read.
    fn read_sources(&mut self) -> bool {
        let Some(sources) = self.sources.as_ref().filter(|_| self.read.is_none()) else { return true };
        let files = sources.files();
        self.state = checkout::state(&files);
        let compiled_in = Signatures::compiled_in();
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
                BuiltinSources::Checkout(_) => of_source(&text, &type_of),
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
                let signature = row(&builtin);
                self.read_signatures.extend(
                    signature.filter(|row| compiled_in.get(row.kind, &row.name, row.version) != Some(row)),
                );
            }
        }
        self.read_signatures.sort_by_key(Signature::to_line);
        self.read = Some(read);
        complete
    }

    pub fn builtins(&self) -> Builtins {
        Builtins::with(&self.now)
    }

    /// Puts what is to be remembered into `around`: the names for which `is_tried` says that a live item asks.
    pub fn remember(&self, around: &mut Around, is_tried: impl Fn(&str) -> bool) {
        let tried = self.now.iter().filter(|(name, _)| is_tried(name));
        around.builtins = tried.map(|(name, found)| (name.clone(), found.clone())).collect();
        around.builtin_sources = self.state.filter(|_| !around.builtins.is_empty());
        around.signatures = self.signatures().iter().map(Signature::to_line).collect();
        let is_same = self.read.is_some() && self.read_signatures == self.signatures();
        around.signature_sources = if is_same { self.state } else { self.signature_state };
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

/// A built-in as a row of the table that the check reads; `None` where its signature cannot be read.
fn row(builtin: &Builtin) -> Option<Signature> {
    let signature = builtin.signature.as_ref()?;
    let row = Signature {
        kind: builtin.kind,
        name: builtin.name.clone().into(),
        version: builtin.version,
        type_params: signature.type_parameters.join(",").into(),
        params: signature.parameters.join("; ").into(),
        result: signature.result.clone().into(),
    };
    // A name with a tab or a line end in it would not be read back from what is remembered.
    (Signature::of_line(&row.to_line()).as_ref() == Some(&row) && !row.to_line().contains('\n'))
        .then_some(row)
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
    fn what_the_table_lacks_or_has_otherwise_comes_with_its_signature() {
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
             \x20   { name = fn \"int64Add\" 0\n      typeParams = []\n\
             \x20     parameters = [ Param.make \"a\" TInt64 \"\"; Param.make \"b\" TInt64 \"\" ]\n\
             \x20     returnType = TInt64 }\n\
             \x20   { name = fn \"int64Subtract\" 0\n      typeParams = []\n\
             \x20     parameters = [ Param.make \"a\" TString \"\"; Param.make \"b\" TInt64 \"\" ]\n\
             \x20     returnType = TInt64 } ]\n",
        );
        let sources = BuiltinSources::Checkout(root.path().to_owned());
        let mut lookup = BuiltinLookup::new(Some(sources));
        assert_eq!(lookup.files_read, 0, "nothing asks yet");
        assert!(lookup.find(BTreeSet::from(["gardenWater".to_owned()])));
        assert!(!lookup.find(BTreeSet::from(["gardenWatre".to_owned()])));
        assert_eq!(lookup.files_read, 2, "they are read once");
        assert_eq!(lookup.signatures(), [], "nothing asks for types yet");
        let others = ["gardenWater", "int64Subtract"].map(str::to_owned);
        assert_eq!(lookup.look_at_signatures(), BTreeSet::from(others));
        let rows: Vec<String> = lookup.signatures().iter().map(Signature::to_line).collect();
        let water = "fn\tgardenWater\t0\t\tDarklang.Garden.Bed\tUnit";
        let subtract = "fn\tint64Subtract\t0\t\tString; Int64\tInt64";
        assert_eq!(rows, [water, subtract], "what is as the table has it is left out");
        assert_eq!(lookup.files_read, 2);
    }
}
