"""What screens are made of: lines of text that are written again only where they changed."""
