-- SPDX-License-Identifier: Apache-2.0
-- How many letters are open is asked again and again, of those alone.

CREATE INDEX dead_letter_open ON ops.dead_letter (reason) WHERE state = 'open';
