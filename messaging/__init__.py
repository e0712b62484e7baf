"""How the customer and Vocero talk: WhatsApp in and out, understanding, phrases."""
