"""The settlement window: who settles in town, on what the city's opinion asks for and on nothing else."""
