"""Search strategies: read into one form, checked before they run, written in another database's language.

`read.strategy` reads, `check.remarks` says what would go wrong, `write.translated` translates and says what was lost.
"""
