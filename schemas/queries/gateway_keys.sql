-- SPDX-License-Identifier: Apache-2.0
-- Keys that count, with their hashes and grants.
SELECT key_id, encode(hash, 'hex'), agency_code,
       array_to_string(event_types, ','), array_to_string(counties, ','),
       rate, (extract(epoch FROM expires_at) * 1000)::bigint
  FROM core.api_key
 WHERE revoked_at IS NULL
   AND (expires_at IS NULL OR expires_at > now())
 ORDER BY key_id
