"""Release formats: one module each; the file name is the format's key."""
