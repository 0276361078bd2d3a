"""What the modules of an environment do when loaded, and which of their imports wait: read, not run."""
