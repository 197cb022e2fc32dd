"""PDF: words with their places, put into columns, lines, tables and blocks; running headers and footers set apart."""
