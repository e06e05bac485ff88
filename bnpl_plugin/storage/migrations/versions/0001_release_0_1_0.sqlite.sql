CREATE TRIGGER bnpl_ledger_complete BEFORE INSERT ON bnpl_posting
WHEN EXISTS (SELECT 1 FROM bnpl_journal_entry AS h WHERE h.shopper_id = NEW.shopper_id AND h.entry_id = NEW.entry_id)
BEGIN SELECT RAISE(ABORT, 'bnpl_ledger: an entry is not complete in one statement'); END
--;;
CREATE TRIGGER bnpl_ledger_guard BEFORE INSERT ON bnpl_journal_entry
BEGIN
  SELECT RAISE(ABORT, 'bnpl_ledger: an entry is not complete in one statement')
   WHERE (SELECT count(*) FROM bnpl_posting AS p
           WHERE p.shopper_id = NEW.shopper_id AND p.entry_id = NEW.entry_id AND p.line <= NEW.lines) <> NEW.lines
      OR EXISTS (SELECT 1 FROM bnpl_posting AS p
                  WHERE p.shopper_id = NEW.shopper_id AND p.entry_id = NEW.entry_id AND p.line > NEW.lines);
  SELECT RAISE(ABORT, 'bnpl_ledger: an entry does not balance')
   WHERE EXISTS (SELECT 1 FROM bnpl_posting AS p
                  WHERE p.shopper_id = NEW.shopper_id AND p.entry_id = NEW.entry_id
                  GROUP BY p.currency HAVING sum(p.amount_minor) <> 0);
END
--;;
CREATE TRIGGER bnpl_journal_entry_no_update BEFORE UPDATE ON bnpl_journal_entry BEGIN SELECT RAISE(ABORT, 'bnpl_append_only: bnpl_journal_entry refuses UPDATE'); END
--;;
CREATE TRIGGER bnpl_journal_entry_no_delete BEFORE DELETE ON bnpl_journal_entry BEGIN SELECT RAISE(ABORT, 'bnpl_append_only: bnpl_journal_entry refuses DELETE'); END
--;;
CREATE TRIGGER bnpl_posting_no_update BEFORE UPDATE ON bnpl_posting BEGIN SELECT RAISE(ABORT, 'bnpl_append_only: bnpl_posting refuses UPDATE'); END
--;;
CREATE TRIGGER bnpl_posting_no_delete BEFORE DELETE ON bnpl_posting BEGIN SELECT RAISE(ABORT, 'bnpl_append_only: bnpl_posting refuses DELETE'); END
--;;
CREATE TRIGGER bnpl_event_no_update BEFORE UPDATE ON bnpl_event BEGIN SELECT RAISE(ABORT, 'bnpl_append_only: bnpl_event refuses UPDATE'); END
--;;
CREATE TRIGGER bnpl_event_no_delete BEFORE DELETE ON bnpl_event BEGIN SELECT RAISE(ABORT, 'bnpl_append_only: bnpl_event refuses DELETE'); END
