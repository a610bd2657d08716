"""Values from what reports show: curves read off figures, registry results beside the paper's values."""
