-- $1 tenant, $2 facility, $3 materials: what changed in days that models have seen. A change that is
-- committed later stays for the next run.
DELETE FROM replenish.demand_changes AS c
WHERE c.tenant_id = $1 AND c.facility_id = $2 AND c.material_id = ANY ($3)
RETURNING c.material_id
