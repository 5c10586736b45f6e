//! Random edit scripts over the synthetic package set: a list of seeds, one a step, so that any step can be left
//! out and the rest still runs.

use super::model::{Body, Expression, File, Item, PackageSet, Place, Section, TypeName};
use super::random::Random;

const MODULES: [&str; 6] = ["Acme", "Acme.A", "Acme.A.B", "Acme.C", "Acme.A.B.Deep", "Other.Place"];
const TERMS: [&str; 12] = ["f0", "f1", "f2", "f3", "f4", "f5", "v0", "v1", "v2", "v3", "m0", "m1"];
const TYPES: [&str; 5] = ["T0", "T1", "T2", "T3", "T4"];

/// How many earlier states a step can return to.
const MEMORY: usize = 12;
/// Percent of the steps after which dangling names are left as they are, so that the load may fail.
const UNREPAIRED: usize = 12;
/// The set is thinned out above this number of items, so that a step stays cheap.
const MOST_ITEMS: usize = 60;

/// The package set at a point of a script.
pub struct State {
    pub set: PackageSet,
    earlier: Vec<PackageSet>,
    deleted: Vec<(String, File)>,
    files_made: u32,
}

impl State {
    /// A set of some files in several modules.
    pub fn new(seed: u64) -> State {
        let mut random = Random::new(seed);
        let mut state =
            State { set: PackageSet::default(), earlier: Vec::new(), deleted: Vec::new(), files_made: 0 };
        for module in MODULES {
            let path = state.new_path(&mut random);
            let sections = vec![Section { module: module.to_owned(), items: Vec::new() }];
            state.set.files.insert(path, File { sections, blank_lines: 0, broken: false });
        }
        for _ in 0..4 * MODULES.len() {
            state.add_item(&mut random);
        }
        state.set.sweep();
        state.set.repair();
        state
    }

    /// Does one step and says what it was.
    pub fn step(&mut self, seed: u64) -> String {
        let mut random = Random::new(seed);
        self.earlier.push(self.set.clone());
        if self.earlier.len() > MEMORY {
            self.earlier.remove(0);
        }
        // A file that does not parse is mended by the next step, whatever else that does.
        self.set.files.values_mut().for_each(|file| file.broken = false);
        let mut names = vec![self.edit(&mut random)];
        if random.chance(15) {
            for _ in 0..1 + random.below(4) {
                names.push(self.edit(&mut random));
            }
        }
        while self.set.places().len() > MOST_ITEMS {
            self.remove_item(&mut random);
        }
        self.set.sweep();
        if self.set.files.is_empty() {
            *self = State::new(seed);
        }
        if !random.chance(UNREPAIRED) {
            self.set.repair();
        }
        names.join(", ")
    }

    fn edit(&mut self, random: &mut Random) -> String {
        type Edit = fn(&mut State, &mut Random) -> Option<()>;
        let edits: [(usize, &str, Edit); 24] = [
            (10, "change a body", State::change_body),
            (4, "change a comment", State::change_comment),
            (5, "change a doc", State::change_doc),
            (8, "add an item", State::add_item),
            (5, "remove an item", State::remove_item),
            (6, "rename an item", State::rename_item),
            (6, "move an item", State::move_item),
            (4, "swap two names", State::swap_names),
            (5, "swap two declarations", State::swap_declarations),
            (10, "capture a name", State::capture),
            (6, "make a cycle", State::make_cycle),
            (5, "break cycles", State::break_cycle),
            (6, "return to an earlier state", State::revert),
            (3, "delete a file", State::delete_file),
            (4, "bring back a deleted file", State::recreate_file),
            (4, "repeat a name in another file", State::repeat_item),
            (2, "repeat a file", State::repeat_file),
            (4, "move a file", State::move_file),
            (2, "hide a file", State::hide_file),
            (3, "blank lines", State::change_blank_lines),
            (2, "break a file", State::break_file),
            (4, "give two names one body", State::equal_bodies),
            (3, "change an item's kind", State::change_kind),
            (3, "move a file to another module", State::change_module),
        ];
        let total: usize = edits.iter().map(|(weight, ..)| weight).sum();
        let mut at = random.below(total);
        for (weight, name, edit) in edits {
            if at < weight {
                let done = edit(self, random).is_some();
                return if done { name.to_owned() } else { format!("{name} (nothing to do)") };
            }
            at -= weight;
        }
        String::new()
    }

    fn any_place(&self, random: &mut Random) -> Option<Place> {
        random.pick(&self.set.places()).cloned()
    }

