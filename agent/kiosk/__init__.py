"""A screen that shows the page all day: its browser, its unit, its service manager."""
