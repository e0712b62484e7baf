"""What the errand needs next: the conversation with the customer and the calls it leads to."""
