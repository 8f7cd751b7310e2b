-- SPDX-License-Identifier: Apache-2.0
-- Lock the positions of a batch, in order; what else the batch has to know of
-- this moment: version of the contract, time of the transaction in us.
SELECT p.partition, p.next_offset, p.epoch, c.version,
       (extract(epoch FROM now()) * 1000000)::bigint
FROM ops.partition_progress p, core.contract c
WHERE p.topic = $1 AND p.partition = ANY ($2::bigint[])
ORDER BY p.partition
FOR UPDATE OF p
