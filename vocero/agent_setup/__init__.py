"""What `vocero agent` sets up at ElevenLabs: wanted, as it is, and what differs."""
