//! What a store holds and who has written to it, for showing it to people; reads only.

use rusqlite::types::FromSql;
use rusqlite::{Connection, Row};

use super::error::DbError;
use super::identity::Identity;
use super::owned::{dotted, text};
use super::schema::{self, LOADER_ACCOUNT_TEXT, MAIN_BRANCH_TEXT, is_loader_commit};
use super::{Database, Millis, others};

/// What a store holds, beside what its stamp says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    pub identity: Identity,
    /// How this build knows the identity.
    pub known: KnownAs,
    /// The newest commit of a loader on main.
    pub last_load: Option<Load>,
    /// Who has committed after that, in order of account and branch.
    pub later: Vec<Later>,
    /// Work without a commit, in order of branch.
    pub uncommitted: Vec<Uncommitted>,
    /// The names on main that somebody else than a loader has bound, sorted.
    pub bound: Vec<String>,
    /// The former names of content that is kept for others although no source has it, sorted.
    pub retained: Vec<String>,
}

/// Why rows of this Release and schema are right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownAs {
    /// This build was made for them.
    MadeFor,
    /// They were proved equal in this store.
    Proved,
    /// They have to be proved equal before anything is written.
    New,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// In UTC, as SQLite's `datetime('now')` writes it.
    pub time: String,
    pub message: String,
}

/// Commits of one account on one branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Later {
    pub account: String,
    pub branch: String,
    pub commits: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncommitted {
    pub branch: String,
    pub ops: usize,
}

impl Database {
    /// Returns what the store holds; `None` where there is none.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn survey(&self) -> Result<Option<Survey>, DbError> {
        let Some(connection) = &self.connection else { return Ok(None) };
        let identity = Identity::read(connection, &self.path)?;
        let known = match (&self.new_identity, identity == Identity::known()) {
            (Some(_), _) => KnownAs::New,
            (None, true) => KnownAs::MadeFor,
            (None, false) => KnownAs::Proved,
        };
        // One read transaction, so that all of it is of one moment.
        let read = || {
            let transaction = connection.unchecked_transaction()?;
            let survey = survey(connection, identity, known)?;
            transaction.finish()?;
            Ok(survey)
        };
        read().map(Some).map_err(|error| DbError::sqlite(&self.path, error))
    }

    /// Returns the length of the store's file in bytes; 0 where there is none.
    pub fn file_bytes(&self) -> u64 {
        std::fs::metadata(&self.path).map_or(0, |file| file.len())
    }

    /// Returns how many names are live on main, whoever bound them.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn live_names(&self) -> Result<usize, DbError> {
        let names = "SELECT count(*) FROM locations WHERE branch_id = ?1 AND unlisted_at IS NULL";
        Ok(self.one(names)?.unwrap_or_default())
    }

    /// Returns the timestamp of the newest op on main. This reads the whole log.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn newest_op(&self) -> Result<Option<Millis>, DbError> {
        let newest = "SELECT max(origin_ts) FROM package_ops WHERE branch_id = ?1";
        let newest: Option<Option<String>> = self.one(newest)?;
        Ok(newest.flatten().as_deref().and_then(Millis::from_timestamp))
    }

    /// Returns the one column of the one row of a query about main; `None` where there is no store.
    fn one<T: FromSql>(&self, select: &str) -> Result<Option<T>, DbError> {
        let Some(connection) = &self.connection else { return Ok(None) };
        let row = connection.query_row(select, [MAIN_BRANCH_TEXT], |row| row.get(0));
        row.map(Some).map_err(|error| DbError::sqlite(&self.path, error))
    }
}

fn survey(connection: &Connection, identity: Identity, known: KnownAs) -> rusqlite::Result<Survey> {
    let last_load = last_load(connection)?;
    let after = last_load.as_ref().map_or(0, |(row, _)| *row);
    let mut retained: Vec<String> = match schema::has_darkc_tables(connection)? {
        true => strings(connection, "SELECT DISTINCT location FROM darkc_retained", &[])?,
        false => Vec::new(),
    };
    retained.sort_unstable();
    Ok(Survey {
        identity,
        known,
        last_load: last_load.map(|(_, load)| load),
        later: later(connection, after)?,
        uncommitted: uncommitted(connection)?,
        bound: bound(connection)?,
        retained,
    })
}

