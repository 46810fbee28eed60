INSERT INTO baseline.run
SELECT $1, $2, new.*
FROM UNNEST(
    $3::uuid[], $4::bytea[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::bigint[], $11::bigint[], $12::bigint[], $13::text[], $14::timestamptz[],
    $15::timestamptz[], $16::text[], $17::boolean[], $18::text[], $19::text[]
) AS new
ON CONFLICT DO NOTHING
