"""The module's panel: the only room that knows Qt, and only ever loaded inside the application."""
