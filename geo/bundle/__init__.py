"""A folder of exports that says what it is and can prove it: manifest, hashes, signature.

`manifest` writes and reads what is in the folder, `keys` makes and opens Ed25519 keys, `verify`
compares a folder with its manifest. None of it needs a server or a database.
"""
