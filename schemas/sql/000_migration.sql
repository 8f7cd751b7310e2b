-- SPDX-License-Identifier: Apache-2.0
-- The three schemas and the record of what has been installed.
-- core: tables, for programs and the owner. report: analysts. ops: operators.

CREATE SCHEMA IF NOT EXISTS core;
CREATE SCHEMA IF NOT EXISTS report;
CREATE SCHEMA IF NOT EXISTS ops;

CREATE TABLE IF NOT EXISTS core.migration (
    name       text PRIMARY KEY,
    sha256     text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
