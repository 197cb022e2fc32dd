"""Chats: messages in time order become conversations, and a question with the answer its asker took."""
