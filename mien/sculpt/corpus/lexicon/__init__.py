"""What words mean: phrases with the attributes that they ask for."""
