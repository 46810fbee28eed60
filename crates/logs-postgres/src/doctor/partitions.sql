-- Whether the partitions are those of every month from the first to the last that any table has, and of
-- this month and the next; and what is none, although it is called so.
WITH parent AS (
    SELECT oid, relname::text AS name FROM pg_class
    WHERE relnamespace = 'logs'::regnamespace AND relkind = 'p'
), part AS (
    SELECT parent.name AS parent, to_date(substring(relname
        FROM '^' || parent.name || '_0_([0-9]{4}(?:0[1-9]|1[0-2]))$'), 'YYYYMM') AS month
    FROM parent JOIN pg_inherits ON inhparent = parent.oid AND NOT inhdetachpending
    JOIN pg_class ON pg_class.oid = inhrelid
), now AS (
    SELECT date_trunc('month', now() AT TIME ZONE 'UTC') AS month
), wanted AS (
    SELECT parent.name AS parent, month::date
    FROM (
        SELECT LEAST(MIN(part.month), MIN(now.month)) AS low,
            GREATEST(MAX(part.month), MIN(now.month) + interval '1 month') AS high
        FROM now LEFT JOIN part ON true
    ) AS months
    CROSS JOIN LATERAL generate_series(low, high, interval '1 month') AS month
    CROSS JOIN parent
), fault (what) AS (
    SELECT to_char(month, 'YYYY-MM') || ' is missing of ' || CASE WHEN COUNT(*) = (
        SELECT COUNT(*) FROM parent) THEN 'every table' ELSE string_agg(parent, ', ' ORDER BY parent)
        END
    FROM wanted WHERE NOT EXISTS (
        SELECT FROM part WHERE part.parent = wanted.parent AND part.month = wanted.month)
    GROUP BY month
    UNION ALL
    SELECT relname || ' is not attached to ' || parent.name FROM pg_class
    JOIN parent ON pg_class.relname ~ ('^' || parent.name || '_[0-9]+_[0-9]{6}$')
    WHERE relnamespace = 'logs'::regnamespace AND NOT EXISTS (
        SELECT FROM pg_inherits WHERE inhrelid = pg_class.oid AND inhparent = parent.oid
            AND NOT inhdetachpending) AND relkind IN ('r', 'f', 'p', 'v', 'm')
)
SELECT COUNT(*) = 0, COALESCE(string_agg(what, '; ' ORDER BY what), (
    SELECT COUNT(DISTINCT month) || ' months, from ' || to_char(MIN(month), 'YYYY-MM') || ' to '
        || to_char(MAX(month), 'YYYY-MM') FROM part))
FROM fault
