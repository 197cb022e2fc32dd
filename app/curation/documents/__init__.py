"""Documents: papers, pages and chats as blocks of Markdown, in reading order, each with the place it stands in."""
