"""One task per command: read, do the verbs in order, write. No statistics and no clinical meaning live here."""
