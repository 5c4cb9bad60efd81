"""From a request to a result, the same for console, batch, panel and child process; nothing of Slicer in it."""
