-- The ledger: each covered record is an entry of the log of its owner (RFC 6962), written in the
-- transaction of its append. A record without a salt is not covered.

ALTER TABLE llm_run ADD COLUMN salt BLOB CHECK (length(salt) = 16);
ALTER TABLE trace ADD COLUMN salt BLOB CHECK (length(salt) = 16);
ALTER TABLE trace_step ADD COLUMN salt BLOB CHECK (length(salt) = 16);
ALTER TABLE system_record ADD COLUMN salt BLOB CHECK (length(salt) = 16);
ALTER TABLE audit_entry ADD COLUMN salt BLOB CHECK (length(salt) = 16);
ALTER TABLE log_export ADD COLUMN salt BLOB CHECK (length(salt) = 16);
ALTER TABLE log_export_outcome ADD COLUMN salt BLOB CHECK (length(salt) = 16);

-- The entries of one append, at most 1,024 a row: kind (1 byte), id (16) and leaf hash (32) of each, in
-- the order of kind and id. first_index is the index of the first; created_at is the record time of all.
CREATE TABLE ledger_chunk (
    tenant_id TEXT NOT NULL,
    first_index INTEGER NOT NULL CHECK (first_index >= 0),
    created_at INTEGER NOT NULL,
    entries BLOB NOT NULL CHECK (length(entries) BETWEEN 49 AND 50176 AND length(entries) % 49 = 0),
    PRIMARY KEY (tenant_id, first_index)
) STRICT, WITHOUT ROWID;

-- The entry of a record.
CREATE INDEX ledger_chunk_by_time ON ledger_chunk (tenant_id, created_at);

-- The hashes of complete subtrees of 256 entries, of 256 of these, and so on; those between are computed.
CREATE TABLE ledger_node (
    tenant_id TEXT NOT NULL,
    level INTEGER NOT NULL CHECK (level BETWEEN 8 AND 56 AND level % 8 = 0),
    node_index INTEGER NOT NULL CHECK (node_index >= 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (tenant_id, level, node_index)
) STRICT, WITHOUT ROWID;

-- How many entries a log has, and the hashes of the subtrees that cover it, the largest first.
CREATE TABLE ledger_head (
    tenant_id TEXT NOT NULL PRIMARY KEY,
    size INTEGER NOT NULL CHECK (size > 0),
    frontier BLOB NOT NULL CHECK (length(frontier) % 32 = 0)
) STRICT, WITHOUT ROWID;

-- Signed notes, numbered from 0 in the order in which they came.
CREATE TABLE ledger_checkpoint (
    tenant_id TEXT NOT NULL,
    number INTEGER NOT NULL CHECK (number >= 0),
    note TEXT NOT NULL,
    PRIMARY KEY (tenant_id, number)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER ledger_chunk_no_update BEFORE UPDATE ON ledger_chunk
BEGIN
    SELECT RAISE(ABORT, 'append-only: ledger_chunk takes no UPDATE');
END;

CREATE TRIGGER ledger_chunk_no_delete BEFORE DELETE ON ledger_chunk
BEGIN
    SELECT RAISE(ABORT, 'append-only: ledger_chunk takes no DELETE');
END;

CREATE TRIGGER ledger_chunk_no_replace BEFORE INSERT ON ledger_chunk
WHEN EXISTS (SELECT 1 FROM ledger_chunk WHERE tenant_id = NEW.tenant_id AND first_index = NEW.first_index)
BEGIN
    SELECT RAISE(ABORT, 'append-only: ledger_chunk has a row with this key');
END;

CREATE TRIGGER ledger_node_no_update BEFORE UPDATE ON ledger_node
BEGIN
    SELECT RAISE(ABORT, 'append-only: ledger_node takes no UPDATE');
END;

CREATE TRIGGER ledger_node_no_delete BEFORE DELETE ON ledger_node
BEGIN
    SELECT RAISE(ABORT, 'append-only: ledger_node takes no DELETE');
END;

CREATE TRIGGER ledger_node_no_replace BEFORE INSERT ON ledger_node
WHEN EXISTS (SELECT 1 FROM ledger_node WHERE tenant_id = NEW.tenant_id AND level = NEW.level AND node_index = NEW.node_index)
BEGIN
    SELECT RAISE(ABORT, 'append-only: ledger_node has a row with this key');
END;

CREATE TRIGGER ledger_checkpoint_no_update BEFORE UPDATE ON ledger_checkpoint
BEGIN
    SELECT RAISE(ABORT, 'append-only: ledger_checkpoint takes no UPDATE');
END;

CREATE TRIGGER ledger_checkpoint_no_delete BEFORE DELETE ON ledger_checkpoint
BEGIN
    SELECT RAISE(ABORT, 'append-only: ledger_checkpoint takes no DELETE');
END;

CREATE TRIGGER ledger_checkpoint_no_replace BEFORE INSERT ON ledger_checkpoint
WHEN EXISTS (SELECT 1 FROM ledger_checkpoint WHERE tenant_id = NEW.tenant_id AND number = NEW.number)
BEGIN
    SELECT RAISE(ABORT, 'append-only: ledger_checkpoint has a row with this key');
END;

-- A head moves, and a log never shrinks.
CREATE TRIGGER ledger_head_no_delete BEFORE DELETE ON ledger_head
BEGIN
    SELECT RAISE(ABORT, 'append-only: ledger_head takes no DELETE');
END;

CREATE TRIGGER ledger_head_no_shrink BEFORE UPDATE ON ledger_head
WHEN NEW.tenant_id <> OLD.tenant_id OR NEW.size <= OLD.size
BEGIN
    SELECT RAISE(ABORT, 'append-only: the log of ledger_head only grows');
END;

CREATE TRIGGER ledger_head_no_replace BEFORE INSERT ON ledger_head
WHEN EXISTS (SELECT 1 FROM ledger_head WHERE tenant_id = NEW.tenant_id AND size >= NEW.size)
BEGIN
    SELECT RAISE(ABORT, 'append-only: the log of ledger_head only grows');
END;
