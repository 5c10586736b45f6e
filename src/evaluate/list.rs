//! Lists that share their tails, as Darklang's do: to push and to take the tail are one step each.

use std::fmt;
use std::rc::Rc;

use super::value::Value;

#[derive(Clone, Default)]
pub struct List {
    first: Option<Rc<Node>>,
    length: usize,
}

struct Node {
    value: Value,
    rest: List,
}

impl List {
    /// What an element takes beside what it holds.
    pub const BYTES_PER_ELEMENT: usize = size_of::<Node>() + 2 * size_of::<usize>();

    pub fn push(&self, value: Value) -> List {
        List { length: self.length + 1, first: Some(Rc::new(Node { value, rest: self.clone() })) }
    }

    /// The values of `front`, then this list.
    pub fn after(&self, front: impl DoubleEndedIterator<Item = Value>) -> List {
        front.rev().fold(self.clone(), |list, value| list.push(value))
    }

    pub fn split_first(&self) -> Option<(&Value, &List)> {
        self.first.as_ref().map(|node| (&node.value, &node.rest))
    }

    pub fn len(&self) -> usize {
        self.length
    }

    pub fn iter(&self) -> Iter<'_> {
        Iter(self)
    }
}

impl From<Vec<Value>> for List {
    fn from(values: Vec<Value>) -> Self {
        List::default().after(values.into_iter())
    }
}

impl fmt::Debug for List {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.iter()).finish()
    }
}

/// Freeing node by node keeps a long list from overflowing the stack.
impl Drop for Node {
    fn drop(&mut self) {
        let mut next = self.rest.first.take();
        while let Some(node) = next {
            match Rc::try_unwrap(node) {
                Ok(mut node) => next = node.rest.first.take(),
                Err(_) => return,
            }
        }
    }
}

pub struct Iter<'l>(&'l List);

impl<'l> Iterator for Iter<'l> {
    type Item = &'l Value;

    fn next(&mut self) -> Option<&'l Value> {
        let (value, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(value)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0.len(), Some(self.0.len()))
    }
}

impl ExactSizeIterator for Iter<'_> {}
