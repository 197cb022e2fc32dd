"""Plain text: pages, furniture, paragraphs, headings, lists and tables found in nothing but lines."""
