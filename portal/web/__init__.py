"""Flask without any subject of ours: context, guards, errors, pages, words, assets."""