    fn any_path(&self, random: &mut Random) -> Option<String> {
        let paths: Vec<&String> = self.set.files.keys().collect();
        random.pick(&paths).map(|path| (*path).clone())
    }

    /// Paths sort before and after each other by chance, as the last file to define a name wins.
    fn new_path(&mut self, random: &mut Random) -> String {
        self.files_made += 1;
        let folder = ["acme", "acme/deep", "zebra"][random.below(3)];
        let first = char::from(b'a' + random.below(26) as u8);
        format!("{folder}/{first}{}.dark", self.files_made)
    }

    fn change_body(&mut self, random: &mut Random) -> Option<()> {
        let place = self.any_place(random)?;
        let module = self.set.section(&place).module.clone();
        let is_type = self.set.item(&place).body.is_type();
        self.set.item(&place).body = self.body(random, &module, is_type);
        Some(())
    }

    fn change_comment(&mut self, random: &mut Random) -> Option<()> {
        let place = self.any_place(random)?;
        self.set.item(&place).comment = random.chance(80).then(|| random.below(1000) as u32);
        Some(())
    }

    fn change_doc(&mut self, random: &mut Random) -> Option<()> {
        let place = self.any_place(random)?;
        self.set.item(&place).doc = random.chance(75).then(|| random.below(1000) as u32);
        Some(())
    }

    fn change_blank_lines(&mut self, random: &mut Random) -> Option<()> {
        let path = self.any_path(random)?;
        self.set.files.get_mut(&path)?.blank_lines = random.below(3);
        Some(())
    }

    fn break_file(&mut self, random: &mut Random) -> Option<()> {
        let path = self.any_path(random)?;
        self.set.files.get_mut(&path)?.broken = true;
        Some(())
    }

    fn add_item(&mut self, random: &mut Random) -> Option<()> {
        let path = self.any_path(random)?;
        let header = self.set.files[&path].sections[0].module.clone();
        let nested =
            random.chance(20).then(|| format!("{header}.{}", ["Deep", "B", "Inner"][random.below(3)]));
        let module = nested.unwrap_or(header);
        let is_type = random.chance(25);
        let name = self.free_name(random, &module, is_type)?;
        let body = self.body(random, &module, is_type);
        self.insert(&path, &module, Item { name, doc: None, comment: None, body });
        Some(())
    }

    /// Puts an item into the section for a module, which is made if the file has none.
    fn insert(&mut self, path: &str, module: &str, item: Item) {
        let Some(file) = self.set.files.get_mut(path) else { return };
        match file.sections.iter_mut().find(|section| section.module == module) {
            Some(section) => section.items.push(item),
            None => file.sections.push(Section { module: module.to_owned(), items: vec![item] }),
        }
    }

    /// A name that no file gives to anything in that module yet.
    fn free_name(&self, random: &mut Random, module: &str, is_type: bool) -> Option<String> {
        let pool: &[&str] = if is_type { &TYPES } else { &TERMS };
        let sections = || self.set.files.values().flat_map(|file| &file.sections);
        let taken = |name: &str| {
            let here = |section: &&Section| section.module == module;
            sections().filter(here).any(|section| section.items.iter().any(|item| item.name == name))
        };
        let free: Vec<&str> = pool.iter().copied().filter(|name| !taken(name)).collect();
        random.pick(&free).map(|name| (*name).to_owned())
    }

    fn remove_item(&mut self, random: &mut Random) -> Option<()> {
        let place = self.any_place(random)?;
        self.set.section(&place).items.remove(place.2);
        Some(())
    }

    /// With or without the references to it.
    fn rename_item(&mut self, random: &mut Random) -> Option<()> {
        let place = self.any_place(random)?;
        let module = self.set.section(&place).module.clone();
        let is_type = self.set.item(&place).body.is_type();
        let new = self.free_name(random, &module, is_type)?;
        let old = std::mem::replace(&mut self.set.item(&place).name, new.clone());
        if random.chance(60) {
            self.rewrite_names(&old, &new);
        }
        Some(())
    }

    /// In every name whose last part is `old`, it becomes `new`.
    fn rewrite_names(&mut self, old: &str, new: &str) {
        for place in self.set.places() {
            self.set.item(&place).body.retain_names(&mut |written, _| {
                let start = written.rfind('.').map_or(0, |dot| dot + 1);
                if &written[start..] == old {
                    written.replace_range(start.., new);
                }
                true
            });
        }
    }

