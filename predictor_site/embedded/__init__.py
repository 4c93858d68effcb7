"""Real servers for a first run and for the tests: Valkey and PostgreSQL, from the wheels or from the PATH."""
