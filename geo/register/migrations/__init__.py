"""Alembic's migrations of the register, run by `geo.register.store.Register.migrate`."""
