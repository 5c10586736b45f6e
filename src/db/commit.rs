//! The commit that a reload's ops belong to, and the branch ops that record it.

use super::mentions;
use super::schema::{
    FIRST_MESSAGE, LOADER_ACCOUNT, LOADER_ACCOUNT_TEXT, MAIN_BRANCH, MAIN_BRANCH_NAME, MAIN_BRANCH_TEXT,
    RELOAD_MESSAGE,
};
use super::statements::{Sql, Statements};
use super::time::Millis;
use crate::base::hash::ContentHash;
use crate::binary::writer::Writer;
use crate::ops::payload::{BranchOp, CREATE_COMMIT, branch_op, branch_op_blob};
use crate::ops::{Op, commit_hash, op_hash};

/// Records a commit of `ops` on main. The first commit of a store also records that main was made, as
/// Darklang's loader does (`darklang/dark LocalExec/LocalExec.fs`).
pub fn record(
    statements: &mut Statements<'_>,
    ops: &[Op],
    changed_items: usize,
    now: Millis,
) -> rusqlite::Result<ContentHash> {
    let latest: Option<String> = statements.first(Sql::LatestCommit, [MAIN_BRANCH_TEXT], |row| row.get(0))?;
    let message = if latest.is_none() {
        FIRST_MESSAGE.to_owned()
    } else {
        format!("{RELOAD_MESSAGE}{changed_items} changed")
    };
    if latest.is_none() {
        let main = BranchOp::CreateBranch {
            branch: MAIN_BRANCH,
            name: MAIN_BRANCH_NAME,
            parent: None,
            base_commit: None,
        };
        add_branch_op(statements, &main, now)?;
    }

    let hashes: Vec<ContentHash> = ops.iter().map(|op| op.hash).collect();
    let parent = latest.as_deref().and_then(ContentHash::from_hex);
    let commit = commit_hash(LOADER_ACCOUNT, MAIN_BRANCH, parent, &hashes);
    let create = BranchOp::CreateCommit {
        commit,
        message: &message,
        account: LOADER_ACCOUNT,
        branch: MAIN_BRANCH,
        ops: &hashes,
    };
    add_branch_op(statements, &create, now)?;
    statements.run(
        Sql::AddCommit,
        (&*commit.to_hex(), &message, MAIN_BRANCH_TEXT, LOADER_ACCOUNT_TEXT, now.datetime()),
    )?;
    Ok(commit)
}

fn add_branch_op(statements: &mut Statements<'_>, op: &BranchOp<'_>, now: Millis) -> rusqlite::Result<()> {
    let mut payload = Writer::new();
    branch_op(&mut payload, op);
    let id = op_hash(payload.bytes());
    let mut blob = Writer::new();
    branch_op_blob(&mut blob, id, payload.bytes());
    statements.run(Sql::AddBranchOp, (&*id.to_hex(), blob.bytes(), now.timestamp(), now.datetime()))?;
    Ok(())
}

/// Deletes the commits of earlier reloads of which nothing is left, with the branch ops that record them. One that
/// something refers to stays: a branch that is based on it, and a branch op that names it.
pub fn drop_empty(statements: &mut Statements<'_>, newest: ContentHash) -> rusqlite::Result<()> {
    let pattern = format!("{RELOAD_MESSAGE}*");
    let parameters = (MAIN_BRANCH_TEXT, LOADER_ACCOUNT_TEXT, &*pattern, &*newest.to_hex());
    let mut empty: Vec<String> = statements.query(Sql::EmptyCommits, parameters, |row| row.get(0))?;
    if empty.is_empty() {
        return Ok(());
    }
    let mut recorded: Vec<(i64, String)> = Vec::new();
    // Whatever refers to a commit came after it, and the op of the first load is long.
    statements.scan(Sql::BranchOps, [], |row| {
        let blob = row.get_ref(1)?.as_blob()?;
        let own = created_commit(blob);
        mentions::find(blob, |hash| {
            let hash = hash.to_hex();
            if own != Some(&*hash) {
                empty.retain(|commit| *commit != *hash);
            }
        });
        if let Some(at) = empty.iter().position(|commit| own == Some(commit)) {
            recorded.push((row.get(0)?, empty.swap_remove(at)));
        }
        Ok(!empty.is_empty())
    })?;
    for (op, commit) in recorded {
        statements.run(Sql::DropBranchOp, [op])?;
        statements.run(Sql::DropCommit, [commit])?;
    }
    Ok(())
}

/// The commit that a branch op records, by its `op_blob` ([`crate::ops::payload`]).
fn created_commit(blob: &[u8]) -> Option<&str> {
    const HASH: usize = 1 + 64;
    let (tag, payload) = blob.get(HASH..)?.split_first()?;
    let is_commit = *tag == CREATE_COMMIT;
    is_commit.then(|| std::str::from_utf8(payload.get(1..HASH)?).ok()).flatten()
}
