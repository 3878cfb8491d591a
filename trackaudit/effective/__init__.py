"""The effective configuration: facts, versions and records joined into what each tracker will do."""
