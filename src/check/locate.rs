//! From findings to diagnostics: where in the sources nodes and declarations stand.

use std::collections::BTreeMap;
use std::collections::HashMap;

use bumpalo::Bump;

use super::finding::{Asked, Finding, Part, Place, Spot};
use super::program::Program;
use crate::base::diagnostic::{Diagnostic, FileDiagnostics, Label, SourceText};
use crate::lower::{Places, Range, places};
use crate::program::lookup::ItemId;
use crate::program::resolve::unlinked_nodes;
use crate::syntax;

/// The sources of a program.
pub trait Texts {
    /// The path of the file that an item is declared in, as the user may open it.
    fn path(&self, item: ItemId) -> String;
    /// The file's decoded text; `None` where it is gone.
    fn text(&self, item: ItemId) -> Option<String>;
}

/// A parsed file, and where the parts of its items stand.
struct File {
    source: SourceText,
    places: HashMap<String, Places>,
}

struct Locator<'p> {
    program: &'p dyn Program,
    texts: &'p dyn Texts,
    files: HashMap<String, Option<File>>,
}

/// The findings as warnings, file by file in order of path, in order of place. Each file that is pointed at is
/// parsed again. A file that no longer holds the item gets no diagnostic.
pub fn diagnostics<'f>(
    program: &dyn Program,
    texts: &dyn Texts,
    findings: impl IntoIterator<Item = (ItemId, &'f [Finding])>,
) -> Vec<FileDiagnostics> {
    let mut locator = Locator { program, texts, files: HashMap::new() };
    let mut found: BTreeMap<String, FileDiagnostics> = BTreeMap::new();
    for (item, findings) in findings {
        let nodes = program.linked(item).map(|linked| unlinked_nodes(linked.code, linked.resolutions));
        let nodes = nodes.unwrap_or_default();
        for finding in findings {
            if let Some((diagnostic, others)) = locator.diagnostic(item, &nodes, finding) {
                let path = texts.path(item);
                let file = found.entry(path.clone()).or_insert_with(|| FileDiagnostics {
                    text: locator.file(item).map_or_else(String::new, |file| file.source.text.clone()),
                    path,
                    ..FileDiagnostics::default()
                });
                file.diagnostics.push(diagnostic);
                for other in others {
                    if !file.others.contains(&other) {
                        file.others.push(other);
                    }
                }
            }
        }
    }
    let mut files: Vec<FileDiagnostics> = found.into_values().collect();
    for file in &mut files {
        file.diagnostics.sort_by_key(|diagnostic| (diagnostic.start, diagnostic.end));
    }
    files
}

impl Locator<'_> {
    fn file(&mut self, item: ItemId) -> Option<&File> {
        let path = self.texts.path(item);
        if !self.files.contains_key(&path) {
            let file = self.texts.text(item).map(|text| {
                let arena = Bump::new();
                let places = places(&text, &syntax::parse(&text, &arena).file);
                File { source: SourceText { path: path.clone(), text }, places }
            });
            self.files.insert(path.clone(), file);
        }
        self.files.get(&path)?.as_ref()
    }

    fn places(&mut self, item: ItemId) -> Option<&Places> {
        let name = self.program.name(item).to_owned();
        self.file(item)?.places.get(&name)
    }

    /// The diagnostic, and the other files that it points into.
    fn diagnostic(
        &mut self,
        item: ItemId,
        nodes: &[u32],
        finding: &Finding,
    ) -> Option<(Diagnostic, Vec<SourceText>)> {
        let places = self.places(item)?;
        let range = node(places, nodes, finding.node, finding.spot);
        let mut diagnostic =
            Diagnostic::warning(finding.code.name(), range.start, range.end, finding.message.clone());
        diagnostic.item = Some(self.program.name(item).to_owned());
        diagnostic.notes.extend(finding.note.clone());
        diagnostic.notes.extend(finding.hint.clone());
        diagnostic.suggestions.clone_from(&finding.suggestions);
        let asked = finding.asked.as_ref().and_then(|asked| self.label(item, nodes, asked));
        let (labels, others): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
        diagnostic.labels = labels;
        Some((diagnostic, others.into_iter().flatten().collect()))
    }

    fn label(&mut self, item: ItemId, nodes: &[u32], asked: &Asked) -> Option<(Label, Option<SourceText>)> {
        let label =
            |path, range: Range| Label { path, start: range.start, end: range.end, text: asked.text.clone() };
        let (name, part) = match &asked.place {
            Place::Node(at) => {
                let places = self.places(item)?;
                return Some((label(None, node(places, nodes, *at, Spot::Whole)), None));
            }
            Place::Declared(name, part) => (name, *part),
        };
        let declared = self.program.find(name)?;
        let places = self.places(declared)?;
        let range = match part {
            Part::Name => Some(places.name),
            Part::Parameter(at) => places.params.get(at as usize).copied(),
            Part::Result => places.result,
            Part::Member(at) => places.members.get(at as usize).copied(),
        };
        let range = range.unwrap_or(places.name);
        if self.texts.path(declared) == self.texts.path(item) {
            return Some((label(None, range), None));
        }
        let source = self.file(declared)?.source.clone();
        Some((label(Some(source.path.clone()), range), Some(source)))
    }
}

/// Where a node stands, or the item's name where the source has changed since.
fn node(places: &Places, nodes: &[u32], at: u32, spot: Spot) -> Range {
    let node = nodes.get(at as usize).and_then(|at| places.nodes.get(*at as usize));
    node.map_or(places.name, |node| {
        let part = match spot {
            Spot::Whole => None,
            Spot::Name => node.name,
            Spot::Label => node.label,
        };
        part.unwrap_or(node.whole)
    })
}
