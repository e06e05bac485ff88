"""Annual rates against published examples."""
