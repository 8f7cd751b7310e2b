-- SPDX-License-Identifier: Apache-2.0
-- All published versions, each type's in rising order, with their ids.
SELECT schema_id, version, full_name, body
  FROM core.schema
 ORDER BY type_id, version
