//! Where findings point.

use bumpalo::Bump;
use darkc::internals::base::diagnostic::FileDiagnostics;
use darkc::internals::base::text::Position;
use darkc::internals::check::{self, Program as _, Signatures, Texts};
use darkc::internals::lower;
use darkc::internals::program::inventory::Inventory;
use darkc::internals::program::lookup::ItemId;
use darkc::internals::program::resolve::unlinked_nodes;
use darkc::internals::syntax;

use super::{THREADS, on_program, package_texts};
use crate::common;

/// Texts as files `0.dark`, `1.dark`, ….
struct InMemory<'t> {
    texts: &'t [&'t str],
    inventory: &'t Inventory,
}

impl Texts for InMemory<'_> {
    fn path(&self, item: ItemId) -> String {
        format!("{}.dark", self.inventory.file(item))
    }

    fn text(&self, item: ItemId) -> Option<String> {
        Some(self.texts[self.inventory.file(item)].to_owned())
    }
}

fn diagnostics(texts: &[&str]) -> Vec<FileDiagnostics> {
    on_program(texts, |program, inventory, live| {
        let checked = check::check(program, Signatures::compiled_in(), live, THREADS);
        let findings = live.iter().zip(&checked).map(|(id, checked)| (*id, checked.findings.as_slice()));
        check::diagnostics(program, &InMemory { texts, inventory }, findings)
    })
}

/// What stands between two positions.
fn between(text: &str, start: Position, end: Position) -> String {
    let offset = |at: Position| {
        let line: usize = text.split_inclusive('\n').take(at.row as usize).map(str::len).sum();
        let units = text[line..].char_indices().scan(0, |column, (offset, character)| {
            let here = (*column, offset);
            *column += character.len_utf16() as u32;
            Some(here)
        });
        line + units.into_iter().find(|(column, _)| *column == at.column).map_or(0, |(_, offset)| offset)
    };
    text[offset(start)..offset(end)].to_owned()
}

/// `code: what it points at <- what asks for it`, one a finding.
fn pointers(texts: &[&str]) -> Vec<String> {
    let mut lines = Vec::new();
    for file in diagnostics(texts) {
        for diagnostic in &file.diagnostics {
            let at = between(&file.text, diagnostic.start, diagnostic.end);
            let mut line = format!("{}: {at}", diagnostic.code);
            for label in &diagnostic.labels {
                let other = file.others.iter().find(|other| Some(&other.path) == label.path.as_ref());
                let text = other.map_or(&file.text, |other| &other.text);
                line.push_str(&format!(" <- {}", between(text, label.start, label.end)));
            }
            lines.push(line);
        }
    }
    lines
}

#[test]
fn findings_point_at_what_is_wrong_and_at_what_asks_for_it() {
    let types = "module Test.Types

type Item = { name: String; price: Int64 }

type Colour =
  | Red
  | Grey of Int64

module Inner =
  let label (prefix: String) (item: Item) : String = prefix ++ item.name
";
    // Each line has a finding. A name before it, in the let or the call, is lowered out of order.
    let uses = "module Test.Uses

let name (item: Test.Types.Item) : Int64 =
  let (a, b) = (Test.Types.Inner.label \"é𝄞\" 5L, item.nmae)
  let f = fun (x, y) z -> x + y + \"z\"
  let color = Test.Types.Colour.Gray 1L
  let grey = Test.Types.Colour.Grey \"1\"
  let made = Test.Types.Item { name = \"n\"; prise = item.name }
  let piped = 5L |> Test.Types.Inner.label item
  let list = [ 1L; 2L; \"3\" ]
  let none = match grey with | Red -> 1L | Grai n -> 2L | 5L -> 3L
  let unit = name () 5L
  item.name
";
    assert_eq!(
        pointers(&[types, uses]),
        [
            "TYPE-ARGUMENT: 5L <- (item: Item)",
            "FIELD-UNKNOWN: nmae <- Item",
            "TYPE-OPERATOR: \"z\"",
            "CASE-UNKNOWN: Gray <- Colour",
            "TYPE-FIELD: \"1\" <- Grey of Int64",
            "FIELD-UNKNOWN: prise <- Item",
            "TYPE-ARGUMENT: 5L <- (prefix: String)",
            "TYPE-LIST: \"3\" <- 1L",
            "CASE-UNKNOWN: Grai <- Colour",
            "TYPE-PATTERN: 5L",
            "TYPE-ARGUMENT: () <- (item: Test.Types.Item)",
            "ARGUMENTS-TOO-MANY: 5L <- name",
            "TYPE-RESULT: item.name <- Int64",
        ]
    );
}

#[test]
fn a_file_that_changed_since_still_has_a_place() {
    let before = "module A.B\n\nlet f (n: Int64) : Int64 = n + \"a\"\n";
    let after = "module A.B\n\nlet f (n: Int64) : Int64 = n\n";
    let found = on_program(&[before], |program, inventory, live| {
        let checked = check::check(program, Signatures::compiled_in(), live, 1);
        let findings = live.iter().zip(&checked).map(|(id, checked)| (*id, checked.findings.as_slice()));
        check::diagnostics(program, &InMemory { texts: &[after], inventory }, findings)
    });
    let [file] = found.as_slice() else { panic!("{found:?}") };
    let [diagnostic] = file.diagnostics.as_slice() else { panic!("{file:?}") };
    assert_eq!(between(after, diagnostic.start, diagnostic.end), "f");
}

/// A node that is noted twice or not at all would shift all that follow it.
#[test]
fn every_node_has_one_place() {
    let mut sets: Vec<_> = common::ground_truth::package_sets().map(|set| set.packages).into();
    sets.extend(common::oracle().map(|oracle| oracle.join("packages")));
    for packages in sets {
        let texts = package_texts(&packages);
        let texts: Vec<&str> = texts.values().map(String::as_str).collect();
        let counted = on_program(&texts, |program, inventory, live| {
            let places = |text: &&str| lower::places(text, &syntax::parse(text, &Bump::new()).file);
            let places: Vec<_> = texts.iter().map(places).collect();
            let mut counted = 0;
            for id in live {
                let linked = program.linked(*id).expect("a loaded item");
                let nodes = unlinked_nodes(linked.code, linked.resolutions);
                let places = &places[inventory.file(*id)][program.name(*id)];
                let count = places.nodes.len();
                assert!(nodes.iter().all(|node| (*node as usize) < count), "{}", program.name(*id));
                // All but the parts of dotted paths that turned out to be one name are nodes of the tree.
                assert!(nodes.len() <= count, "{}", program.name(*id));
                if nodes.last().is_some_and(|last| *last as usize == nodes.len() - 1) {
                    assert_eq!(nodes.len(), count, "{}", program.name(*id));
                }
                counted += nodes.len();
            }
            counted
        });
        println!("{}: {counted} nodes", packages.display());
        assert!(counted > 1000);
    }
}

#[test]
fn expressions_have_types_for_an_editor() {
    let text = "module A.B\n\nlet f (n: Int64) : List<String> =\n  let pair = (n, \"a\")\n  let g = fun x -> x\n  [ g \"b\" ]\n";
    let types = on_program(&[text], |program, _, live| {
        check::expression_types(program, Signatures::compiled_in(), live[0])
    });
    let types: Vec<&str> = types.iter().map(|(_, typ)| typ.as_str()).collect();
    assert_eq!(
        types,
        [
            "List<String>",
            "(Int64 * String)",
            "Int64",
            "String",
            "List<String>",
            "(_ -> _)",
            "_",
            "List<String>",
            "String",
            "(String -> String)",
            "String",
        ]
    );
}
