-- The secondary indexes of the package store. They stand apart because a first load makes them after its rows.

CREATE INDEX idx_commits_branch ON commits(branch_id, created_at DESC);

CREATE INDEX idx_package_ops_wip ON package_ops(branch_id) WHERE commit_hash IS NULL;
CREATE INDEX idx_package_ops_created ON package_ops(created_at);
CREATE INDEX idx_package_ops_applied ON package_ops(applied) WHERE applied = 0;
CREATE INDEX idx_package_ops_commit_hash ON package_ops(commit_hash);
CREATE INDEX idx_package_ops_propagation_id ON package_ops(propagation_id) WHERE propagation_id IS NOT NULL;

CREATE INDEX idx_sync_conflicts_detected_at ON sync_conflicts(detected_at DESC);
CREATE INDEX idx_sync_conflicts_branch_location ON sync_conflicts(branch_id, location, status);
CREATE INDEX idx_resolutions_at ON resolutions(at);

CREATE INDEX idx_package_values_type ON package_values(value_type);

CREATE INDEX idx_locations_branch_lookup
  ON locations(branch_id, owner, modules, name, item_type) WHERE unlisted_at IS NULL;
CREATE INDEX idx_locations_module ON locations(owner, modules) WHERE unlisted_at IS NULL;
CREATE INDEX idx_locations_wip ON locations(branch_id) WHERE commit_hash IS NULL;
CREATE INDEX idx_locations_owner_modules ON locations(owner, modules);
CREATE INDEX idx_locations_commit_hash ON locations(commit_hash);

CREATE INDEX idx_deprecations_lookup
  ON deprecations(branch_id, item_hash, item_kind) WHERE unlisted_at IS NULL;
CREATE INDEX idx_deprecations_wip ON deprecations(branch_id) WHERE commit_hash IS NULL;
CREATE INDEX idx_deprecations_commit_hash ON deprecations(commit_hash);

CREATE INDEX idx_package_dependencies_depends_on ON package_dependencies(depends_on_hash);
CREATE INDEX idx_package_dependencies_item ON package_dependencies(item_hash);
CREATE INDEX idx_package_dependencies_depends_on_location
  ON package_dependencies(depends_on_item_type, depends_on_owner, depends_on_modules, depends_on_name)
  WHERE depends_on_owner IS NOT NULL;
CREATE UNIQUE INDEX idx_package_dependencies_unique
  ON package_dependencies(
    item_hash, depends_on_hash, depends_on_item_type,
    COALESCE(depends_on_owner, ''), COALESCE(depends_on_modules, ''), COALESCE(depends_on_name, ''));

CREATE INDEX idx_trace_fn_calls_trace_id ON trace_fn_calls(trace_id);
CREATE INDEX idx_trace_fn_calls_fn_hash ON trace_fn_calls(fn_hash);

CREATE INDEX idx_user_data_fetch ON user_data_v0(table_tlid, user_version, dark_version);
CREATE INDEX idx_user_data_current_data_for_tlid ON user_data_v0(user_version, dark_version, table_tlid);
CREATE INDEX idx_user_data_json ON user_data_v0(data);
