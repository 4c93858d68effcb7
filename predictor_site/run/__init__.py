"""What `make run` does: prepare everything a first run needs, serve, and leave no process behind."""
