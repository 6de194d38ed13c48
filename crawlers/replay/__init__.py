"""Loopback channels that speak the real shapes, for the demo and the tests."""
