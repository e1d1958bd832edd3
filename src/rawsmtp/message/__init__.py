"""What is sent: the envelope, the octets, what this server has to be told of them, and the receipt."""
