"""Facts of single files joined across files: which module an import means, what it exports, which calls are wrappers."""
