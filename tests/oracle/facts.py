# SPDX-License-Identifier: Apache-2.0
"""Fates of messages in the order of the log, and the facts in force.

All versions of a fact lie in one partition, so only the order inside a
partition matters; any interleaving of partitions gives the same result.
"""

import dataclasses


@dataclasses.dataclass
class Version:
    """One applied message of a fact."""
    event: dict
    content: tuple

    @property
    def revision(self):
        return self.event["revision"]

    @property
    def in_force(self):
        return self.event["op"] != "RETRACT"


def content_of(event):
    """What makes two versions equal: all but the moment of posting."""
    return tuple(sorted((k, v) for k, v in event.items() if k != "posted_at"))


class Facts:
    def __init__(self):
        self.versions = {}  # (agency_code, event_id) -> applied versions

    def take(self, event):
        """The fate of one well-formed message: applied duplicate stale dead."""
        key = event["agency_code"], event["event_id"]
        versions = self.versions.setdefault(key, [])
        content = content_of(event)
        if versions:
            newest = versions[-1]
            if event["revision"] < newest.revision:
                return "stale"
            if event["revision"] == newest.revision:
                return "duplicate" if content == newest.content else "dead"
        versions.append(Version(event, content))
        return "applied"

    def in_force(self):
        """The event of each fact that counts."""
        return [versions[-1].event for versions in self.versions.values()
                if versions[-1].in_force]


def facts_of(events):
    """Facts after these events in this order."""
    facts = Facts()
    for event in events:
        facts.take(event)
    return facts
