"""Tests of Gongsheng; run `pytest` from the root."""
