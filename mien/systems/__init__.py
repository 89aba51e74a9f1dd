"""Systems as records, from which command, batch, Python call, registry and tracking are derived."""
