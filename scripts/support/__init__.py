"""What the scripts share: environments, recipes, runs and tables. Standard library only."""
