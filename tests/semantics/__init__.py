"""What a lazy import does, case by case, in real interpreters."""
