-- SPDX-License-Identifier: Apache-2.0
-- Decisions about gaps: a partition whose next offset is not in the log, or
-- whose log is another one, stands still until a person says from where to go
-- on. What was decided is kept for ever.

CREATE TABLE ops.gap_decision (
    id          bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    topic       text COLLATE "C" NOT NULL,
    partition   integer NOT NULL,
    from_offset bigint NOT NULL,   -- next offset until then
    to_offset   bigint NOT NULL CHECK (to_offset >= 0),
    reason      text NOT NULL,     -- why the partition stood still
    was         jsonb NOT NULL,    -- the whole row before
    why         text NOT NULL CHECK (why <> ''),
    decided_by  text NOT NULL DEFAULT session_user,
    decided_at  timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE ops.gap_decision IS
    'تصمیم‌ها دربارهٔ شکاف‌های ثبت — decisions about gaps in the log';

-- Go on at `target`. Forward, what lies between is counted as a gap; backward,
-- the counts of the partition begin anew (facts that are read again change
-- nothing). The next claim adopts the cluster and topic that are there.
CREATE FUNCTION core.accept_gap(of_topic text, of_partition integer,
                                target bigint, because text)
RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    p ops.partition_progress;
BEGIN
    SELECT * INTO p FROM ops.partition_progress
     WHERE topic = of_topic AND partition = of_partition FOR UPDATE;
    IF NOT FOUND OR p.state <> 'blocked' THEN
        RAISE EXCEPTION 'partition % of % is not blocked', of_partition,
              of_topic USING ERRCODE = 'check_violation';
    END IF;
    IF coalesce(p.reason, '') !~ '^(GAP|OTHER_LOG):' THEN
        RAISE EXCEPTION 'partition % of % waits for something that is no gap '
              'in the log (%); mend that, and the consumer goes on by itself',
              of_partition, of_topic, p.reason
              USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO ops.gap_decision
        (topic, partition, from_offset, to_offset, reason, was, why)
    VALUES (of_topic, of_partition, p.next_offset, target, p.reason,
            to_jsonb(p), because);
    UPDATE ops.partition_progress
       SET next_offset = target,
           applied = CASE WHEN target < p.next_offset THEN 0 ELSE applied END,
           duplicate = CASE WHEN target < p.next_offset THEN 0
                       ELSE duplicate END,
           stale = CASE WHEN target < p.next_offset THEN 0 ELSE stale END,
           dead = CASE WHEN target < p.next_offset THEN 0 ELSE dead END,
           gaps = CASE WHEN target < p.next_offset THEN target
                  ELSE p.gaps + target - p.next_offset END,
           high_watermark = target, cluster_id = NULL, topic_id = NULL,
           state = 'new', reason = NULL, since = now(), epoch = epoch + 1
     WHERE topic = of_topic AND partition = of_partition;
    RETURN p.next_offset;
END $$;
