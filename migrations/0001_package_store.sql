-- The tables of Darklang's package store, as Darklang's own schema has them. Darklang owns every one.

CREATE TABLE system_migrations_v0 (
  name           TEXT PRIMARY KEY,
  execution_date TEXT NOT NULL,
  sql            TEXT NOT NULL
);

CREATE TABLE schema_state_v0 (
  id   INTEGER PRIMARY KEY,
  hash TEXT NOT NULL
);

CREATE TABLE release_state_v0 (
  id        INTEGER PRIMARY KEY,
  "release" INTEGER NOT NULL
);

CREATE TABLE accounts_v0 (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE,
  created_at TEXT NOT NULL DEFAULT (datetime('now'))
);

CREATE TABLE branches (
  id               TEXT PRIMARY KEY,
  name             TEXT NOT NULL UNIQUE,
  parent_branch_id TEXT REFERENCES branches(id),
  base_commit_hash TEXT,
  base_ts          TEXT NOT NULL DEFAULT '',
  base_op          TEXT NOT NULL DEFAULT '',
  archived_at      TIMESTAMP NULL,
  created_at       TIMESTAMP NOT NULL DEFAULT (datetime('now')),
  merged_at        TIMESTAMP
);

CREATE TABLE commits (
  hash       TEXT PRIMARY KEY,
  message    TEXT NOT NULL,
  branch_id  TEXT NOT NULL REFERENCES branches(id),
  account_id TEXT NOT NULL DEFAULT '00000000-0000-0000-0000-000000000001' REFERENCES accounts_v0(id),
  created_at TIMESTAMP NOT NULL DEFAULT (datetime('now'))
);

CREATE TABLE package_ops (
  id             TEXT NOT NULL,
  op_blob        BLOB NOT NULL,
  branch_id      TEXT NOT NULL REFERENCES branches(id),
  commit_hash    TEXT REFERENCES commits(hash),
  applied        INTEGER NOT NULL DEFAULT 0,
  propagation_id TEXT NULL,
  created_at     TIMESTAMP NOT NULL DEFAULT (datetime('now')),
  origin_ts      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  committed_seq  INTEGER,
  PRIMARY KEY (id, branch_id)
);

CREATE TABLE branch_ops (
  id         TEXT PRIMARY KEY,
  op_blob    BLOB NOT NULL,
  applied    INTEGER NOT NULL DEFAULT 0,
  origin_ts  TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  created_at TIMESTAMP NOT NULL DEFAULT (datetime('now'))
);

CREATE TABLE sync_conflicts (
  id            TEXT PRIMARY KEY,
  branch_id     TEXT NOT NULL,
  location      TEXT NOT NULL,
  item_kind     TEXT NOT NULL,
  local_hash    TEXT NOT NULL,
  incoming_hash TEXT NOT NULL,
  chosen_hash   TEXT NOT NULL,
  resolved_by   TEXT NOT NULL,
  status        TEXT NOT NULL DEFAULT 'auto-resolved',
  detected_at   TIMESTAMP NOT NULL DEFAULT (datetime('now'))
);

CREATE TABLE resolutions (
  id          TEXT PRIMARY KEY,
  branch_id   TEXT NOT NULL,
  location    TEXT NOT NULL,
  item_kind   TEXT NOT NULL,
  chosen_hash TEXT NOT NULL,
  resolved_by TEXT NOT NULL,
  at          TEXT NOT NULL
);

CREATE TABLE package_types (
  hash        TEXT PRIMARY KEY,
  pt_def      BLOB NOT NULL,
  rt_def      BLOB NOT NULL,
  created_at  TEXT NOT NULL DEFAULT (datetime('now')),
  description TEXT NOT NULL DEFAULT ''
);

CREATE TABLE package_values (
  hash        TEXT PRIMARY KEY,
  pt_def      BLOB NOT NULL,
  rt_dval     BLOB,
  value_type  BLOB,
  created_at  TEXT NOT NULL DEFAULT (datetime('now')),
  description TEXT NOT NULL DEFAULT ''
);

CREATE TABLE package_functions (
  hash        TEXT PRIMARY KEY,
  pt_def      BLOB NOT NULL,
  rt_instrs   BLOB NOT NULL,
  created_at  TEXT NOT NULL DEFAULT (datetime('now')),
  description TEXT NOT NULL DEFAULT ''
);

