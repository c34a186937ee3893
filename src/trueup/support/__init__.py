"""Help for the people who use the registry: requests, announcements, saved searches."""
