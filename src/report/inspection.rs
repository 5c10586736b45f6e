//! What single files hold, for people and as JSON.

use serde::Serialize;

use super::findings::JsonDiagnostic;
use super::{Report, diagnostics, json_line, kind_name, line, plural};
use crate::base::diagnostic::FileDiagnostics;
use crate::base::text::LineIndex;
use crate::commands::outcome::{Inspected, InspectedSidecar, ListedItem, Verdict};
use crate::syntax::hints;

/// Enough of a content hash to tell items apart by eye.
const SHORT_HASH: usize = 12;

#[derive(Serialize)]
pub(super) struct JsonItem<'o> {
    kind: &'static str,
    name: &'o str,
    hash: String,
}

impl<'o> JsonItem<'o> {
    pub(super) fn of(item: &'o ListedItem) -> Self {
        JsonItem { kind: kind_name(item.kind), name: &item.location, hash: item.hash.to_hex().to_string() }
    }
}

#[derive(Serialize)]
struct JsonInspected<'o> {
    path: &'o str,
    verdict: &'static str,
    items: Vec<JsonItem<'o>>,
    diagnostics: Vec<JsonDiagnostic<'o>>,
}

#[derive(Serialize)]
struct JsonSidecarItem<'o> {
    kind: &'static str,
    name: &'o str,
}

#[derive(Serialize)]
struct JsonSidecar<'o> {
    path: &'o str,
    verdict: &'static str,
    unfit: Option<&'o str>,
    bytes: u64,
    format: u32,
    tool: &'o str,
    source_hash: &'o str,
    source_bytes: u64,
    items: Vec<JsonSidecarItem<'o>>,
}

fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "ok",
        Verdict::Error => "error",
        Verdict::PackageError => "package-error",
    }
}

impl Report {
    /// One object: `{"path", "verdict", "items", "diagnostics"}`, positions one-based.
    pub fn inspected_json(&mut self, file: &Inspected) {
        let lines = LineIndex::new(&file.text);
        let diagnostics =
            file.diagnostics.iter().map(|diagnostic| JsonDiagnostic::of(None, diagnostic, &lines));
        let object = JsonInspected {
            path: &file.path,
            verdict: verdict_name(file.verdict),
            items: file.items.iter().map(JsonItem::of).collect(),
            diagnostics: diagnostics.collect(),
        };
        json_line(&mut self.data, &object);
    }

    /// Prints each item and its hash, then its canonical form. A file that is refused has none.
    pub fn canonical_text(&mut self, file: &Inspected) {
        if file.verdict != Verdict::Ok {
            return self.inspected_text(file);
        }
        for (item, canonical) in file.items.iter().zip(&file.canonical) {
            self.canonical_item(item, canonical);
        }
    }

    /// Prints an item and its hash, then its canonical form.
    pub fn canonical_item(&mut self, item: &ListedItem, canonical: &str) {
        let (kind, location) = (kind_name(item.kind), &item.location);
        line(&mut self.data, format_args!("{kind} {location} {}", item.hash));
        self.data.push_str(canonical);
    }

    pub fn inspected_text(&mut self, file: &Inspected) {
        let (verdict, items) = (verdict_name(file.verdict), plural(file.items.len(), "item"));
        line(&mut self.data, format_args!("{}: {verdict}, {items}", file.path));
        for item in &file.items {
            let (kind, location, hash) = (kind_name(item.kind), &item.location, item.hash.to_hex());
            line(&mut self.data, format_args!("  {kind:<5} {location}  {}", &hash[..SHORT_HASH]));
        }
        if !file.diagnostics.is_empty() {
            let failure = FileDiagnostics {
                path: file.path.clone(),
                text: file.text.clone(),
                diagnostics: hints::for_people(&file.text, &file.diagnostics),
                others: Vec::new(),
            };
            // Data may go into a file, so it is never coloured.
            diagnostics::render(&mut self.data, &failure, false);
        }
    }

    pub fn sidecar_json(&mut self, sidecar: &InspectedSidecar) {
        let item = |(kind, location)| JsonSidecarItem { kind: kind_name(kind), name: location };
        let object = JsonSidecar {
            path: &sidecar.path,
            verdict: if sidecar.unfit.is_none() { "ok" } else { "error" },
            unfit: sidecar.unfit.as_deref(),
            bytes: sidecar.length,
            format: sidecar.format_version,
            tool: &sidecar.tool,
            source_hash: &sidecar.source_hash,
            source_bytes: sidecar.source_length,
            items: sidecar.items.iter().map(|(kind, location)| item((*kind, location))).collect(),
        };
        json_line(&mut self.data, &object);
    }

    pub fn sidecar_text(&mut self, sidecar: &InspectedSidecar) {
        let InspectedSidecar { path, length, format_version, tool, source_hash, source_length, .. } = sidecar;
        let verdict = sidecar.unfit.as_deref().unwrap_or("fit for use");
        let out = &mut self.data;
        line(out, format_args!("{path}: {verdict}"));
        line(out, format_args!("  {length} bytes, format {format_version}, tool {tool}"));
        line(out, format_args!("  of a source of {source_length} bytes, xxh3-128 {source_hash}"));
        line(out, format_args!("  {}", plural(sidecar.items.len(), "item")));
        for (kind, location) in &sidecar.items {
            line(out, format_args!("  {:<5} {location}", kind_name(*kind)));
        }
    }
}
