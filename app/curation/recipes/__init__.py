"""Recipes that come with the product, as JSON."""
