"""Web pages: their tree, what of it is furniture, and the rest as blocks of Markdown."""
