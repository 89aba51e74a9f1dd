"""Acting: spoken words and a feeling become a performance of a head."""
