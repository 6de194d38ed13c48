"""Thin spiders, one module a source: they only navigate."""
