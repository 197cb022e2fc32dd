"""The core: plain Python and arrays. No web, no database, no queue; usable as a library."""
