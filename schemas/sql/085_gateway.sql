-- SPDX-License-Identifier: Apache-2.0
-- For the gateway: keys of agencies, and what its receipts look up. A key
-- itself is never kept, only its SHA-256; made and revoked by `mahalle-admin
-- keys`.

CREATE TABLE core.api_key (
    key_id      text COLLATE "C" PRIMARY KEY CHECK (key_id ~ '^[0-9a-f]{10}$'),
    hash        bytea NOT NULL CHECK (length(hash) = 32),
    agency_code text COLLATE "C" REFERENCES core.agency (agency_code),
    event_types text[] COLLATE "C" CHECK (event_types <> '{}'),
    counties    text[] COLLATE "C" CHECK (counties <> '{}'),
    rate        integer CHECK (rate > 0),
    created_at  timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz,
    revoked_at  timestamptz
);

-- What operators may see of them; null: every agency, type, county, rate.
CREATE VIEW ops.api_key AS
SELECT key_id, agency_code, event_types, counties, rate,
       created_at, expires_at, revoked_at
  FROM core.api_key;

CREATE INDEX dead_letter_by_event ON ops.dead_letter (event_id)
    WHERE event_id IS NOT NULL;
CREATE INDEX dead_letter_by_agency ON ops.dead_letter (agency_code, id);

GRANT SELECT ON core.api_key TO mahalle_gateway;
GRANT SELECT ON ops.api_key TO mahalle_ops;

DO $$
DECLARE
    object text;
    fa text;
    en text;
BEGIN
    FOR object, fa, en IN VALUES
    ('TABLE core.api_key', 'کلیدهای دستگاه‌ها برای درگاه', 'keys of agencies for the gateway; only their hashes'),
    ('VIEW ops.api_key', 'کلیدهای دستگاه‌ها، بی رمز', 'keys of agencies, without what is secret')
    LOOP
        EXECUTE format('COMMENT ON %s IS %L', object, core.both(fa, en));
    END LOOP;
END $$;
