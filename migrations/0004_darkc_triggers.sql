-- Count every change to what darkc may own. A table that is dropped takes its triggers along, and then the
-- number of schema changes (PRAGMA schema_version) differs from the one that darkc has seen.
-- No trigger may name a table other than its own and darkc's: Darklang drops and renames tables.

-- A replacement fires no delete trigger, so an insert over an existing hash counts. New hashes are no change.
CREATE TRIGGER darkc_types_replaced BEFORE INSERT ON package_types
  WHEN EXISTS (SELECT 1 FROM package_types WHERE hash = NEW.hash)
  BEGIN UPDATE darkc_changes SET count = count + 1; END;
CREATE TRIGGER darkc_types_updated AFTER UPDATE OF hash, pt_def, rt_def, description ON package_types
  BEGIN UPDATE darkc_changes SET count = count + 1; END;
CREATE TRIGGER darkc_types_deleted AFTER DELETE ON package_types
  BEGIN UPDATE darkc_changes SET count = count + 1; END;

-- Darklang evaluates values when it starts and fills in rt_dval and value_type, which darkc does not own.
CREATE TRIGGER darkc_values_replaced BEFORE INSERT ON package_values
  WHEN EXISTS (SELECT 1 FROM package_values WHERE hash = NEW.hash)
  BEGIN UPDATE darkc_changes SET count = count + 1; END;
CREATE TRIGGER darkc_values_updated AFTER UPDATE OF hash, pt_def, description ON package_values
  BEGIN UPDATE darkc_changes SET count = count + 1; END;
CREATE TRIGGER darkc_values_deleted AFTER DELETE ON package_values
  BEGIN UPDATE darkc_changes SET count = count + 1; END;

CREATE TRIGGER darkc_functions_replaced BEFORE INSERT ON package_functions
  WHEN EXISTS (SELECT 1 FROM package_functions WHERE hash = NEW.hash)
  BEGIN UPDATE darkc_changes SET count = count + 1; END;
CREATE TRIGGER darkc_functions_updated AFTER UPDATE OF hash, pt_def, rt_instrs, description ON package_functions
  BEGIN UPDATE darkc_changes SET count = count + 1; END;
CREATE TRIGGER darkc_functions_deleted AFTER DELETE ON package_functions
  BEGIN UPDATE darkc_changes SET count = count + 1; END;

CREATE TRIGGER darkc_locations_inserted AFTER INSERT ON locations
  WHEN NEW.branch_id = '89282547-e4e6-4986-bcb6-db74bc6a8c0f'
  BEGIN UPDATE darkc_changes SET count = count + 1; END;
CREATE TRIGGER darkc_locations_updated AFTER UPDATE ON locations
  WHEN '89282547-e4e6-4986-bcb6-db74bc6a8c0f' IN (OLD.branch_id, NEW.branch_id)
  BEGIN UPDATE darkc_changes SET count = count + 1; END;
CREATE TRIGGER darkc_locations_deleted AFTER DELETE ON locations
  WHEN OLD.branch_id = '89282547-e4e6-4986-bcb6-db74bc6a8c0f'
  BEGIN UPDATE darkc_changes SET count = count + 1; END;

CREATE TRIGGER darkc_ops_inserted AFTER INSERT ON package_ops
  WHEN NEW.branch_id = '89282547-e4e6-4986-bcb6-db74bc6a8c0f'
  BEGIN UPDATE darkc_changes SET count = count + 1; END;
CREATE TRIGGER darkc_ops_updated AFTER UPDATE OF id, op_blob, branch_id, commit_hash ON package_ops
  WHEN '89282547-e4e6-4986-bcb6-db74bc6a8c0f' IN (OLD.branch_id, NEW.branch_id)
  BEGIN UPDATE darkc_changes SET count = count + 1; END;
CREATE TRIGGER darkc_ops_deleted AFTER DELETE ON package_ops
  WHEN OLD.branch_id = '89282547-e4e6-4986-bcb6-db74bc6a8c0f'
  BEGIN UPDATE darkc_changes SET count = count + 1; END;

-- Whoever makes an item inserts its dependencies, which is no change to anything of darkc's. Whose item it is can only be
-- told from tables that no trigger may name, so the next reload finds it out.
CREATE TRIGGER darkc_dependencies_inserted AFTER INSERT ON package_dependencies
  BEGIN INSERT INTO darkc_dependents (item_hash) VALUES (NEW.item_hash); END;
CREATE TRIGGER darkc_dependencies_updated AFTER UPDATE ON package_dependencies
  BEGIN UPDATE darkc_changes SET count = count + 1; END;
CREATE TRIGGER darkc_dependencies_deleted AFTER DELETE ON package_dependencies
  BEGIN UPDATE darkc_changes SET count = count + 1; END;
