"""trackaudit: a linter for what tracking SDKs are configured to collect."""

__version__ = "0.1.0"
