"""XML documents of any vocabulary: parsed piece by piece under limits, taken apart into blocks by the roles of elements."""