    fn move_item(&mut self, random: &mut Random) -> Option<()> {
        let place = self.any_place(random)?;
        let to = self.any_path(random)?;
        let from_module = self.set.section(&place).module.clone();
        let header = self.set.files[&to].sections[0].module.clone();
        // Into the same module of another file the item keeps its full name.
        let module = if header == from_module || random.chance(70) { header } else { from_module };
        if !module.starts_with(&self.set.files[&to].sections[0].module) {
            return None;
        }
        let item = self.set.section(&place).items.remove(place.2);
        self.insert(&to, &module, item);
        Some(())
    }

    fn swap_names(&mut self, random: &mut Random) -> Option<()> {
        let (left, right) = (self.any_place(random)?, self.any_place(random)?);
        if self.set.item(&left).body.is_type() != self.set.item(&right).body.is_type() {
            return None;
        }
        let name = self.set.item(&left).name.clone();
        let other = std::mem::replace(&mut self.set.item(&right).name, name);
        self.set.item(&left).name = other;
        Some(())
    }

    fn swap_declarations(&mut self, random: &mut Random) -> Option<()> {
        let place = self.any_place(random)?;
        random.shuffle(&mut self.set.section(&place).items);
        Some(())
    }

    /// A name starts to exist that stands before the one a reference has meant so far.
    fn capture(&mut self, random: &mut Random) -> Option<()> {
        let names = self.set.names();
        let mut captures = Vec::new();
        for place in self.set.places() {
            let module = self.set.section(&place).module.clone();
            self.set.item(&place).body.retain_names(&mut |written, is_type| {
                let candidates = names.candidates(&module, written);
                let meant = names.resolve(&module, written, is_type);
                let nearer = candidates.into_iter().take_while(|name| Some(name) != meant.as_ref());
                captures.extend(nearer.map(|name| (name, is_type)));
                true
            });
        }
        // The standard library is written in full wherever an option is made; it can be captured too.
        captures.push((format!("{}.Stdlib.Option.Option", random.pick(&MODULES)?), true));
        let (name, is_type) = random.pick(&captures)?.clone();
        let (module, name) = name.rsplit_once('.')?;
        let body = self.body(random, module, is_type);
        let item = Item { name: name.to_owned(), doc: None, comment: None, body };
        let files = &self.set.files;
        let fitting: Vec<String> =
            files.keys().filter(|path| files[*path].sections[0].module == module).cloned().collect();
        let path = match random.pick(&fitting).filter(|_| random.chance(50)) {
            Some(path) => path.clone(),
            None => {
                let path = self.new_path(random);
                let sections = vec![Section { module: module.to_owned(), items: Vec::new() }];
                self.set.files.insert(path.clone(), File { sections, blank_lines: 0, broken: false });
                path
            }
        };
        self.insert(&path, module, item);
        Some(())
    }

    /// Two items come to mention each other.
    fn make_cycle(&mut self, random: &mut Random) -> Option<()> {
        let (left, right) = (self.any_place(random)?, self.any_place(random)?);
        for (from, to) in [(&left, &right), (&right, &left)] {
            let module = self.set.section(from).module.clone();
            let target = self.spell(random, &module, to);
            let to_type = self.set.item(to).body.is_type();
            match &mut self.set.item(from).body {
                Body::Function { body, .. } if !to_type => {
                    let call = Expression::Call(target, Box::new(Expression::Parameter));
                    *body = Expression::Add(Box::new(call), Box::new(Expression::Number(1)));
                }
                Body::Function { parameter, .. } => *parameter = Some(target),
                Body::Value(body) if !to_type => *body = Expression::Name(target),
                Body::Record(fields) | Body::Enum(fields) if to_type => fields.push(Some(target)),
                _ => {}
            }
        }
        Some(())
    }

    fn break_cycle(&mut self, random: &mut Random) -> Option<()> {
        let place = self.any_place(random)?;
        let mut any = false;
        self.set.item(&place).body.retain_names(&mut |_, _| {
            any = true;
            false
        });
        any.then_some(())
    }

    fn revert(&mut self, random: &mut Random) -> Option<()> {
        self.set = random.pick(&self.earlier)?.clone();
        self.set.files.values_mut().for_each(|file| file.broken = false);
        Some(())
    }

    fn delete_file(&mut self, random: &mut Random) -> Option<()> {
        let path = self.any_path(random)?;
        let file = self.set.files.remove(&path)?;
        self.deleted.push((path, file));
        Some(())
    }

    fn recreate_file(&mut self, random: &mut Random) -> Option<()> {
        let at = random.below(self.deleted.len());
        let (path, file) = self.deleted.get(at)?.clone();
        self.deleted.remove(at);
        self.set.files.insert(path, file);
        Some(())
    }

