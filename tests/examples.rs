//! The package set in `examples/` is valid, and every name in it means something.

use std::path::Path;

use darkc::internals::base::parallel::{self, Threads};
use darkc::internals::discover;
use darkc::internals::link;
use darkc::internals::load::{self, Options, Sidecars, TOOL_DIGEST};
use darkc::internals::program::inventory::{FileDeclarations, Inventory};
use darkc::internals::program::lookup::ItemId;
use darkc::internals::program::resolve::Resolution;
use darkc::internals::state::Remembered;

#[test]
fn every_name_of_the_example_packages_resolves() {
    parallel::on_large_stack(check).expect("a thread");
}

fn check() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/packages");
    let sources = discover::sources(&root, Threads::OnePerProcessor).expect("readable sources");
    assert_eq!(sources.len(), 9);
    let options = Options { sidecars: Sidecars::ReadOnly, threads: 1, tool: TOOL_DIGEST };
    let loaded = load::load(&root, &sources.iter().collect::<Vec<_>>(), options);
    let declarations = sources.iter().zip(loaded).map(|(source, loaded)| {
        let content = loaded.content.unwrap_or_else(|failure| panic!("{}: {failure:?}", source.path));
        FileDeclarations { before: None, content: Some(content) }
    });
    let inventory = Inventory::new(Remembered::default(), declarations);
    assert_eq!(inventory.duplicates(), []);
    let ids: Vec<ItemId> = inventory.live().collect();
    let mut unresolved = Vec::new();
    for linked in link::link(&inventory, &inventory, &link::Builtins::default(), &ids, 1) {
        let sites = inventory.written(linked.id).map_or(&[][..], |written| written.item.code.sites);
        for (site, resolution) in sites.iter().zip(&linked.resolutions) {
            let found = match resolution {
                Resolution::Type(found) => found.is_ok(),
                Resolution::Term { value, function } => value.is_ok() || function.is_ok(),
            };
            if !found {
                unresolved.push(format!("{}: {}", inventory.name(linked.id), site.written.join(".")));
            }
        }
    }
    assert_eq!(unresolved, [] as [String; 0]);
    println!("{} items", ids.len());
}
