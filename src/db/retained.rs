//! darkc's own rows about content that it retains for others.

use rusqlite::{Connection, Row};
use uuid::Uuid;

use super::apply::{Apply, item_type};
use super::owned::{kind_of, text};
use super::schema;
use super::statements::Sql;
use crate::base::hash::ContentHash;
use crate::diff::Plan;
use crate::diff::retained::Retained;
use crate::ops::OpId;

/// All rows that can be read, in order.
pub fn read(connection: &Connection) -> rusqlite::Result<Vec<Retained>> {
    let mut table = match connection.prepare("SELECT hash, kind, location, add_op, named FROM darkc_retained")
    {
        Ok(table) => table,
        Err(_) if !schema::has_darkc_tables(connection)? => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut rows = table.query([])?;
    let mut retained = Vec::new();
    while let Some(row) = rows.next()? {
        retained.extend(read_row(row)?);
    }
    retained.sort_unstable();
    Ok(retained)
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<Option<Retained>> {
    let (Some(hash), Some(kind), Ok(add_op)) =
        (ContentHash::from_hex(text(row, 0)?), kind_of(text(row, 1)?), Uuid::parse_str(text(row, 3)?))
    else {
        return Ok(None);
    };
    let add_op = OpId(add_op.to_bytes_le());
    Ok(Some(Retained { hash, kind, location: row.get(2)?, add_op, named: row.get(4)? }))
}

impl Apply<'_> {
    pub(super) fn put_retained(&mut self, plan: &Plan) -> rusqlite::Result<()> {
        for hash in &plan.drop_retained {
            self.statements.run(Sql::DropRetained, [&*hash.to_hex()])?;
        }
        for Retained { hash, kind, location, add_op, named } in &plan.put_retained {
            let parameters = (&*hash.to_hex(), item_type(*kind), location, add_op.to_text(), named);
            self.statements.run(Sql::PutRetained, parameters)?;
        }
        Ok(())
    }
}
