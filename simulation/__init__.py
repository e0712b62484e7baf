"""Other people's servers, simulated on 127.0.0.1: for the demo without accounts and the tests."""
