-- SPDX-License-Identifier: Apache-2.0
-- Facts in force of all types at once, for what does not ask for a type:
-- orphans and overlaps. core.fact_<type> has the fields by name.

-- Where a type keeps what these need; one row a type.
CREATE VIEW core.layout AS
SELECT t.type_id,
       max(f.code_slot) FILTER (WHERE f.field = 'currency_unit')
           AS currency_slot,
       max(f.code_slot) FILTER (WHERE f.field = t.entity_key) AS entity_slot,
       max(f.number_slot) FILTER (WHERE f.field = 'period_from')
           AS period_slot
  FROM core.event_type t
  JOIN core.field f USING (type_id)
 GROUP BY t.type_id;

-- entity_code is NULL for councils: they are named by council_code.
CREATE VIEW core.fact AS
SELECT e.type_id,
       e.agency_id,
       e.event_id,
       e.occurred_on,
       e.place_code,
       e.council_code,
       core.dims(e.type_id, e.programme_code, e.numbers, e.codes) AS dims,
       e.codes[l.entity_slot] AS entity_code,
       date '1970-01-01' + e.numbers[l.period_slot]::integer AS period_from
  FROM core.event e
  JOIN core.layout l USING (type_id)
 WHERE e.in_force;
