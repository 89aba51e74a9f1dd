"""Files of arrays that stages exchange."""
