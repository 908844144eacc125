-- The partitions of a table, in the order of their names.
--
-- :parent  the table's full name, quoted
SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = :parent::regclass ORDER BY c.relname
