//! The table of names that an item leaves to the linker.

use std::collections::HashMap;

use darkc_cache_format::model::{Namespace, Site, SiteId, SourcePosition, Text};
use xxhash_rust::xxh3::Xxh3;

use crate::base::text::{LineIndex, Span};

/// Equal names of one namespace share a site, numbered by first use.
#[derive(Default)]
pub struct Sites<'s> {
    sites: Vec<Site<'s>>,
    positions: Vec<SourcePosition>,
    by_hash: HashMap<u64, SiteId>,
}

impl<'s> Sites<'s> {
    pub fn add(
        &mut self,
        namespace: Namespace,
        written: Vec<&'s str>,
        lines: &LineIndex<'s>,
        span: Span,
    ) -> SiteId {
        let mut hasher = Xxh3::new();
        for part in &written {
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
        let written = written.into_iter().map(Text::Borrowed).collect();
        self.sites.push(Site { namespace, written });
        self.positions.push(source_position(lines, span));
        next
    }

    pub fn finish(self) -> (Vec<Site<'s>>, Vec<SourcePosition>) {
        (self.sites, self.positions)
    }
}

pub fn source_position(lines: &LineIndex<'_>, span: Span) -> SourcePosition {
    let start = lines.position(span.start);
    SourcePosition { row: start.row, column: start.column, length: lines.length(span) }
}
