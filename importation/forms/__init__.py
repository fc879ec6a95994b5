"""What a person fills in to import: the file, what its columns mean, what is mended in it."""
