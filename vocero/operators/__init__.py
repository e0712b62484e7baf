"""The listening room: operators hear, see and steer live calls in a browser."""
