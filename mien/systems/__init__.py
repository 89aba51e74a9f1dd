"""What a system is: the record from which its command, batch, Python call, registry and tracking come."""
