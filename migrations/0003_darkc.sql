-- darkc's own tables: what it needs to know of the last reload. Darklang never looks at them.

-- Which numbered files of this folder that make up darkc's own tables have run.
CREATE TABLE darkc_migrations (
  number INTEGER PRIMARY KEY
);
INSERT INTO darkc_migrations (number) VALUES (3);

-- How often anybody changed something that darkc may own; the triggers count.
CREATE TABLE darkc_changes (
  id    INTEGER PRIMARY KEY CHECK (id = 0),
  count INTEGER NOT NULL
);
INSERT INTO darkc_changes (id, count) VALUES (0, 0);

-- The items that anybody added a row of package_dependencies to since darkc last wrote; a trigger notes them. Most are
-- other people's own. Where one of them is a loader's, darkc may own the row.
CREATE TABLE darkc_dependents (
  item_hash TEXT NOT NULL
);

-- One row. The manifest is long and comes last, so that whoever wants the other columns need not read it.
CREATE TABLE darkc_state (
  id           INTEGER PRIMARY KEY CHECK (id = 0),
  tool         BLOB NOT NULL,
  sources      BLOB NOT NULL,
  zero_ids     INTEGER NOT NULL,
  items        INTEGER NOT NULL,
  unresolved   INTEGER NOT NULL,
  findings     INTEGER NOT NULL,
  changes_seen INTEGER NOT NULL,
  schema_seen  INTEGER NOT NULL,
  last_stamp   INTEGER NOT NULL,
  around       TEXT NOT NULL,
  manifest     BLOB NOT NULL
);

CREATE TABLE darkc_files (
  path  TEXT PRIMARY KEY,
  items BLOB NOT NULL
);

-- Releases of Darklang that this darkc was not made for, and that it was proved equal to in this store: how many
-- items were compared, all of them equal.
CREATE TABLE darkc_releases (
  "release" INTEGER NOT NULL,
  schema    TEXT NOT NULL,
  items     INTEGER NOT NULL,
  proved_at TEXT NOT NULL,
  PRIMARY KEY ("release", schema)
);

-- Content that no source has any more and that others' work still reaches: each of its former names, with the op
-- that added it, and whether the op that named it is still in the log. Empty where nobody but loaders wrote.
CREATE TABLE darkc_retained (
  hash     TEXT NOT NULL,
  kind     TEXT NOT NULL,
  location TEXT NOT NULL,
  add_op   TEXT NOT NULL,
  named    INTEGER NOT NULL,
  PRIMARY KEY (hash, location, add_op)
);
