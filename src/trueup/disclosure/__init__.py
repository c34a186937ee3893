"""What is public about a program: read models made of what the contexts tell."""
