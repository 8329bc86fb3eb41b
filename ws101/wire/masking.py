"""Masks (RFC 6455 section 5.3): each byte XORed with the key's byte at its index modulo 4."""

from __future__ import annotations


def apply_mask(data: bytes, key: bytes) -> bytes:
    """Put a mask on, or take it off, which is the same operation."""
    return xor(data, repeated(key, len(data)))


def repeated(key: bytes, size: int) -> bytes:
    """The key again and again, `size` bytes of it; zeros, which change nothing, for no key."""
    return (key * (size // 4 + 1))[:size] if key else bytes(size)


def xor(one: bytes, other: bytes) -> bytes:
    """XOR two strings of bytes of one length: as two long integers, the quickest way in Python."""
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).to_bytes(len(one), "big")
