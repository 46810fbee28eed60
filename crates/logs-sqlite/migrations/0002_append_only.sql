-- Records are never changed and never removed, by whichever connection. REPLACE INTO deletes rows
-- without firing their delete triggers, so an insert over an existing key is refused before it, and so
-- is one that names the rowid of another row, where there are rowids.
-- The owner of the file can drop these triggers: they protect from accidents, not from owners.

CREATE TRIGGER llm_run_no_update BEFORE UPDATE ON llm_run
BEGIN
    SELECT RAISE(ABORT, 'append-only: llm_run takes no UPDATE');
END;

CREATE TRIGGER llm_run_no_delete BEFORE DELETE ON llm_run
BEGIN
    SELECT RAISE(ABORT, 'append-only: llm_run takes no DELETE');
END;

CREATE TRIGGER llm_run_no_replace BEFORE INSERT ON llm_run
WHEN EXISTS (SELECT 1 FROM llm_run WHERE tenant_id = NEW.tenant_id AND id = NEW.id)
    OR EXISTS (SELECT 1 FROM llm_run WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'append-only: llm_run has a record with this key');
END;

CREATE TRIGGER trace_no_update BEFORE UPDATE ON trace
BEGIN
    SELECT RAISE(ABORT, 'append-only: trace takes no UPDATE');
END;

CREATE TRIGGER trace_no_delete BEFORE DELETE ON trace
BEGIN
    SELECT RAISE(ABORT, 'append-only: trace takes no DELETE');
END;

CREATE TRIGGER trace_no_replace BEFORE INSERT ON trace
WHEN EXISTS (SELECT 1 FROM trace WHERE tenant_id = NEW.tenant_id AND id = NEW.id)
    OR EXISTS (SELECT 1 FROM trace WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'append-only: trace has a record with this key');
END;

CREATE TRIGGER trace_step_no_update BEFORE UPDATE ON trace_step
BEGIN
    SELECT RAISE(ABORT, 'append-only: trace_step takes no UPDATE');
END;

CREATE TRIGGER trace_step_no_delete BEFORE DELETE ON trace_step
BEGIN
    SELECT RAISE(ABORT, 'append-only: trace_step takes no DELETE');
END;

CREATE TRIGGER trace_step_no_replace BEFORE INSERT ON trace_step
WHEN EXISTS (SELECT 1 FROM trace_step WHERE tenant_id = NEW.tenant_id AND id = NEW.id)
    OR EXISTS (SELECT 1 FROM trace_step WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'append-only: trace_step has a record with this key');
END;

CREATE TRIGGER system_record_no_update BEFORE UPDATE ON system_record
BEGIN
    SELECT RAISE(ABORT, 'append-only: system_record takes no UPDATE');
END;

CREATE TRIGGER system_record_no_delete BEFORE DELETE ON system_record
BEGIN
    SELECT RAISE(ABORT, 'append-only: system_record takes no DELETE');
END;

CREATE TRIGGER system_record_no_replace BEFORE INSERT ON system_record
WHEN EXISTS (SELECT 1 FROM system_record WHERE tenant_id = NEW.tenant_id AND id = NEW.id)
    OR EXISTS (SELECT 1 FROM system_record WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'append-only: system_record has a record with this key');
END;

CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry
BEGIN
    SELECT RAISE(ABORT, 'append-only: audit_entry takes no UPDATE');
END;

CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
BEGIN
    SELECT RAISE(ABORT, 'append-only: audit_entry takes no DELETE');
END;

CREATE TRIGGER audit_entry_no_replace BEFORE INSERT ON audit_entry
WHEN EXISTS (SELECT 1 FROM audit_entry WHERE tenant_id = NEW.tenant_id AND id = NEW.id)
    OR EXISTS (SELECT 1 FROM audit_entry WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'append-only: audit_entry has a record with this key');
END;

CREATE TRIGGER governance_run_no_update BEFORE UPDATE ON governance_run
BEGIN
    SELECT RAISE(ABORT, 'append-only: governance_run takes no UPDATE');
END;

CREATE TRIGGER governance_run_no_delete BEFORE DELETE ON governance_run
BEGIN
    SELECT RAISE(ABORT, 'append-only: governance_run takes no DELETE');
END;

CREATE TRIGGER governance_run_no_replace BEFORE INSERT ON governance_run
WHEN EXISTS (SELECT 1 FROM governance_run
    WHERE tenant_id = NEW.tenant_id AND run_id = NEW.run_id
        AND created_at = NEW.created_at AND id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'append-only: governance_run has a record with this key');
END;

CREATE TRIGGER log_export_no_update BEFORE UPDATE ON log_export
BEGIN
    SELECT RAISE(ABORT, 'append-only: log_export takes no UPDATE');
END;

CREATE TRIGGER log_export_no_delete BEFORE DELETE ON log_export
BEGIN
    SELECT RAISE(ABORT, 'append-only: log_export takes no DELETE');
END;

CREATE TRIGGER log_export_no_replace BEFORE INSERT ON log_export
WHEN EXISTS (SELECT 1 FROM log_export WHERE tenant_id = NEW.tenant_id AND id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'append-only: log_export has a record with this key');
END;

CREATE TRIGGER log_export_outcome_no_update BEFORE UPDATE ON log_export_outcome
BEGIN
    SELECT RAISE(ABORT, 'append-only: log_export_outcome takes no UPDATE');
END;

CREATE TRIGGER log_export_outcome_no_delete BEFORE DELETE ON log_export_outcome
BEGIN
    SELECT RAISE(ABORT, 'append-only: log_export_outcome takes no DELETE');
END;

CREATE TRIGGER log_export_outcome_no_replace BEFORE INSERT ON log_export_outcome
WHEN EXISTS (SELECT 1 FROM log_export_outcome WHERE tenant_id = NEW.tenant_id AND id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'append-only: log_export_outcome has a record with this key');
END;
