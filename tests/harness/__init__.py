# SPDX-License-Identifier: Apache-2.0
"""What system and fault tests stand on: servers, programs, a proxy."""
