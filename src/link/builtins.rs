//! The manifest of Darklang's built-in functions and values.

use std::collections::HashMap;
use std::sync::OnceLock;

use darkc_cache_format::model::ItemKind;

const MANIFEST: &str = include_str!("builtins.tsv");

/// Finds a built-in; the name it returns lives as long as the program.
pub fn find(kind: ItemKind, name: &str, version: u32) -> Option<&'static str> {
    let &(name, kinds) = manifest().get(&(name, version))?;
    let wanted = if kind == ItemKind::Fn { FN } else { VALUE };
    (kinds & wanted != 0).then_some(name)
}

const FN: u8 = 1;
const VALUE: u8 = 2;

type Manifest = HashMap<(&'static str, u32), (&'static str, u8)>;

fn manifest() -> &'static Manifest {
    static PARSED: OnceLock<Manifest> = OnceLock::new();
    PARSED.get_or_init(|| {
        let mut parsed = Manifest::new();
        for line in MANIFEST.lines().filter(|line| !line.starts_with('#')) {
            let mut fields = line.split('\t');
            if let (Some(kind), Some(name), Some(version)) = (fields.next(), fields.next(), fields.next()) {
                let bit = if kind == "fn" { FN } else { VALUE };
                parsed.entry((name, version.parse().unwrap_or(0))).or_insert((name, 0)).1 |= bit;
            }
        }
        parsed
    })
}
