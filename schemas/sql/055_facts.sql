-- SPDX-License-Identifier: Apache-2.0
-- Where each type keeps what is asked of facts of all types at once: orphans and
-- overlaps. One row a type. core.fact_<type> has the fields by name.
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
