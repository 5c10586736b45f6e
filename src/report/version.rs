//! What a binary is made of, for bug reports.

use super::{Report, line};
use crate::commands::Binary;

impl Report {
    /// Lines of `name: value`, the version first.
    pub fn version(&mut self, binary: &Binary) {
        let Binary { version, tool_digest, state_digest, release, sqlite, target } = binary;
        line(&mut self.data, format_args!("darkc {version}"));
        line(&mut self.data, format_args!("tool digest: {tool_digest}"));
        line(&mut self.data, format_args!("state digest: {state_digest}"));
        line(&mut self.data, format_args!("Darklang Release: {release}"));
        line(&mut self.data, format_args!("SQLite: {sqlite}"));
        line(&mut self.data, format_args!("target: {target}"));
    }
}
