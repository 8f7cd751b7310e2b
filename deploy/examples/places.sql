-- SPDX-License-Identifier: Apache-2.0
-- A spreadsheet file from psql on any system, Windows included: psql writes
-- places.csv itself, so that no shell changes its encoding. The byte order mark
-- that tells Excel "this is UTF-8" is the first letter of the first heading.
\set ON_ERROR_STOP on
\encoding UTF8
\o places.csv
COPY (SELECT place_code AS U&"\FEFFplace_code", level, name_fa, name_en, county_code
        FROM report.place_as_of(current_date)
       ORDER BY place_code)
  TO STDOUT (FORMAT csv, HEADER);
\o
