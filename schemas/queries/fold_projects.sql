-- SPDX-License-Identifier: Apache-2.0
-- What the facts of this transaction change of core.project; $1: whether some of
-- them were there before.
SELECT core.fold_projects($1::int4 <> 0)
