INSERT INTO baseline.run (tenant_id, created_at, id, digest, {columns})
SELECT $1, $2, new.*
FROM UNNEST($3::uuid[], $4::bytea[], {arrays}) AS new
ON CONFLICT DO NOTHING
