//! The package set in `examples/` is valid, and every name in it means something.

use std::path::Path;

use darkc::base::parallel::{self, Threads};
use darkc::discover;
use darkc::link;
use darkc::load::{self, Options, Sidecars, Slot, TOOL_DIGEST};
use darkc::program::inventory::{Declared, Inventory, Name, Written};
use darkc::program::resolve::Resolution;
use darkc::program::world::ItemId;
use darkc::state::keys::ItemKey;

use darkc::base::hash::Fingerprint;

#[test]
fn every_name_of_the_example_packages_resolves() {
    parallel::on_large_stack(check).expect("a thread");
}

fn check() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/packages");
    let sources = discover::sources(&root, Threads::OnePerProcessor).expect("readable sources");
    assert_eq!(sources.len(), 9);
    let slots: Vec<Slot> = sources.into_iter().map(Slot::new).collect();
    let options = Options { sidecars: Sidecars::ReadOnly, threads: 1, tool: TOOL_DIGEST };
    let borrowed: Vec<&Slot> = slots.iter().collect();
    let loaded = load::load(&root, &borrowed, options);
    let mut inventory = Inventory::with_capacity(64);
    for (file, (slot, loaded)) in slots.iter().zip(&loaded).enumerate() {
        let path = &slot.source().path;
        let content = loaded.content.as_ref().unwrap_or_else(|failure| panic!("{path}: {failure:?}"));
        for (place, item) in content.file.items.iter().enumerate() {
            inventory.add(Declared {
                kind: item.kind,
                name: Name::new(item.location),
                key: ItemKey::of(item.location),
                file: file as u32,
                place: place as u32,
                written: Some(Written { item, code: Fingerprint(content.code_fingerprints[place]) }),
                known: None,
                revived: false,
                shadowed: false,
            });
        }
    }
    assert_eq!(inventory.duplicates, []);
    let ids: Vec<ItemId> = inventory.live().map(|(id, _)| id).collect();
    let mut unresolved = Vec::new();
    for linked in link::link(&inventory, &inventory, &ids, 1) {
        let declared = inventory.get(linked.id);
        let sites = declared.written.map_or(&[][..], |written| written.item.code.sites);
        for (site, resolution) in sites.iter().zip(&linked.resolutions) {
            let found = match resolution {
                Resolution::Type(found) => found.is_ok(),
                Resolution::Term { value, function } => value.is_ok() || function.is_ok(),
            };
            if !found {
                unresolved.push(format!("{}: {}", declared.name, site.written.join(".")));
            }
        }
    }
    assert_eq!(unresolved, [] as [String; 0]);
    println!("{} items", ids.len());
}
