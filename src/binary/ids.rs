//! Where the ids of nodes come from.

use crate::program::tree::NodeIndex;

/// Gives each node of one item its id.
pub trait NodeIds {
    fn id(&self, node: NodeIndex) -> u64;
}