CREATE TABLE package_blobs (
  hash       TEXT PRIMARY KEY,
  length     INTEGER NOT NULL,
  bytes      BLOB NOT NULL,
  created_at TEXT NOT NULL DEFAULT (datetime('now'))
);

CREATE TABLE locations (
  location_id TEXT PRIMARY KEY,
  item_hash   TEXT NOT NULL,
  owner       TEXT NOT NULL,
  modules     TEXT NOT NULL,
  name        TEXT NOT NULL,
  item_type   TEXT NOT NULL,
  branch_id   TEXT NOT NULL REFERENCES branches(id),
  commit_hash TEXT REFERENCES commits(hash),
  created_at  TIMESTAMP NOT NULL DEFAULT (datetime('now')),
  unlisted_at TIMESTAMP NULL,
  origin_ts   TEXT NULL,
  source      TEXT NOT NULL DEFAULT 'op'
);

CREATE TABLE deprecations (
  deprecation_id  TEXT PRIMARY KEY,
  branch_id       TEXT NOT NULL REFERENCES branches(id),
  commit_hash     TEXT REFERENCES commits(hash),
  item_hash       TEXT NOT NULL,
  item_kind       TEXT NOT NULL,
  state           TEXT NOT NULL,
  annotation_blob BLOB,
  created_at      TIMESTAMP NOT NULL DEFAULT (datetime('now')),
  unlisted_at     TIMESTAMP
);

CREATE TABLE package_dependencies (
  item_hash            TEXT NOT NULL,
  depends_on_hash      TEXT NOT NULL,
  depends_on_item_type TEXT NOT NULL,
  depends_on_owner     TEXT,
  depends_on_modules   TEXT,
  depends_on_name      TEXT
);

CREATE TABLE package_caps (
  hash TEXT PRIMARY KEY,
  caps TEXT NOT NULL
);

CREATE TABLE traces (
  id           TEXT PRIMARY KEY,
  root_tlid    INTEGER NOT NULL,
  handler_desc TEXT NOT NULL,
  timestamp    TEXT NOT NULL,
  input_name   TEXT NOT NULL,
  input_value  BLOB NOT NULL,
  account_id   TEXT REFERENCES accounts_v0(id)
);

CREATE TABLE trace_fn_calls (
  trace_id       TEXT NOT NULL,
  call_id        TEXT NOT NULL,
  parent_call_id TEXT,
  kind           TEXT NOT NULL,
  fn_hash        TEXT,
  lambda_expr_id TEXT,
  args           BLOB NOT NULL,
  result         BLOB NOT NULL,
  duration_ms    INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (trace_id, call_id)
);

CREATE TABLE user_data_v0 (
  id           TEXT PRIMARY KEY,
  table_tlid   INTEGER NOT NULL,
  user_version INTEGER NOT NULL,
  dark_version INTEGER NOT NULL,
  data         TEXT NOT NULL,
  created_at   TEXT NOT NULL DEFAULT (datetime('now')),
  updated_at   TEXT NOT NULL DEFAULT (datetime('now')),
  key          TEXT NOT NULL,
  UNIQUE (table_tlid, dark_version, user_version, key)
);

CREATE TABLE toplevels_v0 (
  tlid       INTEGER NOT NULL PRIMARY KEY,
  digest     CHAR(32) NOT NULL,
  tipe       TEXT NOT NULL CHECK (tipe IN ('db', 'handler')),
  name       TEXT,
  module     TEXT,
  modifier   TEXT,
  updated_at TEXT NOT NULL DEFAULT (datetime('now')),
  created_at TEXT NOT NULL DEFAULT (datetime('now')),
  deleted    INTEGER NOT NULL CHECK (deleted IN (0, 1)),
  data       BLOB NOT NULL
);

CREATE TABLE scripts_v0 (
  id   TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  text TEXT NOT NULL
);

INSERT INTO accounts_v0 (id, name) VALUES
  ('00000000-0000-0000-0000-000000000001', 'Darklang'),
  ('00000000-0000-0000-0000-000000000002', 'Stachu'),
  ('00000000-0000-0000-0000-000000000003', 'Paul'),
  ('00000000-0000-0000-0000-000000000004', 'Feriel');

INSERT INTO branches (id, name) VALUES ('89282547-e4e6-4986-bcb6-db74bc6a8c0f', 'main');
