"""Django's commands, where the registry's differ."""
