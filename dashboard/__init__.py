"""What people see (Streamlit)."""
