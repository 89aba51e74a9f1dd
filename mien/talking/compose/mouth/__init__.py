"""The mouth: lips that keep their thickness, and teeth, tongue and cavity between them in the colours of the photo."""
