"""Long work in a child process: start, progress, cancel, outcome."""
