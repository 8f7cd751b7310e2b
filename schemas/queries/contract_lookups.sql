-- SPDX-License-Identifier: Apache-2.0
SELECT list, code FROM core.lookup
