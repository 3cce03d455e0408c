"""What the built pages weigh and how Lighthouse rates them: ``make pages``."""
