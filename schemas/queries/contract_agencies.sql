-- SPDX-License-Identifier: Apache-2.0
SELECT agency_code, agency_id FROM core.agency
