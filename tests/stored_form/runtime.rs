//! The runtime form of every type and function.

use darkc::internals::base::location::ItemKind;
use darkc::internals::binary::ids::Zero;
use darkc::internals::binary::writer::Writer;
use darkc::internals::compile;
use darkc::internals::program::tree::Definition;

#[test]
fn items_compile_byte_for_byte() {
    let Some(oracle) = super::load() else { return };
    let runtime = |kind| match kind {
        ItemKind::Type => Some("SELECT rt_def FROM package_types WHERE hash = ?"),
        ItemKind::Fn => Some("SELECT rt_instrs FROM package_functions WHERE hash = ?"),
        ItemKind::Value => None,
    };
    let mut out = Writer::new();
    for (tree, hash) in oracle.trees.iter().zip(&oracle.lookup.hashes) {
        let (location, kind) = &oracle.lookup.items[tree.id.index()];
        let Some(sql) = runtime(*kind) else { continue };
        let mut statement = oracle.database.prepare_cached(sql).unwrap();
        let expected: Vec<u8> = statement.query_row([&*hash.to_hex()], |row| row.get(0)).unwrap();
        out.clear();
        match &tree.definition {
            Definition::Type(declaration) => {
                compile::type_definition(*hash, declaration, &oracle.lookup, &mut out);
            }
            Definition::Fn(function) => compile::function(*hash, function, &oracle.lookup, &Zero, &mut out),
            Definition::Value(_) => continue,
        }
        let differs_at = out.bytes().iter().zip(&expected).position(|(ours, theirs)| ours != theirs);
        assert!(out.bytes() == expected, "{location} differs at {differs_at:?}");
    }
}
