"""What makes a release of samples: its composition, splits, files, manifest, card, signature and verification."""
