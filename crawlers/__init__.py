"""Where posts come from: spiders, parsers, imports, the replay channels."""
