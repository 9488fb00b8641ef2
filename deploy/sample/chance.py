"""Choices that look random and are the same on every machine and in every version of Python."""

import hashlib


def number(key, below):
    """A whole number from 0 to below - 1 that depends on `key` alone."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") % below


def pick(key, items):
    return items[number(key, len(items))]
