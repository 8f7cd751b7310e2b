-- SPDX-License-Identifier: Apache-2.0
-- What the gateway reads of facts beyond 080_roles.sql: whether a key of some
-- types or counties may change one. No value, no source_ref.

GRANT SELECT (type_id, place_code, occurred_on) ON core.event TO mahalle_gateway;
