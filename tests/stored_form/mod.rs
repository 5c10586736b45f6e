//! Every blob, hash, op and dependency of the oracle's database, from trees read back out of its blobs.

mod decode;
mod runtime;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use darkc::internals::base::hash::ContentHash;
use darkc::internals::base::location::{ItemKind, Location};
use darkc::internals::binary::ids::Zero;
use darkc::internals::binary::stored;
use darkc::internals::binary::writer::Writer;
use darkc::internals::hash::canonical::{Canonical, canonicalize};
use darkc::internals::hash::content::{self, Member};
use darkc::internals::hash::scc::groups;
use darkc::internals::ops::payload::{self, BranchOp};
use darkc::internals::ops::{OpId, commit_hash, op_hash};
use darkc::internals::program::lookup::{ItemId, ItemLookup};
use darkc::internals::program::tree::Item;
use rusqlite::{Connection, OpenFlags};
use uuid::Uuid;

use crate::common;

struct Items {
    items: Vec<(Location, ItemKind)>,
    hashes: Vec<ContentHash>,
}

impl ItemLookup for Items {
    fn kind(&self, item: ItemId) -> ItemKind {
        self.items[item.index()].1
    }

    fn location(&self, item: ItemId) -> &Location {
        &self.items[item.index()].0
    }

    fn hash(&self, item: ItemId) -> ContentHash {
        self.hashes[item.index()]
    }
}

struct Oracle {
    database: Connection,
    lookup: Items,
    trees: Vec<Item<'static>>,
    blobs: Vec<Vec<u8>>,
}

fn load() -> Option<Oracle> {
    let folder = common::oracle()?;
    let mut listed = BTreeMap::new();
    for line in std::fs::read_to_string(folder.join("items.tsv")).unwrap().lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let kind = match fields[0] {
            "type" => ItemKind::Type,
            "value" => ItemKind::Value,
            _ => ItemKind::Fn,
        };
        listed.insert((Location::new(fields[1]), kind), ContentHash::from_hex(fields[2]).unwrap());
    }
    let hashes: Vec<ContentHash> = listed.values().copied().collect();
    let items: Vec<(Location, ItemKind)> = listed.into_keys().collect();
    let ids: HashMap<(&str, ItemKind), ItemId> = items
        .iter()
        .enumerate()
        .map(|(index, (location, kind))| ((location.as_str(), *kind), ItemId(index as u32)))
        .collect();

    let uri = format!("file:{}?immutable=1", folder.join("loaded.db").display());
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let database = Connection::open_with_flags(uri, flags).unwrap();
    let mut rows: HashMap<(ItemKind, ContentHash), Vec<u8>> = HashMap::new();
    for (kind, table) in [
        (ItemKind::Type, "package_types"),
        (ItemKind::Value, "package_values"),
        (ItemKind::Fn, "package_functions"),
    ] {
        let mut statement = database.prepare(&format!("SELECT hash, pt_def FROM {table}")).unwrap();
        let mut found = statement.query([]).unwrap();
        while let Some(row) = found.next().unwrap() {
            let hash = ContentHash::from_hex(&row.get::<_, String>(0).unwrap()).unwrap();
            rows.insert((kind, hash), row.get(1).unwrap());
        }
    }

    let find = |kind: ItemKind, name: &str| ids[&(name, kind)];
    let mut trees = Vec::new();
    let mut blobs = Vec::new();
    for (index, (_, kind)) in items.iter().enumerate() {
        let blob = &rows[&(*kind, hashes[index])];
        let (hash, tree) = decode::item(*kind, ItemId(index as u32), blob, &find);
        assert_eq!(hash, *hashes[index].to_hex());
        trees.push(tree);
        blobs.push(blob.clone());
    }
    Some(Oracle { database, lookup: Items { items, hashes }, trees, blobs })
}

fn canonical(oracle: &Oracle) -> Vec<Canonical> {
    oracle.trees.iter().map(|tree| canonicalize(tree)).collect()
}

#[test]
fn items_are_stored_byte_for_byte() {
    let Some(oracle) = load() else { return };
    let mut out = Writer::new();
    for (index, tree) in oracle.trees.iter().enumerate() {
        out.clear();
        out.blob(|out| stored::payload(out, tree, oracle.lookup.hashes[index], &oracle.lookup, &Zero));
        assert!(out.bytes() == oracle.blobs[index], "{:?}", oracle.lookup.items[index]);
    }
}

/// Hashes are computed from nothing, group by group: an item's own and its dependencies' are not looked up.
#[test]
fn items_hash_as_in_darklang() {
    let Some(oracle) = load() else { return };
    let canonical = canonical(&oracle);
    let dependencies: Vec<Vec<ItemId>> = canonical.iter().map(Canonical::dependencies).collect();
    let nodes: Vec<ItemId> = (0..canonical.len() as u32).map(ItemId).collect();
    let unknown = ContentHash([0; 32]);
    let mut lookup = Items { items: oracle.lookup.items.clone(), hashes: vec![unknown; nodes.len()] };
    for group in groups(nodes.len(), &nodes, |item| &dependencies[item.index()]) {
        if !group.cyclic {
            let only = group.members[0].index();
            lookup.hashes[only] = content::alone(&canonical[only], &lookup);
            continue;
        }
        let member = |id: &ItemId| Member { id: *id, canonical: &canonical[id.index()] };
        let members: Vec<Member<'_>> = group.members.iter().map(member).collect();
        for (id, hash) in group.members.iter().zip(content::group(&members, &lookup)) {
            lookup.hashes[id.index()] = hash;
        }
    }
    let different: Vec<&Location> = nodes
        .iter()
        .filter(|id| lookup.hash(**id) != oracle.lookup.hash(**id))
        .map(|id| lookup.location(*id))
        .collect();
    assert!(different.is_empty(), "{} of {} differ: {different:?}", different.len(), nodes.len());
}

