"""What Vocero remembers and ships: records, the store, demo businesses, recorded calls."""
