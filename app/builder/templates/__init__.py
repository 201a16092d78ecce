"""The gallery of the templates: complete networks to start from, each with a drawn thumbnail."""
