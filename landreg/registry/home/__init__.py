"""What households bring by themselves or through their agent."""
