-- SPDX-License-Identifier: Apache-2.0
-- Facts that events are to change ($1 ids, $2 agencies, as one row each, in this
-- order): their type, place and day in the newest version, and how far the
-- consumer has read the partitions ($3) of topic $4.
SELECT t.event_type, e.place_code, e.occurred_on - date '1970-01-01',
       e.revision, p.next_offset
  FROM unnest($1::uuid[], $2::integer[], $3::integer[])
       WITH ORDINALITY AS w (event_id, agency_id, partition, n)
  LEFT JOIN core.event AS e
    ON e.event_id = w.event_id AND e.agency_id = w.agency_id
  LEFT JOIN core.event_type AS t USING (type_id)
  LEFT JOIN ops.partition_progress AS p
    ON p.topic = $4 AND p.partition = w.partition
 ORDER BY w.n
