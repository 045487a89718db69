"""What `manage.py demo` fills an instance with, and how it gets there."""
