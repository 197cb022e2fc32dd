"""Formats that pandoc reads: the program is run under limits and its syntax tree becomes blocks of Markdown."""
