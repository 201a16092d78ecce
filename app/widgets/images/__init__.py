"""Arrays as images: colour maps, a grid of images, PNG files."""
