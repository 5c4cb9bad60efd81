"""The Qt side of the panel: shows what the presenters say and passes on what the user does. Nothing is decided here."""
