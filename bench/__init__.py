"""The figures in docs/benchmarks.md, one command each. Servers, database and model are the bench's own."""
