# SPDX-License-Identifier: Apache-2.0
"""What the consumer must make of a log: facts, fates, dead letters."""

import collections
import typing

from . import decode
from .facts import Facts


class DeadLetter(typing.NamedTuple):
    partition: int
    offset: int
    reason: str
    pointer: str
    faults: frozenset   # of (pointer, code)


class Log:
    def __init__(self, contract, records):
        """`records`: (partition, offset, key, value), each partition in order."""
        self.facts = Facts()
        self.fates = collections.Counter()       # over all partitions
        self.by_partition = {}                   # partition -> Counter
        self.letters = []
        for partition, offset, _, value in records:
            event, faults = decode.read_record(value, contract)
            if faults:
                fate = "dead"
                first = faults[0]
                self.letters.append(DeadLetter(
                    partition, offset, first.code, first.pointer,
                    frozenset(tuple(f) for f in faults)))
            else:
                fate = self.facts.take(event)
                if fate == "dead":
                    self.letters.append(DeadLetter(
                        partition, offset, "CONFLICT", "", frozenset({("", "CONFLICT")})))
            self.fates[fate] += 1
            self.by_partition.setdefault(partition, collections.Counter())[fate] += 1
