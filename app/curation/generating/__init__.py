"""From passages to samples with a language model: what is asked, and what of a reply is a sample. No network, no database."""
