"""Searches asked of live services, page by page: polite, bounded, hashed, and to be continued after any stop.

`gather.fetch` brings every page of one search into a page log; `gather.records` reads the records out of it. The HTTP
client, the clock, the sleeping and the random generator are handed in.
"""
