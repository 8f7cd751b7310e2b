-- SPDX-License-Identifier: Apache-2.0
-- Facts in force of all types at once, for what does not ask for a type:
-- recounting, orphans, overlaps. core.fact_<type> has the fields by name.

-- Where a type keeps what these need; one row a type.
CREATE VIEW core.layout AS
SELECT t.type_id,
       max(f.code_slot) FILTER (WHERE f.field = 'currency_unit')
           AS currency_slot,
       max(f.code_slot) FILTER (WHERE f.field = t.entity_key) AS entity_slot,
       max(f.number_slot) FILTER (WHERE f.field = 'period_from')
           AS period_slot,
       max(f.number_slot) FILTER (WHERE f.measure_slot = 1) AS slot_1,
       max(f.number_slot) FILTER (WHERE f.measure_slot = 2) AS slot_2,
       max(f.number_slot) FILTER (WHERE f.measure_slot = 3) AS slot_3,
       max(f.number_slot) FILTER (WHERE f.measure_slot = 4) AS slot_4,
       max(f.number_slot) FILTER (WHERE f.measure_slot = 5) AS slot_5,
       max(f.number_slot) FILTER (WHERE f.measure_slot = 6) AS slot_6,
       max(f.number_slot) FILTER (WHERE f.measure_slot = 7) AS slot_7,
       max(f.number_slot) FILTER (WHERE f.measure_slot = 8) AS slot_8,
       max(f.number_slot) FILTER (WHERE f.measure_slot = 9) AS slot_9,
       max(f.number_slot) FILTER (WHERE f.measure_slot = 10) AS slot_10,
       max(f.number_slot) FILTER (WHERE f.measure_slot = 11) AS slot_11,
       max(f.number_slot) FILTER (WHERE f.measure_slot = 12) AS slot_12,
       bool_or(f.money) FILTER (WHERE f.measure_slot = 1) AS money_1,
       bool_or(f.money) FILTER (WHERE f.measure_slot = 2) AS money_2,
       bool_or(f.money) FILTER (WHERE f.measure_slot = 3) AS money_3,
       bool_or(f.money) FILTER (WHERE f.measure_slot = 4) AS money_4,
       bool_or(f.money) FILTER (WHERE f.measure_slot = 5) AS money_5,
       bool_or(f.money) FILTER (WHERE f.measure_slot = 6) AS money_6,
       bool_or(f.money) FILTER (WHERE f.measure_slot = 7) AS money_7,
       bool_or(f.money) FILTER (WHERE f.measure_slot = 8) AS money_8,
       bool_or(f.money) FILTER (WHERE f.measure_slot = 9) AS money_9,
       bool_or(f.money) FILTER (WHERE f.measure_slot = 10) AS money_10,
       bool_or(f.money) FILTER (WHERE f.measure_slot = 11) AS money_11,
       bool_or(f.money) FILTER (WHERE f.measure_slot = 12) AS money_12
  FROM core.event_type t
  JOIN core.field f USING (type_id)
 GROUP BY t.type_id;

-- entity_code is NULL for councils: they are named by council_code.
-- value_k is the measure of slot k, money in current rials.
CREATE VIEW core.fact AS
SELECT e.type_id,
       e.agency_id,
       e.event_id,
       e.occurred_on,
       e.place_code,
       e.council_code,
       core.dims(e.type_id, e.programme_code, e.numbers, e.codes) AS dims,
       e.codes[l.entity_slot] AS entity_code,
       date '1970-01-01' + e.numbers[l.period_slot]::integer AS period_from,
       e.numbers[l.slot_1] * CASE WHEN l.money_1 THEN r.rials ELSE 1 END
           AS value_1,
       e.numbers[l.slot_2] * CASE WHEN l.money_2 THEN r.rials ELSE 1 END
           AS value_2,
       e.numbers[l.slot_3] * CASE WHEN l.money_3 THEN r.rials ELSE 1 END
           AS value_3,
       e.numbers[l.slot_4] * CASE WHEN l.money_4 THEN r.rials ELSE 1 END
           AS value_4,
       e.numbers[l.slot_5] * CASE WHEN l.money_5 THEN r.rials ELSE 1 END
           AS value_5,
       e.numbers[l.slot_6] * CASE WHEN l.money_6 THEN r.rials ELSE 1 END
           AS value_6,
       e.numbers[l.slot_7] * CASE WHEN l.money_7 THEN r.rials ELSE 1 END
           AS value_7,
       e.numbers[l.slot_8] * CASE WHEN l.money_8 THEN r.rials ELSE 1 END
           AS value_8,
       e.numbers[l.slot_9] * CASE WHEN l.money_9 THEN r.rials ELSE 1 END
           AS value_9,
       e.numbers[l.slot_10] * CASE WHEN l.money_10 THEN r.rials ELSE 1 END
           AS value_10,
       e.numbers[l.slot_11] * CASE WHEN l.money_11 THEN r.rials ELSE 1 END
           AS value_11,
       e.numbers[l.slot_12] * CASE WHEN l.money_12 THEN r.rials ELSE 1 END
           AS value_12
  FROM core.event e
  JOIN core.layout l USING (type_id)
 CROSS JOIN LATERAL (
       SELECT CASE WHEN e.codes[l.currency_slot] = 'IRR_NEW'
                   THEN 10000 ELSE 1 END) AS r (rials)
 WHERE e.in_force;

-- What core.daily should hold, counted anew.
CREATE VIEW core.recount AS
SELECT f.type_id, f.occurred_on, f.place_code, f.agency_id, f.dims,
       count(*) AS events,
       sum(f.value_1) AS sum_1, sum(f.value_2) AS sum_2,
       sum(f.value_3) AS sum_3, sum(f.value_4) AS sum_4,
       sum(f.value_5) AS sum_5, sum(f.value_6) AS sum_6,
       sum(f.value_7) AS sum_7, sum(f.value_8) AS sum_8,
       sum(f.value_9) AS sum_9, sum(f.value_10) AS sum_10,
       sum(f.value_11) AS sum_11, sum(f.value_12) AS sum_12,
       count(f.value_1) AS by_1, count(f.value_2) AS by_2,
       count(f.value_3) AS by_3, count(f.value_4) AS by_4,
       count(f.value_5) AS by_5, count(f.value_6) AS by_6,
       count(f.value_7) AS by_7, count(f.value_8) AS by_8,
       count(f.value_9) AS by_9, count(f.value_10) AS by_10,
       count(f.value_11) AS by_11, count(f.value_12) AS by_12
  FROM core.fact f
 GROUP BY f.type_id, f.occurred_on, f.place_code, f.agency_id, f.dims;
