# SPDX-License-Identifier: Apache-2.0
"""Lets every test import oracle and harness from this directory."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
