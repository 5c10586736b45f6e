//! Everything that the database holds of one item.

use std::collections::HashMap;

use crate::base::hash::{ContentHash, Fingerprint};
use crate::base::location::ItemKind;
use crate::binary::ids::{Derived, NodeIds, Zero, same_but_ids};
use crate::binary::writer::{BLOB_HEADER_LENGTH, Writer};
use crate::ops::Op;
use crate::ops::payload;
use crate::program::lookup::{ItemId, ItemLookup};
use crate::program::tree::{Definition, Item};

/// Where node ids come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeIdMode {
    /// From the item's content hash and the node's place in it.
    Derived,
    /// All are zero, for comparison.
    Zero,
}

/// Compiled items by what they are of. Each lies by itself: an item takes some 400 bytes here, and a table that grows
/// holds twice as many places as items, so that a first load of 37,000 items took half of its memory for this table and
/// the list that it was made from.
pub type CompiledItems = HashMap<ItemId, Box<CompiledItem>>;

/// The columns `package_values.rt_dval` and `value_type`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueColumns {
    pub rt_dval: Vec<u8>,
    /// Where node ids stand in `rt_dval`: those of lambdas.
    pub ids: Vec<u32>,
    pub value_type: Vec<u8>,
}

impl ValueColumns {
    /// Whether stored columns say the same, node ids apart.
    pub fn says_the_same(&self, rt_dval: &[u8], value_type: &[u8], scratch: &mut Vec<u8>) -> bool {
        self.value_type == value_type && same_but_ids(&self.rt_dval, &self.ids, rt_dval, scratch)
    }
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
    /// What [`super::value`] writes of a value, which no column holds; nothing of a type or function.
    pub instructions: Vec<u8>,
    /// The result of a value, once it is evaluated.
    pub result: Option<ValueColumns>,
    pub description: String,
    pub add_op: Op,
    /// Binds the item's name to its hash.
    pub set_name: Op,
    /// The items that it mentions, in order of first mention.
    pub mentions: Vec<ItemId>,
    /// [`row_fingerprint`] of its row.
    pub row: Fingerprint,
    /// [`dependencies_fingerprint`] of its dependency rows.
    pub dependencies: Fingerprint,
    /// Where node ids stand in the blob of the Add op; in `pt_def` they stand one tag earlier.
    op_ids: Vec<u32>,
    /// Where node ids stand in `runtime`.
    runtime_ids: Vec<u32>,
}

impl CompiledItem {
    /// Whether a stored Add op is the item's, or differs from it in node ids alone.
    pub fn adds_the_same(&self, op_blob: &[u8], scratch: &mut Vec<u8>) -> bool {
        same_but_ids(&self.add_op.blob, &self.op_ids, op_blob, scratch)
    }

    /// Whether a stored row is the item's, or differs from it in node ids alone.
    pub fn has_the_same_row(
        &self,
        pt_def: &[u8],
        runtime: &[u8],
        description: &str,
        scratch: &mut Vec<u8>,
    ) -> bool {
        let places: Vec<u32> =
            self.op_ids.iter().map(|place| place - payload::ADD_TAG_LENGTH as u32).collect();
        self.description == description
            && same_but_ids(&self.pt_def, &places, pt_def, scratch)
            && same_but_ids(&self.runtime, &self.runtime_ids, runtime, scratch)
    }

    /// Of everything that reaches the item's row and its dependency rows.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&[self.row.0.to_le_bytes(), self.dependencies.0.to_le_bytes()].concat())
    }
}

/// Of all that darkc writes into an item's row.
pub fn row_fingerprint(pt_def: &[u8], runtime: &[u8], description: &str) -> Fingerprint {
    let parts = [pt_def, runtime, description.as_bytes()];
    Fingerprint::of(&parts.map(|part| Fingerprint::of(part).0.to_le_bytes()).concat())
}

/// Of an item's dependency rows (hash, kind, location or "" for none), whatever their order; a row counts once
/// however often it is given.
pub fn dependencies_fingerprint<'r>(
    rows: impl IntoIterator<Item = (ContentHash, ItemKind, &'r str)>,
) -> Fingerprint {
    let mut bytes = Vec::new();
    let mut one = |(hash, kind, location): (ContentHash, ItemKind, &str)| {
        bytes.clear();
        bytes.extend_from_slice(&hash.0);
        bytes.push(kind as u8);
        bytes.extend_from_slice(location.as_bytes());
        Fingerprint::of(&bytes).0.to_le_bytes()
    };
    let mut rows: Vec<[u8; 16]> = rows.into_iter().map(&mut one).collect();
    rows.sort_unstable();
    rows.dedup();
    Fingerprint::of(&rows.concat())
}

/// Compiles one resolved item. The lookup must know its hash and the hashes of all that it mentions.
pub fn item(
    item: &Item<'_>,
    mentions: Vec<ItemId>,
    lookup: &impl ItemLookup,
    mode: NodeIdMode,
    scratch: &mut Writer,
) -> CompiledItem {
    match mode {
        NodeIdMode::Zero => with_ids(item, mentions, lookup, &Zero, scratch),
        NodeIdMode::Derived => with_ids(item, mentions, lookup, &Derived::new(lookup.hash(item.id)), scratch),
    }
}

fn with_ids(
    item: &Item<'_>,
    mentions: Vec<ItemId>,
    lookup: &impl ItemLookup,
    ids: &impl NodeIds,
    scratch: &mut Writer,
) -> CompiledItem {
    let hash = lookup.hash(item.id);
    scratch.clear();
    payload::add_item(scratch, item, hash, lookup, ids);
    let add_op = Op::of(scratch.bytes());
    let op_ids = scratch.id_places().iter().map(|place| place + BLOB_HEADER_LENGTH as u32).collect();

    // The stored form is the op's payload behind its tag.
    let mut pt_def = Writer::new();
    pt_def.blob(|out| out.raw(&scratch.bytes()[payload::ADD_TAG_LENGTH..]));

    scratch.clear();
    let mut instructions = Writer::new();
    match &item.definition {
        Definition::Type(declaration) => super::type_definition(hash, declaration, lookup, scratch),
        Definition::Value(body) => super::value(hash, body, lookup, ids, &mut instructions),
        Definition::Fn(function) => super::function(hash, function, lookup, ids, scratch),
    }
    let pt_def = pt_def.into_bytes();
    let runtime = scratch.bytes().to_vec();
    let mention = |item: &ItemId| (lookup.hash(*item), lookup.kind(*item), lookup.location(*item).as_str());
    let kind = lookup.kind(item.id);
    CompiledItem {
        id: item.id,
        kind,
        hash,
        row: row_fingerprint(&pt_def, &runtime, item.description),
        dependencies: dependencies_fingerprint(mentions.iter().map(mention)),
        pt_def,
        runtime,
        instructions: instructions.into_bytes(),
        result: None,
        description: item.description.to_owned(),
        add_op,
        set_name: Op::set_name(lookup.location(item.id), kind, hash),
        mentions,
        op_ids,
        runtime_ids: scratch.id_places().to_vec(),
    }
}
