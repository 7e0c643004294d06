"""What the service says, in English for who asks for it: one catalogue, and one door.

Sentences are written in Chinese where they arise (`geo`, `service`), and kept so. ``*.toml`` hold
each one's English by its template; `service.english.catalogue` reads a sentence by them, and
`service.english.door` gives answers in English to requests whose ``Accept-Language`` asks for it.
"""
