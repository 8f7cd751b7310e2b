# SPDX-License-Identifier: Apache-2.0
"""Independent second opinion: recomputes every verdict and view in Python.

Reads only schemas/events, schemas/reference and the posted lines or the
records of the log; shares no code with the C programs or the SQL.
"""
