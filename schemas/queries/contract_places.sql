-- SPDX-License-Identifier: Apache-2.0
-- Places that an event may name, neighbourhoods apart.
SELECT DISTINCT place_code FROM core.place
WHERE level IN ('province', 'county', 'city', 'village')
