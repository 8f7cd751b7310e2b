-- SPDX-License-Identifier: Apache-2.0
-- Every version of a fact in the order of the log, as copy_event.sql has its
-- columns, then the names of agency and type. mahalle.ranges tells what of the
-- log is meant: [[partition, from, to], ...].
DECLARE stored BINARY NO SCROLL CURSOR FOR
SELECT v.event_id, v.content, v."offset", v.received_at, v.posted_at,
       v.applied_at, v.occurred_at, v.revision, v.occurred_on, v.type_id,
       v.agency_id, v.partition, v.in_force, v.correction_reason, v.place_code,
       v.council_code, v.programme_code, v.source_ref, v.numbers, v.codes,
       a.agency_code, t.event_type
FROM (SELECT event_id, content, "offset", received_at, posted_at, applied_at,
             occurred_at, revision, occurred_on, type_id, agency_id, partition,
             in_force, correction_reason, place_code, council_code,
             programme_code, source_ref, numbers, codes
        FROM core.event
       UNION ALL
      SELECT event_id, content, "offset", received_at, posted_at, applied_at,
             occurred_at, revision, occurred_on, type_id, agency_id, partition,
             in_force, correction_reason, place_code, council_code,
             programme_code, source_ref, numbers, codes
        FROM core.event_history) AS v
JOIN (SELECT (r ->> 0)::integer, (r ->> 1)::bigint, (r ->> 2)::bigint
        FROM json_array_elements(current_setting('mahalle.ranges')::json) AS r)
     AS range (partition, low, high)
  ON range.partition = v.partition AND v."offset" >= low AND v."offset" < high
LEFT JOIN core.agency a USING (agency_id)
LEFT JOIN core.event_type t USING (type_id)
ORDER BY v.partition, v."offset", v.received_at
