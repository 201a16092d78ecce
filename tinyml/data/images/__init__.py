"""Image files: their listing, their headers, and their pixels as bytes of one form."""
