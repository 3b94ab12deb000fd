-- $1 tenant, $2 facility, $3 materials, $4 their first days, $5 last day: one index lookup a material,
-- whatever the length of the history.
SELECT w.material_id, r.packed
FROM unnest($3, $4) AS w (material_id, first_date)
CROSS JOIN LATERAL (
    SELECT replenish.pack_demand(h.demand_date, h.actual_demand_quantity::float8) AS packed
    FROM replenish.demand_history AS h
    WHERE h.tenant_id = $1
        AND h.facility_id = $2
        AND h.material_id = w.material_id
        AND h.demand_date BETWEEN w.first_date AND $5
) AS r
