"""What a media file of somebody else holds: its tracks, lengths, colours and fields, checked before it is decoded."""
