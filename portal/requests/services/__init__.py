"""What programs hand in and how staff answer: one module a matter, one function a use case."""
