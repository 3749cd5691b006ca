"""Looking at agreements again."""
