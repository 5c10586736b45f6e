//! The table of names that an item leaves to the linker.

use std::collections::HashMap;

use bumpalo::Bump;
use darkc_cache_format::model::{Namespace, Site, SiteId, SourcePosition};
use smallvec::SmallVec;
use xxhash_rust::xxh3::Xxh3;

use crate::base::text::{LineIndex, Span};
use crate::syntax::ast;

/// The parts of a name, as written.
pub type Parts<'t> = SmallVec<[&'t str; 6]>;

pub fn written<'t>(name: &ast::QualifiedName<'t>) -> Parts<'t> {
    name.modules.iter().chain([&name.name]).map(|part| part.name).collect()
}

/// Equal names of one namespace share a site, numbered by first use.
#[derive(Default)]
pub struct Sites<'a> {
    sites: Vec<Site<'a>>,
    positions: Vec<SourcePosition>,
    by_hash: HashMap<u64, SiteId>,
}

impl<'a> Sites<'a> {
    pub fn add(
        &mut self,
        arena: &'a Bump,
        namespace: Namespace,
        written: &[&str],
        position: impl FnOnce() -> SourcePosition,
    ) -> SiteId {
        let mut hasher = Xxh3::new();
        for part in written {
            hasher.update(part.as_bytes());
            hasher.update(b".");
        }
        hasher.update(&[namespace as u8]);
        let next = self.sites.len() as SiteId;
        let found = *self.by_hash.entry(hasher.digest()).or_insert(next);
        if let Some(site) = self.sites.get(found as usize)
            && site.namespace == namespace
            && site.written == written
        {
            return found;
        }
        let written = written.iter().map(|part| &*arena.alloc_str(part));
        self.sites.push(Site { namespace, written: arena.alloc_slice_fill_iter(written) });
        self.positions.push(position());
        next
    }

    /// The table and where its sites are first written; nothing is left of either.
    pub fn take(&mut self, arena: &'a Bump) -> (&'a [Site<'a>], &'a [SourcePosition]) {
        let taken = (&*arena.alloc_slice_copy(&self.sites), &*arena.alloc_slice_copy(&self.positions));
        self.sites.clear();
        self.positions.clear();
        self.by_hash.clear();
        taken
    }
}

pub fn source_position(lines: &LineIndex<'_>, span: Span) -> SourcePosition {
    let start = lines.position(span.start);
    SourcePosition { row: start.row, column: start.column, length: lines.length(span) }
}
