//! `darkc deps`, `explain` and `diff`: whole outputs on small sets and on the examples.

mod deps;
mod diff;
mod documents;
mod explain;

use crate::common::{Run, Tree};

const STORE: &str = "store.db";

/// A package set of few items: a chain, a type that others use, a cycle, and a function that nothing uses.
fn shop() -> Tree {
    let tree = Tree::empty();
    tree.write(
        "shop/item.dark",
        b"module Shop.Item\n\ntype Item =\n  { name: String\n    price: Int64 }\n\nval bread = Item { name = \"bread\"; price = 3L }\n",
    );
    tree.write(
        "shop/till.dark",
        b"module Shop.Till\n\n/// What an item costs\nlet cost (item: Item.Item) : Int64 = item.price\n\nlet total () : Int64 =\n  \
          (cost Item.bread) + (cost Item.bread)\n\nlet spare (n: Int64) : Int64 = n\n",
    );
    tree.write(
        "shop/tree.dark",
        b"module Shop.Tree\n\ntype Leaf = | Leaf of Branch\n\ntype Branch = | End | Branch of Leaf\n",
    );
    tree
}

/// What a run said on standard output and standard error, with the tree's own place made `TREE`.
fn said(tree: &Tree, run: &Run) -> (String, String) {
    let packages = tree.packages();
    let folder = packages.parent().expect("a folder").to_str().expect("a UTF-8 path");
    let plain = |text: &str| text.replace(folder, "TREE");
    (plain(&run.stdout), plain(&run.stderr))
}
