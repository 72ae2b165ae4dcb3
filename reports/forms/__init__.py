"""What people type, as text, on its way to the services. One file per noun."""
