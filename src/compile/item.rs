//! Everything that the database holds of one item.

use crate::base::hash::{ContentHash, Fingerprint};
use crate::base::location::ItemKind;
use crate::binary::ids::{Derived, NodeIds, Zero};
use crate::binary::ops;
use crate::binary::writer::Writer;
use crate::hash::ops::Op;
use crate::program::tree::{Definition, Item};
use crate::program::world::{ItemId, World};

/// Where node ids come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeIdMode {
    /// From the item's content hash and the node's place in it.
    Derived,
    /// All are zero, for comparison.
    Zero,
}

/// An item in all its stored forms.
#[derive(Debug)]
pub struct CompiledItem {
    pub id: ItemId,
    pub kind: ItemKind,
    pub hash: ContentHash,
    pub pt_def: Vec<u8>,
    /// `rt_def` of a type, `rt_instrs` of a function, nothing of a value.
    pub runtime: Vec<u8>,
    pub description: String,
    pub add_op: Op,
    /// The items that it mentions, in order of first mention.
    pub mentions: Vec<ItemId>,
}

impl CompiledItem {
    /// Of everything that reaches the item's row and its dependency rows.
    pub fn row_fingerprint(&self, world: &impl World) -> Fingerprint {
        let mut dependencies = Vec::with_capacity(self.mentions.len() * 64);
        for item in &self.mentions {
            dependencies.extend_from_slice(&world.hash(*item).0);
            dependencies.extend_from_slice(world.location(*item).as_str().as_bytes());
            dependencies.push(0);
        }
        row_fingerprint(&self.pt_def, &self.runtime, &self.description, &dependencies)
    }
}

fn row_fingerprint(pt_def: &[u8], runtime: &[u8], description: &str, dependencies: &[u8]) -> Fingerprint {
    let mut bytes = Vec::with_capacity(64);
    for part in [pt_def, runtime, description.as_bytes(), dependencies] {
        bytes.extend_from_slice(&Fingerprint::of(part).0.to_le_bytes());
    }
    Fingerprint::of(&bytes)
}

/// Compiles one resolved item. The world must know its hash and the hashes of all that it mentions.
pub fn item(
    item: &Item<'_>,
    mentions: Vec<ItemId>,
    world: &impl World,
    mode: NodeIdMode,
    scratch: &mut Writer,
) -> CompiledItem {
    match mode {
        NodeIdMode::Zero => with_ids(item, mentions, world, &Zero, scratch),
        NodeIdMode::Derived => with_ids(item, mentions, world, &Derived::new(world.hash(item.id)), scratch),
    }
}

fn with_ids(
    item: &Item<'_>,
    mentions: Vec<ItemId>,
    world: &impl World,
    ids: &impl NodeIds,
    scratch: &mut Writer,
) -> CompiledItem {
    let hash = world.hash(item.id);
    scratch.clear();
    ops::add_item(scratch, item, hash, world, ids);
    let add_op = Op::of(scratch.bytes());

    // The stored form is the op's payload behind its tag.
    let mut pt_def = Writer::new();
    pt_def.blob(|out| out.raw(&scratch.bytes()[ops::ADD_TAG_LENGTH..]));

    scratch.clear();
    match &item.definition {
        Definition::Type(declaration) => super::type_definition(hash, declaration, world, scratch),
        Definition::Value(_) => {}
        Definition::Fn(function) => super::function(hash, function, world, ids, scratch),
    }
    CompiledItem {
        id: item.id,
        kind: world.kind(item.id),
        hash,
        pt_def: pt_def.into_bytes(),
        runtime: scratch.bytes().to_vec(),
        description: item.description.to_owned(),
        add_op,
        mentions,
    }
}
