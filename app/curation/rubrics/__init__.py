"""Kinds of questions, one module each."""
