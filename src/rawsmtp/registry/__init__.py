"""What replies mean, and where providers take mail."""
