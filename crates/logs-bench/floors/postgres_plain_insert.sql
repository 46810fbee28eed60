INSERT INTO floor.run
SELECT $1, $2, new.*
FROM UNNEST(
    $3::uuid[], $4::bytea[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[],
    $10::bigint[], $11::bigint[], $12::text[], $13::timestamptz[], $14::timestamptz[],
    $15::text[], $16::boolean[], $17::text[], $18::text[]
) AS new
ON CONFLICT DO NOTHING