#[test]
fn dependencies_are_those_of_darklang() {
    let Some(oracle) = load() else { return };
    let mut ours = BTreeSet::new();
    for (canonical, hash) in canonical(&oracle).iter().zip(&oracle.lookup.hashes) {
        for item in canonical.mentions() {
            let kind = match oracle.lookup.kind(item) {
                ItemKind::Type => "type",
                ItemKind::Value => "value",
                ItemKind::Fn => "fn",
            };
            let location = oracle.lookup.location(item).as_str().to_owned();
            ours.insert((hash.to_string(), oracle.lookup.hash(item).to_string(), kind.to_owned(), location));
        }
    }
    let sql = "SELECT item_hash, depends_on_hash, depends_on_item_type,
               depends_on_owner || '.' || CASE depends_on_modules WHEN '' THEN '' ELSE depends_on_modules || '.' END
               || depends_on_name FROM package_dependencies";
    let mut statement = oracle.database.prepare(sql).unwrap();
    let theirs: BTreeSet<(String, String, String, String)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(ours.difference(&theirs).count(), 0, "{:?}", ours.difference(&theirs).next());
    assert_eq!(theirs.difference(&ours).count(), 0, "{:?}", theirs.difference(&ours).next());
}

#[test]
fn ops_have_the_bytes_and_ids_of_darklang() {
    let Some(oracle) = load() else { return };
    let mut statement = oracle.database.prepare("SELECT id, op_blob FROM package_ops").unwrap();
    let stored_ops: HashMap<String, Vec<u8>> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let mut seen = HashSet::new();
    let (mut payload, mut blob) = (Writer::new(), Writer::new());
    for (index, tree) in oracle.trees.iter().enumerate() {
        let (location, kind) = &oracle.lookup.items[index];
        let hash = oracle.lookup.hashes[index];
        for adds in [true, false] {
            payload.clear();
            blob.clear();
            if adds {
                payload::add_item(&mut payload, tree, hash, &oracle.lookup, &Zero);
            } else {
                payload::set_name(&mut payload, location, *kind, hash);
            }
            payload::package_op_blob(&mut blob, payload.bytes());
            let id = OpId::of(op_hash(payload.bytes())).to_text();
            assert_eq!(stored_ops.get(&id).map(Vec::as_slice), Some(blob.bytes()), "{location} {adds}");
            seen.insert(id);
        }
    }
    // Names that share a hash may have added it with other descriptions or names of variables.
    eprintln!("{} of {} ops seen", seen.len(), stored_ops.len());
}

#[test]
fn branch_ops_and_commits_hash_as_in_darklang() {
    let Some(oracle) = load() else { return };
    let branch: String = oracle.database.query_row("SELECT id FROM branches", [], |row| row.get(0)).unwrap();
    let branch = Uuid::parse_str(&branch).unwrap();
    let (commit, message, account): (String, String, String) = oracle
        .database
        .query_row("SELECT hash, message, account_id FROM commits", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .unwrap();
    let account = Uuid::parse_str(&account).unwrap();
    // A commit lists every op that was to be applied, those that were already there included: read them back
    // from the op that made it, where each takes a length and 64 digits at the end.
    let blob: Vec<u8> = oracle
        .database
        .query_row("SELECT op_blob FROM branch_ops ORDER BY length(op_blob) DESC LIMIT 1", [], |row| {
            row.get(0)
        })
        .unwrap();
    let count = 2 * oracle.trees.len();
    let op_hashes: Vec<ContentHash> = blob[blob.len() - 65 * count..]
        .chunks(65)
        .map(|text| ContentHash::from_hex(std::str::from_utf8(&text[1..]).unwrap()).unwrap())
        .collect();
    let create_branch = BranchOp::CreateBranch { branch, name: "main", parent: None, base_commit: None };
    let create_commit = BranchOp::CreateCommit {
        commit: ContentHash::from_hex(&commit).unwrap(),
        message: &message,
        account,
        branch,
        ops: &op_hashes,
    };
    for op in [create_branch, create_commit] {
        let (mut payload, mut blob) = (Writer::new(), Writer::new());
        payload::branch_op(&mut payload, &op);
        let id = op_hash(payload.bytes());
        payload::branch_op_blob(&mut blob, id, payload.bytes());
        let stored: Option<Vec<u8>> = oracle
            .database
            .query_row("SELECT op_blob FROM branch_ops WHERE id = ?", [&*id.to_hex()], |row| row.get(0))
            .ok();
        assert!(stored.as_deref() == Some(blob.bytes()), "{id}");
    }
    assert_eq!(commit_hash(account, branch, None, &op_hashes).to_string(), commit);
}
