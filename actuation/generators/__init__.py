"""What makes motion: rules that always work; learned generators later."""
