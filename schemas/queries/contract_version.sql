-- SPDX-License-Identifier: Apache-2.0
SELECT version FROM core.contract
