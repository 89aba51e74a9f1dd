"""What a clip shows, measured in its pixels."""