/// The newest commit of a loader on main, with its row.
fn last_load(connection: &Connection) -> rusqlite::Result<Option<(i64, Load)>> {
    let mut commits = connection.prepare(
        "SELECT rowid, created_at, message FROM commits WHERE branch_id = ?1 AND account_id = ?2 \
         ORDER BY rowid DESC",
    )?;
    let mut rows = commits.query([MAIN_BRANCH_TEXT, LOADER_ACCOUNT_TEXT])?;
    while let Some(row) = rows.next()? {
        if is_loader_commit(LOADER_ACCOUNT_TEXT, text(row, 2)?) {
            return Ok(Some((row.get(0)?, Load { time: row.get(1)?, message: row.get(2)? })));
        }
    }
    Ok(None)
}

/// The commits of others behind a row.
fn later(connection: &Connection, after: i64) -> rusqlite::Result<Vec<Later>> {
    let mut commits = connection.prepare(
        "SELECT coalesce(a.name, c.account_id), coalesce(b.name, c.branch_id), c.account_id, c.message \
         FROM commits c LEFT JOIN accounts_v0 a ON a.id = c.account_id LEFT JOIN branches b ON b.id = c.branch_id \
         WHERE c.rowid > ?1 ORDER BY 1, 2",
    )?;
    let mut rows = commits.query([after])?;
    let mut later: Vec<Later> = Vec::new();
    while let Some(row) = rows.next()? {
        if is_loader_commit(text(row, 2)?, text(row, 3)?) {
            continue;
        }
        let (account, branch) = (text(row, 0)?, text(row, 1)?);
        match later.last_mut().filter(|last| last.account == account && last.branch == branch) {
            Some(last) => last.commits += 1,
            None => later.push(Later { account: account.to_owned(), branch: branch.to_owned(), commits: 1 }),
        }
    }
    Ok(later)
}

fn uncommitted(connection: &Connection) -> rusqlite::Result<Vec<Uncommitted>> {
    // By branch, for which there is an index.
    let mut branches = connection.prepare(
        "SELECT b.name, (SELECT count(*) FROM package_ops o WHERE o.branch_id = b.id AND o.commit_hash IS NULL) \
         FROM branches b ORDER BY b.name",
    )?;
    let branch = |row: &Row<'_>| Ok(Uncommitted { branch: row.get(0)?, ops: row.get(1)? });
    let all = branches.query_map([], branch)?.collect::<Result<Vec<_>, _>>()?;
    Ok(all.into_iter().filter(|branch| branch.ops > 0).collect())
}

/// The live names on main under no loader's commit.
fn bound(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    const NAMES: &str =
        "SELECT owner, modules, name FROM locations WHERE branch_id = ?1 AND unlisted_at IS NULL AND ";
    let mut bound = locations(connection, &format!("{NAMES} commit_hash IS NULL"), &[MAIN_BRANCH_TEXT])?;
    for commit in others::commits(connection)? {
        // The commit leads, for it has an index.
        let by_commit = format!("{NAMES} commit_hash = ?2").replace("branch_id", "+branch_id");
        bound.extend(locations(connection, &by_commit, &[MAIN_BRANCH_TEXT, &commit])?);
    }
    bound.sort_unstable();
    bound.dedup();
    Ok(bound)
}

fn locations(connection: &Connection, select: &str, parameters: &[&str]) -> rusqlite::Result<Vec<String>> {
    let mut names = connection.prepare_cached(select)?;
    let mut rows = names.query(rusqlite::params_from_iter(parameters))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(dotted(text(row, 0)?, text(row, 1)?, text(row, 2)?));
    }
    Ok(found)
}

fn strings(connection: &Connection, select: &str, parameters: &[&str]) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(select)?;
    statement.query_map(rusqlite::params_from_iter(parameters), |row| row.get(0))?.collect()
}
