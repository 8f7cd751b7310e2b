-- SPDX-License-Identifier: Apache-2.0
COPY core.event_history (event_id, content, "offset", received_at, posted_at,
    applied_at, occurred_at, revision, occurred_on, type_id, agency_id,
    partition, in_force, correction_reason, place_code, council_code,
    programme_code, source_ref, numbers, codes, superseded_at)
FROM STDIN (FORMAT binary)
