-- SPDX-License-Identifier: Apache-2.0
-- In which county a city or village lies, and from which day on.
SELECT place_code, county_code, valid_from - date '1970-01-01'
  FROM core.place
 WHERE level IN ('city', 'village') AND county_code IS NOT NULL
 ORDER BY place_code, valid_from NULLS FIRST