    /// The same full name in two files; the last in order of path wins.
    fn repeat_item(&mut self, random: &mut Random) -> Option<()> {
        let place = self.any_place(random)?;
        let module = self.set.section(&place).module.clone();
        let mut item = self.set.item(&place).clone();
        if random.chance(50) {
            item.body = self.body(random, &module, item.body.is_type());
        }
        if random.chance(30) {
            item.doc = Some(random.below(1000) as u32);
        }
        let path = self.new_path(random);
        let sections = vec![Section { module, items: vec![item] }];
        self.set.files.insert(path, File { sections, blank_lines: 0, broken: false });
        Some(())
    }

    fn repeat_file(&mut self, random: &mut Random) -> Option<()> {
        let path = self.any_path(random)?;
        let file = self.set.files[&path].clone();
        let copy = self.new_path(random);
        self.set.files.insert(copy, file);
        Some(())
    }

    fn move_file(&mut self, random: &mut Random) -> Option<()> {
        let path = self.any_path(random)?;
        let file = self.set.files.remove(&path)?;
        let to = self.new_path(random);
        self.set.files.insert(to, file);
        Some(())
    }

    /// A path with an underscore is not part of the set; taking it away brings the file back.
    fn hide_file(&mut self, random: &mut Random) -> Option<()> {
        let path = self.any_path(random)?;
        let file = self.set.files.remove(&path)?;
        let to = if path.contains('_') { path.replace('_', "") } else { path.replace(".dark", "_.dark") };
        self.set.files.insert(to, file);
        Some(())
    }

    fn change_module(&mut self, random: &mut Random) -> Option<()> {
        let path = self.any_path(random)?;
        let to = *random.pick(&MODULES)?;
        let file = self.set.files.get_mut(&path)?;
        let from = file.sections[0].module.clone();
        for section in &mut file.sections {
            section.module = section.module.replacen(&from, to, 1);
        }
        Some(())
    }

    /// Two names share one hash, and perhaps not one description.
    fn equal_bodies(&mut self, random: &mut Random) -> Option<()> {
        let (left, right) = (self.any_place(random)?, self.any_place(random)?);
        let body = self.set.item(&left).body.clone();
        if body.is_type() != self.set.item(&right).body.is_type() {
            return None;
        }
        self.set.item(&right).body = body;
        Some(())
    }

    fn change_kind(&mut self, random: &mut Random) -> Option<()> {
        let place = self.any_place(random)?;
        let body = &mut self.set.item(&place).body;
        *body = match body {
            Body::Function { body, .. } => Body::Value(body.clone()),
            Body::Value(body) => Body::Function { parameter: None, result: None, body: body.clone() },
            Body::Record(fields) => Body::Enum(fields.clone()),
            Body::Enum(fields) => Body::Alias(fields.first().cloned().flatten()),
            Body::Alias(of) => Body::Record(vec![of.clone()]),
        };
        Some(())
    }

    fn body(&mut self, random: &mut Random, module: &str, is_type: bool) -> Body {
        if is_type {
            let fields: Vec<TypeName> =
                (0..1 + random.below(3)).map(|_| self.type_name(random, module)).collect();
            return match random.below(3) {
                0 => Body::Record(fields),
                1 => Body::Enum(fields),
                _ => Body::Alias(fields[0].clone()),
            };
        }
        let depth = random.below(4);
        let mut body = self.expression(random, module, depth);
        if random.chance(15) {
            let arms = (self.expression(random, module, 1), self.expression(random, module, 1));
            body = Expression::Match(Box::new(body), Box::new(arms.0), Box::new(arms.1));
        } else if random.chance(15) {
            body = Expression::Let(Box::new(body), Box::new(self.expression(random, module, 1)));
        }
        if random.chance(75) {
            let (parameter, result) = (self.type_name(random, module), self.type_name(random, module));
            Body::Function { parameter, result, body }
        } else {
            Body::Value(body)
        }
    }

    fn type_name(&mut self, random: &mut Random, module: &str) -> TypeName {
        if random.chance(55) { None } else { self.reference(random, module, true) }
    }

