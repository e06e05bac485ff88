"""What a browser meets: languages, templates, pages."""
