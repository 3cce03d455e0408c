"""What can be taken away from the finished book: made from its pages, imported by no notebook."""