    fn expression(&mut self, random: &mut Random, module: &str, depth: usize) -> Expression {
        if depth == 0 {
            let name = if random.chance(30) { self.reference(random, module, false) } else { None };
            let number = Expression::Number(random.below(10) as u32);
            return match name {
                Some(name) => Expression::Name(name),
                None if random.chance(50) => Expression::Parameter,
                None => number,
            };
        }
        let inner = Box::new(self.expression(random, module, depth - 1));
        match random.below(9) {
            0..=2 => match self.reference(random, module, false) {
                Some(name) => Expression::Call(name, inner),
                None => *inner,
            },
            3 => Expression::Add(inner, Box::new(self.expression(random, module, depth - 1))),
            4 => match self.reference(random, module, false) {
                Some(name) => Expression::Pipe(inner, name),
                None => *inner,
            },
            5 => Expression::Lambda(inner),
            6 => Expression::List(vec![*inner, self.expression(random, module, 0)]),
            7 => Expression::Some(inner),
            _ => match self.reference(random, module, true) {
                Some(name) => Expression::Record(name, inner),
                None => *inner,
            },
        }
    }

    /// The written name of some item of the set.
    fn reference(&mut self, random: &mut Random, module: &str, to_type: bool) -> Option<String> {
        let mut places = self.set.places();
        places.retain(|place| self.set.item(place).body.is_type() == to_type);
        let place = random.pick(&places)?.clone();
        Some(self.spell(random, module, &place))
    }

    /// In full, or without some of the modules that it shares with the place it is written at.
    fn spell(&mut self, random: &mut Random, module: &str, to: &Place) -> String {
        let name = self.set.item(to).name.clone();
        let full = format!("{}.{name}", self.set.section(to).module);
        let shared = full.split('.').zip(module.split('.')).take_while(|(left, right)| left == right).count();
        let parts: Vec<&str> = full.split('.').collect();
        let left_out = if random.chance(70) { shared } else { random.below(shared + 1) };
        parts[left_out.min(parts.len() - 1)..].join(".")
    }
}

/// Leaves out steps of a failing script as long as it still fails (delta debugging), within a budget of trials.
pub fn shrink(mut steps: Vec<u64>, mut budget: usize, fails: impl Fn(&[u64]) -> bool) -> Vec<u64> {
    let mut size = steps.len().div_ceil(2);
    while size > 0 {
        let mut start = 0;
        let mut shrunk = false;
        while start < steps.len() && budget > 0 {
            let end = (start + size).min(steps.len());
            let rest = [&steps[..start], &steps[end..]].concat();
            budget -= 1;
            if fails(&rest) {
                steps = rest;
                shrunk = true;
            } else {
                start = end;
            }
        }
        if budget == 0 || (size == 1 && !shrunk) {
            break;
        }
        size = if size == 1 { 1 } else { size.div_ceil(2) };
    }
    steps
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_seed_decides_everything() {
        let play = || {
            let mut state = State::new(7);
            let steps: Vec<String> = (0..200).map(|seed| state.step(seed)).collect();
            (steps, state.set)
        };
        let (steps, set) = play();
        assert_eq!((steps.clone(), set.clone()), play());
        assert!(set.places().len() <= MOST_ITEMS);
        // Every kind of edit comes up, and does something now and then.
        let mut done: BTreeMap<&str, usize> = BTreeMap::new();
        for edit in steps.iter().flat_map(|step| step.split(", ")) {
            *done.entry(edit).or_default() += 1;
        }
        let kinds = done.keys().filter(|name| !name.ends_with("(nothing to do)")).count();
        assert!(kinds >= 22, "{done:?}");
    }

    /// A set that does not parse would make every step an error, and the tests empty.
    #[test]
    fn sources_are_darklang() {
        for seed in 0..20 {
            let mut state = State::new(seed);
            for step in 0..50 {
                let what = state.step(1000 * seed + step);
                for (path, text) in state.set.sources() {
                    let broken = state.set.files.get(&path).is_some_and(|file| file.broken);
                    let arena = bumpalo::Bump::new();
                    let parsed = darkc::internals::syntax::parse(&text, &arena);
                    assert_eq!(
                        !parsed.diagnostics.is_empty(),
                        broken,
                        "{path} after {what}: {:?}\n{text}",
                        parsed.diagnostics.first()
                    );
                    let lowered =
                        broken || darkc::internals::lower::file(&text, &parsed.file, &arena).is_ok();
                    assert!(lowered, "{path} after {what}\n{text}");
                }
            }
        }
    }

    #[test]
    fn scripts_are_shrunk_to_what_matters() {
        let fails = |steps: &[u64]| steps.contains(&13) && steps.contains(&77);
        assert_eq!(shrink((0..100).collect(), 1000, fails), [13, 77]);
        assert_eq!(shrink(vec![5], 10, |_| true), Vec::<u64>::new());
    }
}
