//! The strongly connected groups of the dependency graph.

use crate::program::lookup::ItemId;

/// Not one of the nodes asked about.
const OUTSIDE: u32 = u32::MAX;
const UNSEEN: u32 = u32::MAX - 1;
/// In a finished group.
const DONE: u32 = u32::MAX - 2;

/// Items whose hashes depend on each other, or one item alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Ascending.
    pub members: Vec<ItemId>,
    /// Whether a member mentions a member: several members always do, and an item may mention itself.
    pub cyclic: bool,
}

/// Returns the groups of `nodes`, each after the groups that it depends on. `items` is a bound above every id.
/// `dependencies` returns what an item mentions; mentions of items that are not among the nodes are ignored. Equal
/// arguments give an equal order.
///
/// Tarjan's algorithm with its recursion kept on a vector, so that a long chain of items needs no deep stack.
pub fn groups<'d>(
    items: usize,
    nodes: &[ItemId],
    dependencies: impl Fn(ItemId) -> &'d [ItemId],
) -> Vec<Group> {
    let mut search = Search { order: vec![OUTSIDE; items], lowest: vec![0; items], ..Search::default() };
    for node in nodes {
        search.order[node.index()] = UNSEEN;
    }
    for node in nodes {
        if search.order[node.index()] == UNSEEN {
            search.run(*node, &dependencies);
        }
    }
    search.groups
}

#[derive(Default)]
struct Search {
    /// The place at which each node was reached, or one of the marks above.
    order: Vec<u32>,
    /// The earliest place that a node is known to lead back to.
    lowest: Vec<u32>,
    reached: u32,
    /// Nodes that may still turn out to be in one group.
    pending: Vec<ItemId>,
    /// The nodes being visited and how many of their dependencies have been looked at.
    visits: Vec<(ItemId, usize)>,
    groups: Vec<Group>,
}

impl Search {
    fn run<'d>(&mut self, root: ItemId, dependencies: &impl Fn(ItemId) -> &'d [ItemId]) {
        self.enter(root);
        while let Some(&mut (node, ref mut looked_at)) = self.visits.last_mut() {
            if let Some(&next) = dependencies(node).get(*looked_at) {
                *looked_at += 1;
                match self.order[next.index()] {
                    UNSEEN => self.enter(next),
                    OUTSIDE | DONE => {}
                    place => self.leads_back(node, place),
                }
            } else {
                self.visits.pop();
                let lowest = self.lowest[node.index()];
                if lowest == self.order[node.index()] {
                    self.close(node, dependencies(node));
                }
                if let Some(&(parent, _)) = self.visits.last() {
                    self.leads_back(parent, lowest);
                }
            }
        }
    }

    fn enter(&mut self, node: ItemId) {
        self.order[node.index()] = self.reached;
        self.lowest[node.index()] = self.reached;
        self.reached += 1;
        self.pending.push(node);
        self.visits.push((node, 0));
    }

    fn leads_back(&mut self, node: ItemId, place: u32) {
        let lowest = &mut self.lowest[node.index()];
        *lowest = place.min(*lowest);
    }

    /// Makes a group of everything that has been pending since `first` was reached.
    fn close(&mut self, first: ItemId, dependencies: &[ItemId]) {
        let start = self.pending.iter().rposition(|node| *node == first).unwrap_or(0);
        let mut members = self.pending.split_off(start);
        for node in &members {
            self.order[node.index()] = DONE;
        }
        members.sort_unstable();
        let cyclic = members.len() > 1 || dependencies.contains(&first);
        self.groups.push(Group { members, cyclic });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grouped(nodes: &[u32], edges: &[&[u32]]) -> Vec<Vec<u32>> {
        let edges: Vec<Vec<ItemId>> =
            edges.iter().map(|items| items.iter().map(|item| ItemId(*item)).collect()).collect();
        let nodes: Vec<ItemId> = nodes.iter().map(|node| ItemId(*node)).collect();
        groups(edges.len(), &nodes, |item| &edges[item.index()])
            .into_iter()
            .map(|group| group.members.into_iter().map(|item| item.0).collect())
            .collect()
    }

    #[test]
    fn dependencies_come_first() {
        assert_eq!(grouped(&[0, 1, 2], &[&[1, 2], &[2], &[]]), [[2], [1], [0]]);
    }

    #[test]
    fn a_cycle_is_one_group_with_ascending_members() {
        assert_eq!(grouped(&[0, 1, 2, 3], &[&[3], &[2], &[0], &[1, 2]]), [[0, 1, 2, 3]]);
        let two_cycles: [&[u32]; 5] = [&[4], &[0, 3], &[2], &[1], &[0]];
        assert_eq!(grouped(&[0, 1, 2, 3, 4], &two_cycles), [vec![0, 4], vec![1, 3], vec![2]]);
    }

    #[test]
    fn an_item_that_mentions_itself_is_cyclic() {
        let edges = [vec![ItemId(0)], vec![ItemId(0)]];
        let found = groups(2, &[ItemId(1), ItemId(0)], |item| &edges[item.index()]);
        let cyclic: Vec<bool> = found.iter().map(|group| group.cyclic).collect();
        assert_eq!(cyclic, [true, false]);
    }

    #[test]
    fn items_that_are_not_asked_about_connect_nothing() {
        assert_eq!(grouped(&[0, 2], &[&[1], &[2], &[0]]), [[0], [2]]);
    }

    #[test]
    fn a_long_chain_needs_no_deep_stack() {
        let nodes: Vec<u32> = (0..200_000).collect();
        let edges: Vec<Vec<u32>> = nodes.iter().map(|node| vec![(node + 1).min(199_999)]).collect();
        let edges: Vec<&[u32]> = edges.iter().map(Vec::as_slice).collect();
        assert_eq!(grouped(&nodes, &edges).len(), 200_000);
    }
}
