"""Pure functions from a payload to posts; one module a source."""
